"""`a3s top` on a terminal that is played by screen.py."""

import contextlib
import pathlib
import re
import signal
import socket

from harness import Skip, case, check, gone, same, until
from screen import Terminal

# Text that would move the cursor, set the title and switch the screen, if it came through.
HOSTILE = (b"red \x1b[31mred\x1b[0m \x1b[2J \x1b[?1049l \x1b]0;owned\x07 caf\xc3\xa9 \xc2\x9b \x90 \x08 end\n")


@contextlib.contextmanager
def terminal(t, *words, rows=24, columns=80, **env):
    it = Terminal([t.a3s_path, *(words or ["top"])], t.dir, {**t.env, "TERM": "xterm", **env}, rows, columns)
    try:
        yield it
    finally:
        it.close()
        t.inspect("top", it.raw.decode("utf-8", "replace"))


def start(t, *more):
    t.a3sfile(t.service("store"), t.service("api", "", 'depends_on = ["store"]'), *more)
    program = t.start("up")
    t.expect("store", "start")
    t.expect("api", "start")
    t.wait_state("api", "running")
    return program


def talker(t, text=HOSTILE):
    """A service that prints the bytes and stays."""
    t.write("said", text)
    return 'service "talker" {\n  cmd = ["sh", "-c", "cat said; exec sleep 1h"]\n}\n'


def quits(it, code=0):
    it.type("q")
    same(it.wait(), code, "exit code")
    restored(it)


def restored(it):
    check(it.is_as_before(), lambda: "the terminal is not as it was")
    check(it.screen.cursor_shown, "the cursor is hidden")
    same(it.screen.unknown, [], "sequences that no terminal knows")


@case
def shows_the_services(t):
    program = start(t, 'service "off" {\n  cmd = "true"\n  restart {\n    policy = "never"\n  }\n}\n')
    with terminal(t) as it:
        it.sees(r"^ a3s  3 services: ")
        it.sees(r"^  SERVICE  +STATE  +CPU%  +MEMORY  +RESTARTS  +PORT  +UPTIME")
        it.sees(r"^> store +running +\d+\.\d +\d[\d.]*[KM] +0 +- +\d+s")  # loads need a second look
        it.sees(r"^  api +running")
        it.sees(r"^  off +(done|stopped) +- +- ")
        it.sees(r"^── store pid \d+ ─+$")
        it.sees(r"^q quit  h help .*w why$")
        same(it.screen.cursor_shown, False, "cursor is shown")
        quits(it)
    same(t.said("store", "term"), [], "services that noticed")
    t.stop(program)


@case
def on_vt100_in_the_c_locale(t):
    program = start(t, talker(t))
    with terminal(t, TERM="vt100", LC_ALL="C", LANG="C", LC_CTYPE="C") as it:
        it.sees(r"^> store +running")
        it.type("jj")
        it.sees(r"\| red red +caf\? .* end$")
        check(not re.search(rb"\x1b\[3[0-7]m", it.raw), "vt100 has no colours")
        check(all(b < 128 for b in it.raw), "something that is not ASCII was written")
        quits(it)
    t.stop(program)


@case
def no_color_is_respected(t):
    program = start(t)
    with terminal(t, NO_COLOR="1") as it:
        it.sees(r"^> store +running")
        quits(it)
        check(not re.search(rb"\x1b\[3[0-7]m", it.raw), "there are colours")
    with terminal(t) as it:
        it.sees(r"^> store +running")
        green = (2, None)
        it.until(lambda: it.screen.cells[3][2 + len("SERVICE  ")][1][:2] == green, "running is green")
        quits(it)
    t.stop(program)


@case
def a_log_cannot_touch_the_terminal(t):
    program = start(t, talker(t))
    with terminal(t, columns=120) as it:
        it.sees(r"^> store +running")
        it.type("jj")
        it.sees(r"│ red red +café \\xc2\\x9b � \\x08 end$")
        check(it.screen.alternate, "the log switched the screen")
        check(b"\x1b]" not in it.raw, "the log set the title")
        line = next(r for r in range(24) if "red red" in it.screen.line(r))
        at = it.screen.line(line).index("red red")
        same([it.screen.cells[line][at + i][1][0] for i in (0, 4)], [None, 1], "colours of the two")
        quits(it)
    t.stop(program)


