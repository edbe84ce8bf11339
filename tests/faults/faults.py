"""What the fault cases share: the list, what must be as before afterwards, and strace's injections.

Numbers are those of the list of faults that a3s is to survive; each has a case here, or names the
ones that already play it. A case that passes has left no process (the end-to-end harness looks for
them), no zombie, and the daemon with as many descriptors as before.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from harness import DEADLINE, Failure, Skip, check, until  # noqa: E402,F401

# As long as the list says, not as short as a test suite needs it.
LONG = bool(os.environ.get("A3S_FAULTS_LONG"))

FAULTS = {
    1: "fork: EAGAIN for the second and third spawn",
    2: "fork: ENOMEM",
    3: "exec: missing, not executable, no program, no folder",
    4: "EMFILE on accept",
    5: "ENFILE on pipe2 and openat",
    6: "every n-th malloc fails",
    7: "the leader has gone, a child of its group ignores TERM",
    8: "setsid and a double fork",
    9: "TERM is ignored",
    10: "a fork storm during the stop",
    11: "a guard is killed",
    12: "a3s is killed in each state, then up, then down",
    13: "a service, and a3s itself, are stopped for a while",
    14: "a service that exits at once, for ever",
    15: "a storm of orphans that exit",
    16: "a flood of log lines",
    17: "a line without an end",
    18: "output that is no text, and output that is meant for the terminal",
    19: "stdout closed, or handed to a daemon that lives on",
    20: "the disk is full where logs are written",
    21: "log file deleted, rotated, made read-only",
    22: "a port is taken: the proxy's on one family only, a service's own",
    23: "servers that answer a probe in every bad way",
    24: "the clock jumps ten days",
    25: "no inotify watch, no inotify instance left",
    26: "watching: overflow, root deleted, rename-save, links in circles",
    27: "the run folder: read-only, deleted, a symlink, somebody else's",
    28: "control clients: half a message, too much, very many, one that never reads",
    29: "the plan is cut or replaced while it runs",
    30: "stdout closed, the terminal gone, Ctrl-C twice",
}

# number: the end-to-end cases, and suites of tests/unit with "::" before the case, that play it.
ELSEWHERE = {
    7: ["run.a_group_outlives_its_leader_no_longer", "guards.six_after_down"],
    8: ["guards.six_after_down", "guards.six_after_ctrl_c", "guards.six_after_a3s_is_killed"],
    9: ["run.killed_after_its_stop_timeout", "run.second_ctrl_c_kills_at_once"],
    11: ["guards.a_killed_guard", "guards.six_after_a3s_and_a_guard_are_killed"],
    12: ["guards.a3s_is_killed_in_every_state", "guards.down_sweeps_too"],
    14: ["faults.a_crash_loop_backs_off"],
    18: ["faults.output_that_is_no_text", "logs::a_terminal_gets_colours_and_nothing_dangerous"],
    22: ["run.a_taken_proxy_port"],
    26: ["watch.the_root_is_deleted_and_made_again", "watch.links_that_lead_in_circles",
         "faults.editors_rename_over", "watch::an_overflow_is_a_change_and_everything_is_read_anew"],
    28: ["control::large_request_is_refused", "control::clients_are_bounded",
         "control::silent_client_is_closed", "control::follower_that_never_reads_is_given_up"],
    30: ["run.stdout_closed_early", "run.sighup", "run.second_ctrl_c_kills_at_once"],
}

CASES = {}


def fault(number):
    """A case of the fault; several may play one."""

    def add(function):
        CASES[f"{number:02}_{function.__name__}"] = function
        return function

    return add


# ---- the daemon ----------------------------------------------------------------------------------


def stat_fields(pid):
    """The state and the parent of a process, or None."""
    try:
        fields = pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def is_a3s(t, pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/exe") == t.a3s_path
    return False


def all_a3s(t):
    """Every process of the case that is an a3s: the daemon, and whom it has forked to help it."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and is_a3s(t, entry):
            with contextlib.suppress(OSError):
                if t.marker.encode() in pathlib.Path("/proc", entry, "environ").read_bytes():
                    found.append(int(entry))
    return found


def daemon_pid(t):
    """The one whose parent is no a3s."""

    def look():
        for pid in all_a3s(t):
            fields = stat_fields(pid)
            if fields and not is_a3s(t, fields[1]):
                return pid
        return None

    return until(look, "a3s runs")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def zombies(t):
    """Those whose parent is an a3s."""
    found = []
    for entry in os.listdir("/proc"):
        fields = entry.isdigit() and stat_fields(entry)
        if fields and fields[0] == "Z" and is_a3s(t, fields[1]):
            found.append(int(entry))
    return found


def cpu_seconds(pid):
    fields = pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss(pid):
    """Bytes."""
    fields = pathlib.Path("/proc", str(pid), "statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def does_not_spin(pid):
    """Less than 5 % of a processor. A busy machine can only make it less."""
    before, window = cpu_seconds(pid), 1.0
    time.sleep(window)
    used = cpu_seconds(pid) - before
    check(used <= 0.05 * window + 0.02, f"a3s used {used:.2f} s of {window} s")


@contextlib.contextmanager
def unharmed(t, pid=None):
    """Whatever happens inside, afterwards the daemon is as it was."""
    pid = pid or daemon_pid(t)
    before = descriptors(pid)
    yield pid
    check(stat_fields(pid), "a3s has died")
    until(lambda: not zombies(t), "no zombie is left")
    # Not more; a connection that was kept alive may have gone.
    until(lambda: descriptors(pid) <= before, f"{before} descriptors are open again")


def up(t, *names, silent=()):
    """a3s up in the foreground, everything running: (program, process). Silent ones do not report."""
    program = t.start("up")
    for name in (*names, *silent):
        t.wait_state(name, "running")
    for name in names:
        t.expect(name, "start")
    return program, program.pid


def shell(name, script, body=""):
    """A service block that runs a script of sh."""
    return f'service "{name}" {{\n  cmd = {json.dumps(["/bin/sh", "-c", script])}\n{body}\n}}\n'


def serves(t, name):
    """The proxy leads to the service."""
    until(lambda: t.get(name)[0] == 200, f"{name} answers")


# ---- injections ----------------------------------------------------------------------------------


def needs(program):
    if not shutil.which(program):
        raise Skip(f"no {program} on this machine")


@contextlib.contextmanager
def injected(t, *rules):
    """Faults in the system calls of the running a3s: "vfork:error=EAGAIN:when=2..3"."""
    needs("strace")
    calls = ",".join(rule.split(":")[0] for rule in rules)
    log = t.base / "strace.log"
    command = ["strace", "-o", str(log), "-e", f"trace={calls}"]
    processes = all_a3s(t)
    for pid in processes:
        command += ["-p", str(pid)]
    for rule in rules:
        command += ["-e", f"inject={rule}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env=t.env) as tracer:
        for _ in processes:
            said = tracer.stderr.readline()
            if "attached" not in said:
                tracer.kill()
                raise Skip(f"strace cannot attach: {said.strip()}")
        try:
            yield log
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(DEADLINE)


def was_injected(log):
    return "INJECTED" in log.read_text()
