"""Faults of output: too much of it, not text, nobody who takes it."""

import os
import resource
import signal
import subprocess

from faults import LONG, check, daemon_pid, does_not_spin, fault, rss, shell, unharmed, until, up
from harness import same

MIB = 1 << 20


def in_the_background(t, *names):
    t.expect_run(0, "up", "-d")
    for name in names:
        t.wait_state(name, "running")
    return daemon_pid(t)


@fault(16)
def a_flood_of_lines(t):
    t.a3sfile(shell("loud", "exec yes"), t.service("calm", "--say hello"))
    pid = in_the_background(t, "loud", "calm")
    with unharmed(t, pid):
        read = lambda: int(open(f"/proc/{pid}/io").read().split("rchar: ")[1].split()[0])  # noqa: E731
        start, size = read(), (2000 if LONG else 50) * MIB
        until(lambda: read() - start > size, "much of it was read", 120)
        # Its ring has a budget; everything else is what it was.
        check(rss(pid) < 64 * MIB, f"{rss(pid) // MIB} MiB of memory")
        check("hello" in t.expect_run(0, "logs", "calm").out, "the calm one's line is lost")
        same(t.expect_run(0, "logs", "loud", "-n", "2").out.count(" y\n"), 2, "lines of the loud one")
        t.expect_run(0, "restart", "loud")
        t.wait_state("loud", "running")
    t.expect_run(0, "down")
    t.nothing_left()


@fault(17)
def a_line_without_an_end(t):
    size = 1024 if LONG else 64
    t.a3sfile(shell("a", f"head -c {size}M /dev/zero | tr '\\0' x; echo; echo after; exec sleep 600"))
    pid = in_the_background(t, "a")
    before = rss(pid)
    with unharmed(t, pid):
        until(lambda: "after" in t.run("logs", "a", "-n", "9").out, "the next line comes", 120)
        check(rss(pid) - before < 8 * MIB + 4 * MIB, f"{(rss(pid) - before) // MIB} MiB more")
    t.expect_run(0, "down")
    t.nothing_left()


@fault(18)
def output_that_is_meant_for_the_terminal(t):
    """Colours may pass; a title, a cleared screen, a moved cursor may not."""
    t.a3sfile(shell("a", r"printf '\033]0;title\007one\n\033[2Jtwo\n\033[31mred\033[0m\nend\n'; exec sleep 600"))
    ours, theirs = os.openpty()
    try:
        program = t.start("up", stdout=theirs, stderr=theirs)
        os.close(theirs)
        program.read_terminal(ours)
        program.wait_for("│.*end")
        text = program.text()
        check("\x1b]" not in text and "\x1b[2J" not in text and "\x07" not in text, f"it got through: {text!r}")
        t.stop(program)
    finally:
        os.close(ours)


@fault(20)
def stdout_is_a_full_disk(t):
    t.a3sfile(shell("a", "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done; exec sleep 600"))
    with open("/dev/full", "wb") as full:
        program = t.start("up", stdout=full)
    t.wait_state("a", "running")
    with unharmed(t, program.pid) as pid:
        until(lambda: "line 999" in t.run("logs", "a", "-n", "9").out, "the ring has everything")
        does_not_spin(pid)
    t.stop(program)


@fault(20)
def files_may_not_grow(t):
    """RLIMIT_FSIZE: a write beyond it raises SIGXFSZ, whose default is the end. What a3s says in the
    background goes to a file."""
    t.a3sfile(shell("a", "exit 1", 'restart {\n  backoff = "1ms"\n  max_backoff = "1ms"\n}'), t.service("b"))
    # A program that counts what it reaches (scripts/coverage) is not to write files of its own.
    t.env.update(GCOV_PREFIX="/dev/null", GCOV_ERROR_FILE="/dev/null")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))  # noqa: E731
    process = subprocess.run([t.a3s_path, "up", "-d"], cwd=t.dir, env=t.env, preexec_fn=limit, timeout=60,
                             stdin=subprocess.DEVNULL, capture_output=True, check=False)
    same(process.returncode, 0, "exit code of up -d")
    pid = daemon_pid(t)
    until(lambda: t.status()["a"]["restart_count"] >= 100, "100 restarts")
    same(daemon_pid(t), pid, "process of a3s")
    same(t.status()["b"]["state"], "running", "state of the other")
    t.expect_run(0, "down")
    t.nothing_left()


@fault(21)
def the_log_file_is_deleted_or_read_only(t):
    """That of a3s's own words in the background; those of services: test_logs.py."""
    t.a3sfile(shell("a", "exit 1", 'restart {\n  backoff = "10ms"\n  max_backoff = "10ms"\n}'), t.service("b"))
    pid = in_the_background(t, "b")
    logs = list(t.base.glob("run/a3s/*/daemon.log"))
    check(logs, "there is no log file")
    with unharmed(t, pid):
        logs[0].chmod(0o400)
        count = t.status()["a"]["restart_count"]
        until(lambda: t.status()["a"]["restart_count"] > count + 3, "it goes on, read-only")
        logs[0].unlink()
        count = t.status()["a"]["restart_count"]
        until(lambda: t.status()["a"]["restart_count"] > count + 3, "it goes on, deleted")
    t.expect_run(0, "down")
    t.nothing_left()


@fault(30)
def nobody_reads_any_more(t):
    """up | head: the reader ends, the pipe is closed."""
    t.a3sfile(shell("a", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.01; done"), t.service("b"))
    program = t.start("up", stderr=subprocess.DEVNULL)
    program.wait_for("line 3")
    t.expect("b", "start")
    # The harness's own end of the pipe; nobody reads it any more.
    program.outputs.pop(0)
    with unharmed(t, program.pid) as pid:
        os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), program.process.stdout.fileno())
        t.expect_run(0, "restart", "b")
        t.expect("b", "start", 2)
        does_not_spin(pid)
    t.stop(program)


@fault(30)
def ctrl_c_twice_in_a_row(t):
    t.a3sfile(t.service("deaf", "--ignore-term", 'stop { timeout = "1h" }'), t.service("b", "", 'depends_on = ["deaf"]'))
    program, _ = up(t, "deaf", "b")
    program.signal(signal.SIGINT)
    program.signal(signal.SIGINT)
    # Two at once may be one for the system; then the third is the second.
    until(lambda: program.process.poll() is not None or program.signal(signal.SIGINT), "it ends")
    same(program.wait(), 0, "exit code")
    t.nothing_left()
