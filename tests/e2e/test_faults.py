"""Crashes, changed files, loud and broken output: what a developer does to a service all day."""

import os
import re
import signal

from harness import case, check, gone, same


@case
def killed_and_restarted(t):
    t.a3sfile(t.service("a", "", 'restart { backoff = "200ms" }'), t.service("b"))
    program = t.start("up")
    first = t.expect("a", "start")
    t.expect("b", "start")
    os.kill(first["pid"], signal.SIGKILL)
    second = t.expect("a", "start", 2)
    check(second["pid"] != first["pid"], "the same process")
    row = t.wait_state("a", "running")
    same((row["pid"], row["restart_count"]), (second["pid"], 1), "process and restarts")
    same(len(t.said("b", "start")), 1, "starts of the other service")
    t.stop(program)


@case
def a_crash_loop_backs_off(t):
    t.a3sfile(t.service("a", "--exit 1", 'restart {\n  backoff = "100ms"\n  max_backoff = "400ms"\n}'))
    program = t.start("up")
    t.expect("a", "start", 5)
    starts = [e["at"] for e in t.said("a", "start")][:5]
    ends = [e["at"] for e in t.said("a", "exit")][:4]
    # No restart before its back-off. How long after it depends on the machine, so that is not asked.
    for end, start, wait in zip(ends, starts[1:], (0.1, 0.2, 0.4, 0.4)):
        check(start - end >= wait * 0.99, f"restarted after {start - end:.3f} s, too early for {wait} s\n{t.story()}")
    check(t.status()["a"]["restart_count"] >= 4, "restarts in status")
    t.wait_state("a", "backoff")
    t.stop(program)


@case
def a_limit_of_restarts(t):
    t.a3sfile(t.service("a", "--exit 1", 'restart {\n  backoff = "10ms"\n  max_restarts = 2\n}'),
              t.service("b", "", 'depends_on = ["c"]'), t.service("c"))
    program = t.start("up")
    t.wait_state("a", "failed")
    same(len(t.said("a", "start")), 3, "starts")
    t.wait_state("b", "running")
    t.stop(program)


@case
def an_end_without_error_is_no_crash(t):
    t.a3sfile(t.service("a", "--exit 0"), t.service("b"))
    program = t.start("up")
    t.expect("a", "exit")
    t.wait_state("a", "stopped")
    same(len(t.said("a", "start")), 1, "starts")
    t.stop(program)


@case
def policy_always(t):
    t.a3sfile(t.service("a", "--exit 0", 'restart {\n  policy = "always"\n  backoff = "10ms"\n}'))
    program = t.start("up")
    t.expect("a", "start", 3)
    t.stop(program)


@case
def ctrl_c_during_backoff(t):
    t.a3sfile(t.service("a", "--exit 1", 'restart {\n  backoff = "1h"\n  max_backoff = "1h"\n}'))
    program = t.start("up")
    t.wait_state("a", "backoff")
    t.stop(program)


def watched(t, more=""):
    t.write("src/main.txt", "one\n")
    t.a3sfile(t.service("a", "", f'watch {{\n  paths = ["src"]\n  debounce = "200ms"\n  {more}\n}}'))
    program = t.start("up")
    t.expect("a", "start")
    t.wait_state("a", "running")
    return program


@case
def touched_and_restarted_once(t):
    program = watched(t)
    for text in ("two\n", "three\n", "four\n"):
        t.write("src/main.txt", text)
    t.expect("a", "start", 2)
    # A second change shows that the first one made no more than one restart.
    (t.dir / "src/main.txt").touch()
    t.expect("a", "start", 3)
    same(len(t.said("a", "start")), 3, "starts after two changes")
    same(t.wait_state("a", "running")["restart_count"], 2, "restarts")
    same(len(t.said("a", "term")), 2, "stops")
    program.wait_for(r"main\.txt")
    t.stop(program)


@case
def editors_rename_over(t):
    program = watched(t)
    t.write("src/main.txt.new", "two\n")
    os.rename(t.dir / "src/main.txt.new", t.dir / "src/main.txt")
    t.expect("a", "start", 2)
    t.write("src/main.txt.new", "three\n")
    os.rename(t.dir / "src/main.txt.new", t.dir / "src/main.txt")
    t.expect("a", "start", 3)
    same(len(t.said("a", "start")), 3, "starts after two saves")
    t.stop(program)


