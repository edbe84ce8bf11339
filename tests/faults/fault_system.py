"""Faults of the system: no memory, no files, no watches, another clock, folders that change."""

import contextlib
import os
import shutil
import signal
import subprocess

from faults import LONG, Skip, check, daemon_pid, fault, injected, needs, shell, unharmed, until, up, was_injected
from harness import DEADLINE, same


@fault(5)
def the_system_has_no_file_left(t):
    t.a3sfile(t.service("a", "", 'restart {\n  backoff = "20ms"\n  max_restarts = 1\n}'), t.service("b"))
    program, pid = up(t, "a", "b")
    starts = 1
    for call in ("pipe2", "openat"):
        with unharmed(t, pid):
            with injected(t, f"{call}:error=ENFILE:when=1..2") as log:
                t.expect_run(0, "restart", "a")
                starts += 1
                t.expect("a", "start", starts)
                t.wait_state("a", "running")
            check(was_injected(log), f"no {call} was injected")
    same(len(t.said("b", "start")), 1, "starts of the other")
    t.stop(program)


def run_without_memory(t, library, nth, *args):
    env = {**t.env, "LD_PRELOAD": library, "FAIL_MALLOC": str(nth), "FAIL_MALLOC_TOLD": str(t.base / "failed")}
    with contextlib.suppress(FileNotFoundError):
        (t.base / "failed").unlink()
    process = subprocess.run([t.a3s_path, *args], cwd=t.dir, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                             timeout=DEADLINE, check=False)
    return process, (t.base / "failed").exists()


def use_shared(t):
    """From here on the case runs the a3s into which something can be preloaded."""
    shared = os.environ.get("A3S_FAULTS_SHARED")
    if not shared:
        raise Skip("no a3s with a shared C library was given (--shared)")
    t.a3s_path = shared


def memory_library(t):
    library = os.environ.get("A3S_FAULTS_MALLOC")
    if not library:
        raise Skip("no malloc that fails was given (--malloc); the sanitizers have theirs")
    use_shared(t)
    check(run_without_memory(t, library, 1, "--version")[1], "the malloc that fails was not preloaded")
    return library


def allocations_fail(t, step, *args):
    """Each step-th allocation in turn: a clean end, with a word, or no harm. The number of runs."""
    library = memory_library(t)
    for nth in range(1, 100000, step):
        process, failed = run_without_memory(t, library, nth, *args)
        if not failed:
            return nth
        said = (process.stdout + process.stderr).decode("utf-8", "replace")
        check(process.returncode >= 0, f"allocation {nth}: signal {-process.returncode}\n{said}")
        check(process.returncode == 0 or said.strip(), f"allocation {nth}: exit {process.returncode} without a word")
    return None


@fault(6)
def every_allocation_fails_once_while_compiling(t):
    t.a3sfile(t.service("a", "", 'env = { A = "${1 + 2}" }\nwatch { paths = ["."] }'), t.service("b", "", 'depends_on = ["a"]'))
    check(allocations_fail(t, 1 if LONG else 17, "validate"), "there is no end of it")
    check(allocations_fail(t, 1 if LONG else 17, "compile"), "there is no end of it")


@fault(6)
def every_allocation_fails_once_while_running(t):
    """Whatever a3s does then, nobody is left behind."""
    t.a3sfile(t.service("a", "--exit 0", 'kind = "task"'))
    library = memory_library(t)
    for nth in range(1, 100000, 1 if LONG else 61):
        process, failed = run_without_memory(t, library, nth, "up")
        if not failed:
            break
        said = (process.stdout + process.stderr).decode("utf-8", "replace")
        check(process.returncode >= 0, f"allocation {nth}: signal {-process.returncode}\n{said}")
        t.nothing_left()


