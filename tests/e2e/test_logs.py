"""What services print: files, bursts, terminals that are slow or small, followers."""

import json
import os
import re

from harness import case, check, same, set_size, until


def shell(name, script, more=""):
    """A service that is a shell script."""
    return f'service "{name}" {{\n  cmd = ["sh", "-c", {json.dumps(script)}]\n  {more}\n}}\n'


def feed(path, text):
    """Gives a service with --echo-fifo something to print."""
    with open(path, "wb", buffering=0) as fifo:
        fifo.write(text)


def content(t, path):
    return (t.dir / path).read_bytes() if (t.dir / path).exists() else None


def comes(t, path, expected):
    until(lambda: content(t, path) == expected, f"{path} is {expected!r}")


# ---- files ---------------------------------------------------------------------------------------


@case
def a_log_file_has_the_bytes(t):
    fifo = t.fifo("say")
    t.a3sfile(t.service("web", f"--say hello --echo-fifo {fifo}",
                        'log {\n  file = "logs/web.log"\n  max_size = "4KiB"\n  keep = 2\n}'), t.service("other", "--say no"))
    program = t.start("up")
    comes(t, "logs/web.log", b"hello\n")
    odd = b"\x1b]0;title\x07\x1b[31mred\x1b[0m \xff\r\n"
    feed(fifo, odd)
    comes(t, "logs/web.log", b"hello\n" + odd)
    same((t.dir / "logs/web.log").stat().st_mode & 0o777, 0o600, "mode")
    # Beyond its size it is put aside, and two of these are kept.
    lines = [b"%04d " % i + b"x" * 94 + b"\n" for i in range(200)]
    for i in range(0, 200, 10):
        feed(fifo, b"".join(lines[i:i + 10]))
        program.wait_for(rf"web +│ {i + 9:04} ")
    until(lambda: (content(t, "logs/web.log") or b"").endswith(lines[-1]), "the last line is in it")
    kept = [content(t, f"logs/web.log{end}") for end in (".2", ".1", "")]
    check(all(len(k) <= 4096 for k in kept), f"sizes {[len(k) for k in kept]}")
    whole = b"".join(kept)
    check(b"".join(lines).endswith(whole) and len(whole) > 8000, f"{len(whole)} bytes are kept: {whole[:200]!r}")
    same(sorted(os.listdir(t.dir / "logs")), ["web.log", "web.log.1", "web.log.2"], "files")
    # Somebody else's rotation, or rm: it is there again.
    os.unlink(t.dir / "logs/web.log")
    until(lambda: feed(fifo, b"again\n") or content(t, "logs/web.log"), "it is made anew")
    t.stop(program)


@case
def a_log_file_over_reloads(t):
    def file(name, fifo, path, more=""):
        log = f'log {{\n  file = "{path}"\n  {more}\n}}' if path else ""
        return t.service(name, f"--echo-fifo {fifo}", log)

    a, b = t.fifo("a"), t.fifo("b")
    t.a3sfile(file("a", a, "a.log"), file("b", b, "b.log"))
    program = t.start("up")
    pids = [t.expect(name, "start")["pid"] for name in ("a", "b")]
    feed(a, b"a one\n")
    feed(b, b"b one\n")
    comes(t, "a.log", b"a one\n")
    comes(t, "b.log", b"b one\n")
    # Another file for a, other indices for both, another limit for b: no process notices.
    t.a3sfile(t.service("first"), file("b", b, "b.log", "keep = 1"), file("a", a, "new/a.log"))
    t.expect_run(0, "reload")
    t.expect("first", "start")
    feed(a, b"a two\n")
    feed(b, b"b two\n")
    comes(t, "new/a.log", b"a two\n")
    comes(t, "b.log", b"b one\nb two\n")
    comes(t, "a.log", b"a one\n")
    # And none.
    t.a3sfile(t.service("last"), file("b", b, "b.log", "keep = 1"), file("a", a, None))
    t.expect_run(0, "reload")
    t.expect("last", "start")
    feed(a, b"a three\n")
    program.wait_for(r"a +│ a three$")
    same(content(t, "new/a.log"), b"a two\n", "the file that a does not have any more")
    rows = t.status()
    same([rows["a"]["pid"], rows["b"]["pid"]], pids, "processes")
    t.stop(program)


@case
def a_log_file_that_cannot_be_written(t):
    fifo = t.fifo("say")
    (t.dir / "taken").mkdir()
    t.a3sfile(t.service("web", f"--echo-fifo {fifo}", 'log { file = "taken" }'))
    program = t.start("up")
    pid = t.expect("web", "start")["pid"]
    feed(fifo, b"one\ntwo\n")
    program.wait_for(r"a3s +┃ web: cannot write its log to taken: Is a directory; .* \(A3sfile.hcl:\d+\)$")
    (t.dir / "taken").rmdir()
    until(lambda: feed(fifo, b"three\n") or content(t, "taken"), "it is written")
    program.wait_for(r"web: its log is written to taken again; \d+ lines are missing$")
    same(program.text().count("cannot write"), 1, "how often it is told")
    same(t.status()["web"]["pid"], pid, "process")
    t.stop(program)


@case
def a_log_file_through_a_link(t):
    fifo = t.fifo("say")
    victim = t.write("victim", "precious")
    (t.dir / "web.log").symlink_to(victim)
    t.a3sfile(t.service("web", f"--echo-fifo {fifo}", 'log { file = "web.log" }'))
    program = t.start("up")
    t.expect("web", "start")
    feed(fifo, b"one\n")
    program.wait_for(r"web: cannot write its log to web.log: it is a symbolic link;")
    same(victim.read_text(), "precious", "what it points to")
    t.stop(program)