@case
def a_single_watched_file(t):
    t.write("conf/app.conf", "one\n")
    t.write("conf/other.conf", "one\n")
    t.a3sfile(t.service("a", "", 'watch {\n  paths = ["conf/app.conf"]\n  debounce = "200ms"\n}'))
    program = t.start("up")
    t.expect("a", "start")
    t.wait_state("a", "running")
    t.write("conf/other.conf", "two\n")
    t.write("conf/new.conf", "two\n")
    os.rename(t.dir / "conf/new.conf", t.dir / "conf/app.conf")
    t.expect("a", "start", 2)
    t.write("conf/app.conf", "three\n")
    t.expect("a", "start", 3)
    same(len(t.said("a", "start")), 3, "starts after two changes")
    t.stop(program)


@case
def new_folders_are_watched(t):
    program = watched(t)
    t.write("src/new/deep/file.txt", "one\n")
    t.expect("a", "start", 2)
    t.write("src/new/deep/file.txt", "two\n")
    t.expect("a", "start", 3)
    t.stop(program)


@case
def ignored_files(t):
    t.write("src/target/x", "")
    program = watched(t, 'ignore = ["target", "*.lock"]')
    t.write("src/a.lock", "x")
    t.write("src/target/x", "x")
    t.write("src/target/deep/y", "x")
    t.write("src/main.txt", "two\n")
    t.expect("a", "start", 2)
    program.wait_for(r"main\.txt")
    check(not re.search(r"a\.lock|target", program.text()), "an ignored file is named as the reason")
    t.write("src/b.lock", "x")
    t.write("src/main.txt", "three\n")
    t.expect("a", "start", 3)
    same(len(t.said("a", "start")), 3, "starts after two changes")
    t.stop(program)


@case
def watched_without_restart(t):
    program = watched(t, "restart = false")
    t.write("src/main.txt", "two\n")
    program.wait_for(r"main\.txt")
    same(len(t.said("a", "start")), 1, "starts")
    t.stop(program)


@case
def the_line_without_an_end(t):
    fifo = t.fifo("say")
    t.a3sfile(t.service("a", f"--echo-fifo {fifo}"))
    program = t.start("up")
    t.expect("a", "start")
    with open(fifo, "wb", buffering=0) as say:
        say.write(b"a prompt: ")
        program.wait_for(r"a +│ a prompt: ?$")
        say.write(b"\nafter\n")
    program.wait_for(r"a +│ after$")
    t.stop(program)


@case
def output_that_is_no_text(t):
    fifo = t.fifo("say")
    t.a3sfile(t.service("a", f"--echo-fifo {fifo}"))
    program = t.start("up")
    t.expect("a", "start")
    with open(fifo, "wb") as say:
        say.write(b"\xff\xfe\x00\x80\n" + b"x" * 300000 + b"\nstill here\n")
    program.wait_for(r"a +│ still here$")
    t.stop(program)


@case
def a_service_that_ends_itself_while_it_is_stopped(t):
    t.a3sfile(*(t.service(f"s{n}") for n in range(8)))
    program = t.start("up")
    pids = [t.expect(f"s{n}", "start")["pid"] for n in range(8)]
    program.signal(signal.SIGINT)
    for pid in pids[::2]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    program.wait()
    t.nothing_left()


@case
def unhealthy_and_well_again(t):
    t.a3sfile(t.service("a", "--listen http", 'port = 0\nhealth {\n  type = "http"\n  interval = "100ms"\n'
                        '  timeout = "100ms"\n  retries = 2\n}'))
    program = t.start("up")
    pid = t.wait_state("a", "running")["pid"]
    os.kill(pid, signal.SIGSTOP)
    row = t.wait_state("a", "unhealthy")
    same((row["pid"], row["healthy"]), (pid, False), "process and health")
    os.kill(pid, signal.SIGCONT)
    same(t.wait_state("a", "running")["restart_count"], 0, "restarts")
    t.stop(program)