@fault(24)
def the_clock_jumps_ten_days(t):
    """The wall clock only: nothing that a3s waits for may follow it."""
    needs("faketime")
    use_shared(t)
    stamp = t.base / "clock"
    stamp.write_text("+0d\n")
    t.env.update(FAKETIME_TIMESTAMP_FILE=str(stamp), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
    library = subprocess.run(["faketime", "now", "sh", "-c", "echo $LD_PRELOAD"], capture_output=True, text=True, check=True)
    t.env["LD_PRELOAD"] = library.stdout.strip()
    t.a3sfile(t.service("a", "--listen tcp", 'port = 0\nhealth {\n  type = "tcp"\n  interval = "200ms"\n  timeout = "200ms"\n}'),
              t.service("b", "--exit 1", 'restart {\n  backoff = "50ms"\n  max_backoff = "100ms"\n}'))
    program, pid = up(t, "a")
    with unharmed(t, pid):
        for jump in ("+10d", "-10d", "+0d"):
            seen = len(t.said("b", "start"))
            stamp.write_text(jump + "\n")
            t.expect("b", "start", seen + 3)
            row = t.status()["a"]
            same((row["state"], row["restart_count"]), ("running", 0), f"after {jump}")
            check(0 <= row["uptime_secs"] < 3600, f"up for {row['uptime_secs']} s after {jump}")
    t.stop(program)


def watched(t):
    t.write("src/one/a", "")
    t.write("src/two/b", "")
    t.a3sfile(t.service("a", "", 'watch {\n  paths = ["src"]\n  debounce = "50ms"\n}'), t.service("b"))


@fault(25)
def no_watch_is_left(t):
    watched(t)
    program, pid = up(t, "b")
    t.wait_state("a", "running")
    with unharmed(t, pid):
        with injected(t, "inotify_add_watch:error=ENOSPC:when=1+") as log:
            t.write("src/three/c", "")  # a new folder wants a watch
            program.wait_for("max_user_watches")
            check(was_injected(log), "nothing was injected")
        same([t.status()[name]["state"] for name in "ab"], ["running", "running"], "states")
    t.stop(program)


@fault(25)
def no_inotify_instance_is_left(t):
    watched(t)
    needs("strace")
    # Its search for leaks is a tracer, too, and a process has room for one.
    t.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    log = t.base / "strace.log"
    words = ["strace", "-D", "-o", str(log), "-e", "trace=inotify_init1", "-e", "inject=inotify_init1:error=EMFILE", t.a3s_path]
    real, t.a3s_path = t.a3s_path, str(t.write("traced", "#!/bin/sh\nexec " + " ".join(words) + ' "$@"\n'))
    os.chmod(t.a3s_path, 0o755)
    program = t.start("up")
    t.a3s_path = real
    program.wait_for("max_user_instances")
    for name in "ab":
        t.wait_state(name, "running")
    check(was_injected(log), "nothing was injected")
    t.stop(program)


@fault(27)
def the_run_folder_disappears(t):
    t.a3sfile(t.service("a"))
    program, pid = up(t, "a")
    shutil.rmtree(t.base / "run" / "a3s")
    same(t.run("status").code, 3, "exit code of status when it cannot be found")
    check(os.path.exists(f"/proc/{pid}"), "a3s has died")
    t.stop(program)


@fault(27)
def the_run_folder_is_somebody_elses(t):
    t.a3sfile(t.service("a"))
    folder = t.base / "run" / "a3s"
    elsewhere = t.base / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    folder.symlink_to(elsewhere)
    result = t.run("up")
    check(result.code not in (0, 124) and "a3s" in result.err, f"a symlink was accepted: {result}")
    folder.unlink()
    same(list(elsewhere.iterdir()), [], "what was written through the symlink")
    if os.geteuid() == 0:
        folder.mkdir(mode=0o700)
        os.chown(folder, 65534, 65534)
        result = t.run("up")
        check(result.code != 0 and result.err, f"the folder of another user was accepted: {result}")
        os.chown(folder, 0, 0)
        folder.rmdir()
    same(t.said("a"), [], "what was started")


@fault(27)
def the_run_folder_cannot_be_written(t):
    t.a3sfile(shell("a", "exec sleep 600"))
    (t.base / "run").chmod(0o500)
    prefix = []
    if os.geteuid() == 0:
        needs("setpriv")
        os.chmod(t.base, 0o755)
        for path in (t.base / "run", t.dir):
            os.chown(path, 65534, 65534)
        prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    if subprocess.run([*prefix, "test", "-x", t.a3s_path], env=t.env, check=False).returncode:
        raise Skip("another user cannot execute this a3s")
    process = subprocess.run([*prefix, t.a3s_path, "up"], cwd=t.dir, env=t.env, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=DEADLINE, check=False)
    (t.base / "run").chmod(0o700)
    check(process.returncode > 0 and "run" in process.stderr, f"{process.returncode} {process.stderr}")
    t.nothing_left()


@fault(29)
def the_plan_is_cut_and_replaced_while_it_runs(t):
    t.a3sfile(t.service("a", "", 'restart { backoff = "20ms" }'), t.service("b", "", 'depends_on = ["a"]'))
    t.expect_run(0, "compile", "-o", "x.plan")
    program = t.start("run", "x.plan")
    t.expect("a", "start")
    t.expect("b", "start")
    with unharmed(t, program.pid):
        for change in (lambda f: os.truncate(f, 100), lambda f: f.write_bytes(b"\xff" * 5000), lambda f: f.unlink()):
            count = len(t.said("a", "start"))
            change(t.dir / "x.plan")
            os.kill(t.said("a", "start")[-1]["pid"], signal.SIGKILL)
            t.expect("a", "start", count + 1)
    t.stop(program)


@fault(29)
def the_a3sfile_is_broken_while_it_runs(t):
    t.a3sfile(t.service("a"))
    program, pid = up(t, "a")
    with unharmed(t, pid):
        t.write("A3sfile.hcl", "service {{{ no\n")
        t.expect_run(0, "restart", "a")
        t.expect("a", "start", 2)
        same(t.status()["a"]["state"], "running", "state")
    t.stop(program)
