"""Nobody is left behind: not after a stop, not when a3s is killed, not when its guards are."""

import contextlib
import json
import os
import pathlib
import shutil
import signal

from harness import Skip, case, check, marked_processes, same, until

STOP = 'stop { timeout = "300ms" }'


def six(t):
    """Six processes of four kinds: a leader that leaves a deaf child, one that leaves a deaf daemon,
    one that is deaf itself, a plain one."""
    t.a3sfile(t.service("leaver", "--child", STOP), t.service("parent", "--daemon", STOP),
              t.service("deaf", "--ignore-term", STOP), t.service("plain", "", STOP))


def six_run(t, round=1):
    pids = [t.expect(name, event, round)["pid"] for name, event in (
        ("leaver", "start"), ("leaver", "child"), ("parent", "start"), ("parent", "daemon"),
        ("deaf", "start"), ("plain", "start"))]
    check(set(pids) <= set(marked_processes(t.marker)), "the marker does not find the services' processes")
    return pids


def children_of(pid):
    """{pid: name} of the living children."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            head, _, rest = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(entry)] = head.partition("(")[2]
    return found


def guards_of(program):
    return [pid for pid, name in children_of(program.pid).items() if name == "a3s-guard"]


def guard_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def kill_all(program, pids):
    """a3s and these at the same time, as far as anybody can tell."""
    program.signal(signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    program.signal(signal.SIGKILL)
    program.wait()


@case
def six_after_down(t):
    six(t)
    program = t.start("up")
    six_run(t)
    t.expect_run(0, "down")
    program.wait()
    t.nothing_left()


@case
def six_after_ctrl_c(t):
    six(t)
    program = t.start("up")
    six_run(t)
    t.stop(program)


@case
def six_after_a3s_is_killed(t):
    six(t)
    program = t.start("up")
    six_run(t)
    program.signal(signal.SIGKILL)
    program.wait()
    t.nothing_left()
    # The next one finds a free place, and nothing to do.
    program = t.start("up")
    six_run(t, 2)
    t.stop(program)


@case
def six_after_a3s_and_a_guard_are_killed(t):
    six(t)
    program = t.start("up")
    pids = six_run(t)
    kill_all(program, guards_of(program))
    left = {pids[1], pids[3]}  # the deaf child and the daemon; the leaders go with their guards
    check(left <= set(marked_processes(t.marker)), "nothing is left of what this case is about")
    program = t.start("up")
    found = program.wait_for(r"ended what an a3s that was killed had left: (.*)").group(1)
    for pid in left:
        check(f"(pid {pid})" in found, f"process {pid} is not named in {found}")
    check("parent (pid" in found and "leaver (pid" in found, f"the services are not named in {found}")
    new = six_run(t, 2)
    same(left & set(marked_processes(t.marker)), set(), "what is left of the first run")
    same(set(marked_processes(t.marker)) >= set(new), True, "the second run lives")
    t.stop(program)


@case
def down_sweeps_too(t):
    six(t)
    program = t.start("up")
    six_run(t)
    kill_all(program, guards_of(program))
    check("had left" in t.expect_run(0, "down").err, "it does not say what it has done")
    t.nothing_left()
    t.expect_run(3, "down")


@case
def the_sweep_spares_others(t):
    # Another project's processes, and one that only has the number of a noted one.
    t.a3sfile(t.service("a"))
    program = t.start("up")
    first = t.expect("a", "start")["pid"]
    notes = next(t.base.glob("run/a3s/*/processes"))
    kill_all(program, guards_of(program))
    t.nothing_left()
    lines = notes.read_text().splitlines()
    check(str(first) in lines[1], f"the process is not noted in {lines}")
    with t.holder("127.0.0.1", t.free_port()) as stranger:
        notes.write_text("\n".join((lines[0], f"{stranger} 1".ljust(63), "")))
        program = t.start("up")
        t.expect("a", "start", 2)
        check("had left" not in program.text(), "it swept something")
        check(stranger in marked_processes(t.marker), "it killed a stranger")
        t.stop_only(program)


@case
def a3s_is_killed_in_every_state(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("starting", f"--listen tcp --gate {gate}", 'port = 0\nhealth { type = "tcp" }'),
              t.service("crashed", "--exit 1", 'restart {\n  backoff = "1h"\n  max_backoff = "1h"\n}'),
              t.service("stopping", "--ignore-term", 'stop { timeout = "1s" }'), t.service("running"))
    for number in (1, 2, 3):
        program = t.start("up")
        for name in ("starting", "stopping", "running", "crashed"):
            t.expect(name, "start", number)
        t.wait_state("crashed", "backoff")
        if number == 2:
            program.signal(signal.SIGINT)
            t.expect("stopping", "term")
        program.signal(signal.SIGKILL if number < 3 else signal.SIGINT)
        program.wait()
    t.nothing_left()


@case
def a_killed_guard(t):
    t.a3sfile(t.service("a", "--child --daemon", 'restart { backoff = "10ms" }'), t.service("b"))
    program = t.start("up")
    first = [t.expect("a", event)["pid"] for event in ("start", "child", "daemon")]
    t.expect("b", "start")
    t.wait_state("a", "running")
    os.kill(guard_of(first[0]), signal.SIGKILL)
    program.wait_for(r"a: its guard was killed")
    t.expect("a", "start", 2)
    same(set(first) & set(marked_processes(t.marker)), set(), "what is left of the first run")
    same(t.wait_state("a", "running")["restart_count"], 1, "restarts")
    same(len(t.said("b", "start")), 1, "starts of the other service")
    t.stop(program)


@case
def a_killed_nursery(t):
    t.a3sfile(t.service("a"), t.service("b"))
    program = t.start("up")
    t.expect("a", "start")
    t.expect("b", "start")
    nursery = [pid for pid, name in children_of(program.pid).items() if name == "a3s-nursery"]
    os.kill(nursery[0], signal.SIGKILL)
    until(lambda: nursery[0] not in children_of(program.pid), "the nursery is gone")
    t.expect_run(0, "restart", "a")
    t.expect("a", "start", 2)
    same(len(t.said("b", "start")), 1, "starts of the other service")
    t.stop(program)


@case
def no_process_to_be_had(t):
    strace = shutil.which("strace")
    if not strace:
        raise Skip("no strace")
    # The nursery itself, then some of the guards.
    t.a3sfile(*(t.service(name, "", 'restart {\n  backoff = "50ms"\n  max_restarts = 1\n}') for name in "abc"))
    a3s = t.a3s_path
    t.a3s_path = strace
    program = t.start("-f", "-qq", "-o", "/dev/null", "-e", "trace=clone",
                      "-e", "inject=clone:error=EAGAIN:when=1..4", a3s, "up")
    t.a3s_path = a3s
    program.wait_for(r": cannot start a process: .*; next try in")
    for name in "abc":
        t.expect(name, "start")
        same(t.wait_state(name, "running")["restart_count"], 0, "restarts")
    t.expect_run(0, "down")
    program.wait()
    t.nothing_left()


@case
def it_says_what_it_waits_for(t):
    t.a3sfile(t.service("stubborn", "--ignore-term", 'stop { timeout = "1h" }'))
    program = t.start("up")
    pid = t.expect("stubborn", "start")["pid"]
    program.signal(signal.SIGINT)
    program.wait_for(rf"waiting for stubborn \(pid {pid}, 1\.\d s of 1 h, TERM sent\)")
    check("TERM sent" in t.status()["stubborn"]["reason"], "status does not say what it waits for")
    program.signal(signal.SIGINT)
    program.wait_for("killing what is left")
    same(program.wait(), 0, "exit code")
    t.nothing_left()


@case
def a_third_ctrl_c_leaves_it_to_the_guards(t):
    t.a3sfile(t.service("stubborn", "--ignore-term", 'stop { timeout = "1h" }'))
    program = t.start("up")
    pid = t.expect("stubborn", "start")["pid"]
    guard = guard_of(pid)
    os.kill(guard, signal.SIGSTOP)
    try:
        until(lambda: program.process.poll() is not None or program.signal(signal.SIGINT), "a3s has ended")
    finally:
        os.kill(guard, signal.SIGCONT)
    t.nothing_left()


@case
def suspended_and_continued(t):
    t.a3sfile(t.service("a"), t.service("b", "--child"))
    program = t.start("up")
    pids = [t.expect("a", "start")["pid"], t.expect("b", "start")["pid"], t.expect("b", "child")["pid"]]

    def states():
        return "".join(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                       for pid in [program.pid, *pids])

    t.wait_state("b", "running")
    program.signal(signal.SIGTSTP)
    until(lambda: states() == "TTTT", "all are stopped")
    program.signal(signal.SIGCONT)
    until(lambda: "T" not in states(), "all go on")
    t.stop(program)


@case
def a_storm_of_orphans(t):
    t.a3sfile('service "storm" {\n  cmd = "for i in $(seq 300); do (sleep 0 &); done; echo done; exec sleep 1h"\n}')
    program = t.start("up")
    program.wait_for(r"storm +│ done$")
    guard = guards_of(program)[0]

    def zombies():
        count = 0
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                state, parent = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[:2]
                count += int(parent) in (guard, program.pid) and state == "Z"
        return count

    until(lambda: zombies() == 0, "every orphan is reaped")
    until(lambda: len(children_of(guard)) == 1, "only the service is left")
    t.stop(program)


@case
def services_carry_the_run_id(t):
    t.a3sfile(t.service("a", "--show A3S_RUN_ID", 'env = { A3S_RUN_ID = "mine" }'))
    program = t.start("up")
    run_id = t.expect("a", "start")["env"]["A3S_RUN_ID"]
    folder = next(t.base.glob("run/a3s/*/lock")).parent.name
    check(run_id.startswith(f"{folder}-{program.pid}-"), f"run id {run_id}")
    check((t.base / "run/a3s" / folder / "processes").exists(), "no notes")
    t.stop(program)
    check(not (t.base / "run/a3s" / folder / "processes").exists(), "notes of nothing")


def words(line):
    return '["sh", "-c", ' + json.dumps(line) + "]"


@case
def commands_before_and_after(t):
    t.a3sfile(t.service("a", "--say main", f"""
  pre_start = {words("echo pre $A3S_SERVICE in $(basename $PWD)")}
  post_stop = {words("echo post $A3S_SERVICE; exit 4")}"""), t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")
    program.wait_for(r"a +│ pre a in project$")
    t.expect("b", "start")
    program.wait_for(r"a +│ main$")
    t.stop(program)
    program.wait_for(r"a +│ post a$")
    program.wait_for(r"a3s +┃ a: post_stop exited with 4$")
    t.order(("b", "exit"), ("a", "term"))
    lines = [line.split("│ ", 1)[1] for line in program.text().splitlines() if " a " in line.split("│")[0]]
    same(lines, ["pre a in project", "main", "post a"], "what they print, in order")


@case
def a_failing_pre_start(t):
    t.a3sfile(t.service("a", "", f'pre_start = {words("echo cannot migrate >&2; exit 3")}\n'
                        'restart {\n  backoff = "10ms"\n  max_restarts = 2\n}'),
              t.service("b", "", 'pre_start = "./no-such-program"'), t.service("c", "", 'depends_on = ["a"]'), t.service("d"))
    program = t.start("up")
    program.wait_for(r"a +┃ cannot migrate$")
    program.wait_for(r"a: pre_start exited with 3; next try in \d+ ms")
    program.wait_for(r"a: failed: pre_start exited with 3 \(")
    program.wait_for(r'b: failed: pre_start: cannot execute the program "./no-such-program"')
    same(t.wait_state("c", "blocked")["state"], "blocked", "state of the dependent")
    same(t.wait_state("a", "failed")["restart_count"], 0, "restarts of what never ran")
    t.stop(program)
    same(t.said("a") + t.said("b") + t.said("c"), [], "what was started")


@case
def stopped_during_pre_start(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("a", "", f'pre_start = {words(f"echo begins; read x <{gate}; echo goes on")}'))
    program = t.start("up")
    program.wait_for(r"a +│ begins$")
    row = t.wait_state("a", "starting")
    same((row["pid"], row["reason"]), (None, "pre_start runs"), "status")
    t.stop(program)
    same(t.said("a"), [], "what was started")
    check("goes on" not in program.text(), "pre_start was not stopped")


@case
def a_post_stop_without_end(t):
    t.a3sfile(t.service("a", "--ignore-term", f'stop {{ timeout = "300ms" }}\n'
                        f'post_stop = {words("echo cleans; exec sleep 1h")}'))
    program = t.start("up")
    t.expect("a", "start")
    t.stop(program)
    program.wait_for(r"a +│ cleans$")
    program.wait_for(r"a: post_stop took longer than 0\.3 s")


@case
def post_stop_runs_before_the_next_start(t):
    t.a3sfile(t.service("a", "--say up", f'post_stop = {words("echo down")}'))
    program = t.start("up")
    program.wait_for(r"a +│ up$")
    t.expect_run(0, "restart", "a")
    program.wait_for(r"a +│ up$", 5)
    os.kill(t.expect("a", "start", 2)["pid"], signal.SIGKILL)
    t.expect("a", "start", 3)
    program.signal(signal.SIGKILL)
    program.wait()
    t.nothing_left()
    lines = [line.split("│ ", 1)[1] for line in program.text().splitlines() if " a " in line.split("│")[0]]
    same(lines[:4], ["up", "down", "up", "down"], "what they print, in order")


@case
def a_service_on_a_terminal(t):
    t.a3sfile('service "tty" {\n  tty = true\n  kind = "task"\n  cmd = "test -t 0 && test -t 1 && test -t 2 && stty size && '
              'echo told >/dev/tty; echo and this >&2"\n}', t.service("a"))
    program = t.start("up")
    t.wait_state("tty", "done")
    for line in ("24 80", "told", "and this"):
        program.wait_for(rf"tty +│ {line}$")
    t.stop(program)


@case
def a_stopped_guard(t):
    t.a3sfile(t.service("a", "--ignore-term", STOP))
    program = t.start("up")
    os.kill(guard_of(t.expect("a", "start")["pid"]), signal.SIGSTOP)
    t.stop(program)


@case
def lives_leave_nothing_in_a3s(t):
    t.a3sfile(t.service("a", "--daemon", f'tty = true\npost_stop = {words("true")}\n{STOP}'), t.service("b", "--child", STOP))
    program = t.start("up")

    def held():
        return len(os.listdir(f"/proc/{program.pid}/fd")), len(children_of(program.pid))

    def settle(number):
        t.expect("a", "start", number)
        t.expect("b", "start", number)
        t.wait_state("a", "running")
        t.wait_state("b", "running")
        # The nursery and two guards; the ends of earlier ones may come a little later.
        until(lambda: held()[1] == 3, "the guards of earlier lives have ended")
        return held()

    before = settle(1)
    for number in (2, 3, 4):
        t.expect_run(0, "restart", "a", "b")
        same(settle(number), before, "descriptors and children")
    t.stop(program)