# ---- what is shown -------------------------------------------------------------------------------


@case
def how_a_process_ended(t):
    t.a3sfile(shell("web", "echo up; exit 3", 'restart {\n    backoff = "1h"\n    max_backoff = "1h"\n  }'), t.service("other"))
    program = t.start("up")
    program.wait_for(r"a3s +┃ web: exited with 3 after .*; next try in ")
    out = t.expect_run(0, "logs", "web").out
    check(re.search(r"web +│ up\n", out) and re.search(r"a3s +│ web: exited with 3 after .*; next try in ", out), out)
    check("other" not in out, f"lines about another one: {out}")
    lines = [json.loads(line) for line in t.expect_run(0, "logs", "web", "--json").out.splitlines()]
    ends = [line for line in lines if line["line"].startswith("exited")]
    same([(e["service"], e["stream"]) for e in ends], [("web", "a3s")], "the line of its end")
    t.stop(program)


@case
def only_errors(t):
    t.a3sfile(shell("web", "echo fine; echo bad >&2; echo fine again; exec sleep 600"))
    program = t.start("up", "--only-errors")
    program.wait_for(r"web +┃ bad$")
    program.wait_for(r"a3s +│ web: ready$")
    until(lambda: "fine again" in t.run("logs", "web").out, "all is kept")
    t.stop(program)
    check("fine" not in program.text(), program.text())


@case
def json_lines(t):
    t.a3sfile(shell("web", "echo out; echo err >&2; exec sleep 600"))
    program = t.start("up", "--json")
    program.wait_for('"line":"out"'), program.wait_for('"line":"err"'), program.wait_for("everything is ready")
    t.stop(program)
    lines = [json.loads(line) for line in program.text().splitlines()]
    check(all(list(line) == ["time", "service", "stream", "seq", "line"] for line in lines), lines)
    said = {line["line"]: (line["service"], line["stream"]) for line in lines}
    same([said["out"], said["err"], said["everything is ready"]],
         [("web", "stdout"), ("web", "stderr"), ("a3s", "a3s")], "whose lines")


@case
def a_follower_survives_restarts(t):
    t.a3sfile(shell("web", "echo life $$; exec sleep 600"))
    program = t.start("up")
    program.wait_for(r"web +│ life")
    follower = t.start("logs", "-f", "web")
    first = follower.wait_for(r"web +│ life (\d+)$")[1]
    t.expect_run(0, "restart", "web")
    follower.wait_for(r"a3s +│ web: started")
    seen = follower.text().splitlines()
    second = follower.wait_for(r"web +│ life (?!%s$)(\d+)$" % first)[1]
    check(first != second and seen, "the same life")
    t.stop(program)
    same(follower.wait(), 0, "exit code of the follower")


# ---- terminals -----------------------------------------------------------------------------------


@case
def a_service_has_the_size_of_the_terminal(t):
    script = ("trap 'stty size' WINCH; stty size; printf '\\033[1;32mgreen\\033[0m \\033]0;title\\007\\033[2Kend\\n'; "
              "while :; do sleep 0.05; done")
    t.a3sfile(shell("tty", script, "tty = true"))
    program, ours = t.start_on_terminal("up", rows=50, columns=120)
    program.read_terminal(ours)
    margin = len("12:03:04.123 tty | ")
    program.wait_for(rf"│.* 50 {120 - margin}\r?$")
    program.wait_for("│.* \x1b\\[1;32mgreen\x1b\\[0m end")
    set_size(ours, 40, 90)
    program.wait_for(rf"│.* 40 {90 - margin}\r?$")
    set_size(ours, 40, 10)
    program.wait_for(r"│.* 40 20\r?$")
    check("title" not in program.text(), program.text())
    t.stop(program)
    os.close(ours)


@case
def a_slow_terminal_slows_no_service(t):
    """Nobody reads it while a service prints 20 MB; then what is missing is told, where it is missing."""
    count = 200000
    script = f"seq -f 'number %08.0f {'x' * 80}' 0 {count - 1}; echo printed; exec sleep 600"
    t.a3sfile(shell("loud", script))
    program, ours = t.start_on_terminal("up")
    until(lambda: "printed" in t.run("logs", "loud", "-n", "5").out, "the service has printed all")
    program.read_terminal(ours)
    program.wait_for("│.* [1-9][0-9]* lines? not shown")
    t.stop(program)
    shown, lost, last = 0, 0, -1
    for line in program.text().splitlines():
        if found := re.search(r"number (\d{8}) x{80}", line):
            check(int(found[1]) > last, f"{found[1]} after {last}")
            shown, last = shown + 1, int(found[1])
        elif found := re.search(r"(\d+) lines? not shown", line):
            lost += int(found[1])
    check(shown + lost >= count, f"{shown} shown and {lost} lost of {count}")
    os.close(ours)


@case
def no_colour_is_honoured(t):
    t.a3sfile(t.service("a", "--say hello"))
    t.env["NO_COLOR"] = "1"
    program, ours = t.start_on_terminal("up")
    program.read_terminal(ours)
    program.wait_for(r"^[0-9:.]+ a +│ hello\r?$")
    t.stop(program)
    check("\x1b" not in program.text(), program.text())
    os.close(ours)
