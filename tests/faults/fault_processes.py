"""Faults of processes: they cannot be started, do not end, end too often."""

import json
import os
import signal
import sys
import time

from faults import LONG, check, daemon_pid, does_not_spin, fault, injected, shell, unharmed, until, up, was_injected
from harness import same

FORKS = ("fork", "vfork", "clone", "clone3")


def forks(rest):
    return [f"{call}:{rest}" for call in FORKS]


@fault(1)
def the_second_and_third_fork_are_refused_for_now(t):
    quick = 'restart {\n  backoff = "20ms"\n  max_restarts = 1\n}'
    t.a3sfile(*(t.service(name, "", quick) for name in "abc"))
    program, pid = up(t, *"abc")
    with unharmed(t, pid):
        with injected(t, *forks("error=EAGAIN:when=2..3")) as log:
            t.expect_run(0, "restart", "a", "b", "c")
            for name in "abc":
                t.expect(name, "start", 2)
                t.wait_state(name, "running")
        check(was_injected(log), "nothing was injected")
    check("cannot start a process" in program.text(), f"no word about it:\n{program.text()}")
    t.stop(program)


@fault(2)
def there_is_no_memory_for_a_process(t):
    t.a3sfile(t.service("a", "", 'restart {\n  backoff = "20ms"\n  max_restarts = 1\n}'), t.service("b"))
    program, pid = up(t, "a", "b")
    with unharmed(t, pid):
        with injected(t, *forks("error=ENOMEM:when=1..3")) as log:
            t.expect_run(0, "restart", "a")
            t.expect("a", "start", 2)
            t.wait_state("a", "running")  # three refusals are no crashes: the limit was one
        check(was_injected(log), "nothing was injected")
    same(len(t.said("b", "start")), 1, "starts of the other")
    t.stop(program)


@fault(3)
def what_can_never_be_executed(t):
    t.write("text", "no program\n").chmod(0o644)
    t.write("broken", b"\x7fELF and nothing else\n").chmod(0o755)
    t.write("lost", "#!/no/such/interpreter\n").chmod(0o755)
    bad = {"missing": '"./missing"', "text": '"./text"', "broken": '"./broken"', "lost": '"./lost"'}
    t.a3sfile(*(f'service "{name}" {{\n  cmd = [{words}]\n}}\n' for name, words in bad.items()),
              t.service("nowhere", "", 'dir = "no/such/folder"'), t.service("fine"))
    program, pid = up(t, "fine")
    with unharmed(t, pid):
        for name in [*bad, "nowhere"]:
            row = t.wait_state(name, "failed")
            same((row["pid"], row["restart_count"]), (None, 0), f"process and restarts of {name}")
            check(program.wait_for(rf"{name}.*cannot"), "never comes here")
    t.stop(program)


@fault(10)
def a_fork_storm_during_the_stop(t):
    count = 300 if LONG else 100
    t.a3sfile(shell("storm", f"trap '' TERM; i=0; while [ $i -lt {count} ]; do sleep 600 & i=$((i+1)); done; "
                             f"while :; do sleep 0.01 & wait $!; done", 'stop { timeout = "200ms" }'),
              t.service("b"))
    program, pid = up(t, "b", silent=["storm"])
    with unharmed(t, pid):
        t.expect_run(0, "down", "storm")
        t.wait_state("storm", "stopped")
        same(t.status()["b"]["state"], "running", "state of the other")
    t.stop(program)


@fault(13)
def a3s_itself_is_stopped_for_a_while(t):
    health = 'port = 0\nhealth {\n  type = "tcp"\n  interval = "200ms"\n  timeout = "200ms"\n  retries = 2\n}'
    t.a3sfile(t.service("a", "--listen tcp", health), t.service("b", "--exit 1", 'restart { backoff = "100ms" }'))
    program = t.start("up")
    t.wait_state("a", "running")
    with unharmed(t, program.pid):
        program.signal(signal.SIGSTOP)
        until(lambda: open(f"/proc/{program.pid}/stat").read().rpartition(")")[2].split()[0] == "T", "it is stopped")
        seen = len(t.said("b", "exit"))
        time.sleep(30 if LONG else 1.5)  # nothing can be waited for in what stands still
        program.signal(signal.SIGCONT)
        t.expect("b", "exit", seen + 2)
        same(t.status()["a"]["restart_count"], 0, "restarts of a well service")
        t.wait_state("a", "running")
    t.stop(program)


@fault(13)
def a_stopped_service_is_noticed(t):
    t.a3sfile(t.service("a", "--listen http", 'port = 0\nrestart {\n  on_unhealthy = true\n  backoff = "20ms"\n}\n'
                        'stop { timeout = "200ms" }\n'
                        'health {\n  type = "http"\n  interval = "500ms"\n  timeout = "500ms"\n  retries = 2\n}'))
    program, pid = up(t, "a")
    with unharmed(t, pid):
        first = t.expect("a", "start")["pid"]
        os.kill(first, signal.SIGSTOP)  # TERM cannot reach it: only a KILL ends it
        t.expect("a", "start", 2)
        t.wait_state("a", "running")
    t.stop(program)


@fault(14)
def exits_at_once_for_ever(t):
    t.a3sfile(shell("a", "exit 7", 'restart {\n  backoff = "10ms"\n  max_backoff = "20ms"\n}'), t.service("b"))
    program, pid = up(t, "b")
    with unharmed(t, pid):
        until(lambda: t.status()["a"]["restart_count"] >= 20, "20 restarts")
        until(lambda: "exited with 7" in t.run("status").out, "the exit code is shown")
    t.stop(program)


@fault(15)
def a_storm_of_orphans(t):
    """Each is a daemon whose parent has gone; it exits at once."""
    count = 10000 if LONG else 1000
    gate = t.fifo("gate")
    t.a3sfile(shell("a", f"i=0; while [ $i -lt {count} ]; do (true & ) ; i=$((i+1)); done; cat {gate}; exec sleep 600"))
    program, pid = up(t, silent=["a"])
    with unharmed(t, pid):
        t.open_gate(gate)
        same(t.status()["a"]["restart_count"], 0, "restarts")
    t.stop(program)


@fault(19)
def stdout_is_closed(t):
    t.a3sfile(shell("a", "exec >&- 2>&-; exec sleep 600"), shell("b", "exec 2>&-; echo here; exec sleep 600"))
    program, pid = up(t, silent="ab")
    with unharmed(t, pid):
        program.wait_for("b +│ here")
        does_not_spin(pid)
        same([t.status()[name]["state"] for name in "ab"], ["running", "running"], "states")
    t.stop(program)


@fault(19)
def stdout_is_handed_to_a_daemon_that_lives_on(t):
    """The service ends, the daemon keeps its output open: the service can be started again."""
    script = "import os,signal\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n  signal.pause()\n os._exit(0)\n"
    words = json.dumps([sys.executable, "-IS", "-c", script + "os.wait()\nprint('done', flush=True)\nos._exit(1)"])
    t.a3sfile(f'service "a" {{\n  cmd = {words}\n  restart {{ backoff = "20ms" }}\n  stop {{ timeout = "200ms" }}\n}}\n',
              t.service("b"))
    program, pid = up(t, "b")
    until(lambda: t.status()["a"]["restart_count"] >= 3, "3 restarts")
    check(pid == daemon_pid(t), "another a3s")
    same(t.status()["b"]["state"], "running", "state of the other")
    t.stop(program)