@case
def keys_restart_and_stop(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        old = t.status()["api"]["pid"]
        it.type("j")
        it.sees(rf"^── api pid {old} ")
        it.type("r")
        it.sees("^restarting api$")
        t.expect("api", "start", 2)
        it.sees(r"^> api +running .* 1 ")
        pid = t.status()["api"]["pid"]
        check(pid and pid != old, f"the same process: {pid}")
        it.sees(rf"^── api pid {pid} ")
        it.type("s")
        it.sees(r"^> api +stopped")
        same(t.status()["api"]["state"], "stopped", "state after s")
        it.type("s")
        it.sees(r"^> api +running")
        t.expect("api", "start", 3)
        quits(it)
    same(len(t.said("store", "start")), 1, "starts of the other service")
    t.stop(program)


@case
def the_log_follows_a_restart(t):
    t.a3sfile('service "echo" {\n  cmd = ["sh", "-c", "echo I am $$; exec sleep 1h"]\n}\n')
    program = t.start("up")
    old = t.wait_state("echo", "running")["pid"]
    with terminal(t) as it:
        it.sees(rf"│ I am {old}$")
        it.type("r")
        it.until(lambda: len(re.findall(r"│ I am \d+$", it.screen.text(), re.M)) == 2, "both runs are there")
        quits(it)
    t.stop(program)


@case
def filter_and_search(t):
    lines = "\n".join(["needle one", *(f"hay {i}" for i in range(60)), "Needle two", *(f"straw {i}" for i in range(60))])
    program = start(t, talker(t, lines + "\n"))
    with terminal(t) as it:
        it.sees(r"^> store +running")
        it.type("/TALK")
        it.sees(r"^services: TALK$")
        it.until(lambda: "  api " not in it.screen.text() and "> talker" in it.screen.text(), "others are hidden")
        it.type("\r")
        it.sees(r"│ straw 59$")
        it.sees(r"^only \*TALK\*")
        it.type("?needle\r")
        it.sees(r"│ Needle two$")
        it.sees(r"\(6\d newer lines below\)")
        it.type("n")
        it.sees(r"│ needle one$")
        it.type("n")
        it.sees(r"^not found: needle$")
        it.type("N")
        it.sees(r"│ Needle two$")
        it.type("\x1b")  # back to the newest line
        it.sees(r"│ straw 59$")
        it.type("\x1b")
        it.sees(r"^  api ")
        it.type("/nothing")
        it.sees(r"no service's name has \"nothing\"$")
        it.type("\x1bq")
        same(it.wait(), 0, "exit code")
        restored(it)
    t.stop(program)


@case
def keys_of_the_pad(t):
    wide = "wide " + "x" * 90 + " far"
    program = start(t, talker(t, "\n".join([*(f"hay {i}." for i in range(60)), "tab\t|", "e\u0301 \U0001f600", wide]) + "\n"))
    up, down, right, left, home, end = ("\x1bO" + letter for letter in "ABCDHF")
    with terminal(t) as it:
        it.sees(r"^> store +running")
        it.type(down)
        it.sees(r"^> api +")
        it.type(end)
        it.sees(r"^> talker ")
        it.sees(r"│ tab +\|$")
        it.sees(r"│ wide x+$")
        it.type(up)
        it.sees(r"^> api +")
        it.type(home)
        it.sees(r"^> store +")
        it.until(lambda: "│ wide" not in it.screen.text(), "the log is the store's")
        it.type(end)
        it.sees(r"│ wide x+$")
        it.type("\x1b[5~")  # a page up
        it.sees(r"newer lines? below\)")
        it.until(lambda: "│ wide" not in it.screen.text(), "the newest line is below")
        it.type("\x1b[6~\x1b[6~")  # and down
        it.sees(r"│ wide x+$")
        it.type(right * 5)
        it.sees(r"x far$")
        it.type(left * 6)
        it.sees(r"│ wide x+$")
        it.type("\x1b[5~")
        it.sees(r"newer lines? below\)")
        it.type(end)  # first to the newest line
        it.sees(r"│ wide x+$")
        it.type("\x0c")  # drawn anew
        it.sees(r"│ wide x+$")
        it.type("/t\U0001f600\x7f\x7fst")
        it.sees(r"^services: st$")
        it.type("\x1b")
        quits(it)
    t.stop(program)


@case
def full_screen_why_and_help(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        it.type("h")
        it.sees(r"^── keys ─")
        it.sees(r"^r +restart$")
        it.type("w")
        it.sees(r"^── why store ─")
        it.sees(r"^store is running since ")
        it.sees(r"^declared at A3sfile.hcl:\d+$")
        it.type("\r")
        it.until(lambda: "SERVICE" not in it.screen.text() and "── store pid" in it.screen.line(1), "the log is alone")
        it.type("l")
        it.sees(r"^  SERVICE ")
        quits(it)
    t.stop(program)


@case
def sizes(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        for rows, columns in ((12, 50), (8, 40), (40, 132), (24, 80)):
            it.resize(rows, columns)
            it.sees(r"^ a3s  2 services")
            it.sees(r"^> store")
            it.until(lambda: it.screen.line(it.screen.rows - 1).startswith("q quit"), "the last row has the keys")
        for rows, columns in ((7, 80), (24, 39), (1, 10)):
            it.resize(rows, columns)
            it.sees(r"^too small")
        it.resize(8, 60)
        it.sees(r"^> store +running")
        quits(it)
    t.stop(program)


@case
def signals_give_the_terminal_back(t):
    program = start(t)
    for number, keys in ((signal.SIGTERM, ""), (signal.SIGHUP, ""), (signal.SIGINT, "\x03")):
        with terminal(t) as it:
            it.sees(r"^> store +running")
            it.type(keys) if keys else it.signal(number)
            same(it.wait(), 128 + number, f"exit code after signal {number}")
            restored(it)
    same(t.said("store", "term"), [], "services that noticed")
    t.stop(program)


@case
def a_fault_gives_the_terminal_back(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        it.signal(signal.SIGABRT)
        it.wait()
        if b"Sanitizer" in it.raw:
            raise Skip("a sanitizer has the signal")
        same(it.process.returncode, -signal.SIGABRT, "how it ended")
        restored(it)
    t.stop(program)


@case
def suspended_and_continued(t):
    program = start(t)

    def state():
        return pathlib.Path(f"/proc/{it.pid}/stat").read_text().rpartition(")")[2].split()[0]

    with terminal(t) as it:
        it.sees(r"^> store +running")
        it.type("\x1a")
        it.until(lambda: state() == "T", "it is suspended")
        it.until(lambda: not it.screen.alternate, "the screen is given back")
        restored(it)
        it.signal(signal.SIGCONT)
        it.until(lambda: it.screen.alternate, "the screen is taken again")
        it.sees(r"^> store +running")
        it.type("j")
        it.sees(r"^> api")
        quits(it)
    t.stop(program)


@case
def survives_the_daemon(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        program.signal(signal.SIGKILL)
        program.wait()
        it.sees(rf"^a3s \(pid {program.pid}\) has died; waiting for the next \"a3s up\"  q quits")
        it.type("r")
        it.sees("^a3s cannot be asked now$")
        until(lambda: len(t.said("store", "exit")) or all(gone(e["pid"], 0.01) for e in t.said("store", "start")),
              "the services are gone")
        again = t.start("up")
        t.expect("api", "start", 2)
        it.sees(r"^> store +running")
        it.until(lambda: it.screen.line(23).startswith("q quit"), "the message is gone")
        t.stop_only(again)
        it.sees(r"^a3s has ended; waiting for the next")
        quits(it)
    with terminal(t) as it:
        same(it.wait(), 3, "exit code when nothing runs")


@case
def a_daemon_that_does_not_answer(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        program.signal(signal.SIGSTOP)
        it.sees(rf"^a3s \(pid {program.pid}\) does not answer; is it suspended\?  q quits$")
        it.type("j")
        it.sees(r"^> api")
        program.signal(signal.SIGCONT)
        it.until(lambda: it.screen.line(23).startswith("q quit"), "the message is gone")
        quits(it)
    t.stop(program)


@case
def the_death_of_the_daemon_and_q(t):
    program = start(t)
    with terminal(t) as it:
        it.sees(r"^> store +running")
        program.signal(signal.SIGKILL)
        program.wait()
        it.sees(r"has died")
        quits(it)


@case
def opens_the_address(t):
    host = '  subdomain = "shop"\n'
    t.a3sfile(t.service("web", "--listen http", host + f"  port = {t.free_port()}"))
    program = t.start("up")
    t.wait_state("web", "running")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(t.base / "opened"))
    listener.settimeout(20)
    browser = t.write("browser", f"""#!/bin/sh
exec python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), "{t.base / "opened"}")' "$1"
""")
    browser.chmod(0o700)
    with terminal(t, BROWSER=str(browser)) as it:
        it.sees(r"^> web +running")
        it.type("o")
        it.sees(r"^(opening|opened) http://shop\.localhost")
        check(listener.recv(1000).startswith(b"http://shop.localhost"), "another address")
        quits(it)
    with terminal(t, BROWSER="/nonexistent/browser") as it:
        it.sees(r"^> web +running")
        it.type("o")
        it.sees(r"^no browser could be started: http://shop\.localhost")
        quits(it)
    listener.close()
    t.stop(program)


@case
def refuses_what_is_no_terminal(t):
    program = start(t)
    result = t.expect_run(1, "top")
    check("needs a terminal" in result.err and "a3s logs -f" in result.err, result)
    same(result.out, "", "output")
    for name in ("dumb", "no-such-terminal", ""):
        with terminal(t, TERM=name) as it:
            same(it.wait(), 1, f"exit code with TERM={name}")
            check(f"this terminal (TERM={name}) cannot move its cursor" in it.screen.text(), it.screen.text())
            check(b"\x1b" not in it.raw, "an escape sequence was written")
    t.stop(program)


@case
def a_flood_does_not_stop_it(t):
    t.a3sfile('service "flood" {\n  cmd = "yes flood"\n}\n', t.service("calm"))
    program = t.start("up")
    t.wait_state("calm", "running")
    with terminal(t) as it:
        it.sees(r"│ flood$")
        it.type("j")
        it.sees(r"^> calm")
        it.type("k")
        it.sees(r"^> flood")
        quits(it)
    t.stop(program)
