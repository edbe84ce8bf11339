"""The commands as people use them, in every situation: running, stopped, suspended, killed, attacked."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys

from harness import DEADLINE, Skip, case, check, gone, same, until

# Every command that speaks to a running a3s.
ASKING = (("status",), ("ps",), ("status", "--json"), ("status", "--watch"), ("status", "--socket"), ("why", "web"),
          ("logs",), ("logs", "-f"), ("restart", "web"), ("reload",), ("down",), ("down", "web"))


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(DEADLINE)

    def is_taken():
        with contextlib.suppress(BlockingIOError):  # a crowd stands before the door
            sock.connect(path)
            return True

    until(is_taken, "there is a connection")
    return sock


def ask(path, target="/v1/health"):
    """The JSON of an answer to GET; None if a3s refused to talk."""
    with connect(path) as sock:
        sock.sendall(f"GET {target} HTTP/1.0\r\nHost: a3s\r\n\r\n".encode())
        head, _, body = sock.makefile("rb").read().partition(b"\r\n\r\n")
    return json.loads(body) if head.startswith(b"HTTP/1.1 200") else None


# ---- The tour ----


@case
def the_tour(t):
    t.a3sfile(t.service("store", "--listen tcp", 'port = 0\nhealth { type = "tcp" }'),
              t.service("web", "--say hello", 'depends_on = ["store"]\nport = 0'))
    t.expect_run(0, "up", "-d", "--wait")
    status = json.loads(t.expect_run(0, "status", "--json").out)
    same(status["proxy_port"], t.proxy_port, "proxy_port")
    for name in ("name", "state", "pid", "port", "subdomain", "uptime_secs", "restart_count", "healthy"):
        check(all(name in row for row in status["services"]), f"{name} of each service")
    rows = {row["name"]: row for row in status["services"]}
    same((rows["store"]["state"], rows["store"]["healthy"], rows["web"]["state"]), ("running", True, "running"), "states")
    follower = t.start("logs", "-f", "web")
    follower.wait_for(r"web +│ hello$")
    seen = len(follower.lines)
    t.expect_run(0, "restart", "web")
    t.expect("web", "start", 2)
    follower.wait_for(r"web +│ hello$", start=seen)
    row = t.wait_state("web", "running")
    check(row["pid"] != rows["web"]["pid"], "a new process")
    same((row["restart_count"], row["runs"]), (1, 2), "restarts and runs")
    check("web is running" in t.expect_run(0, "why", "web").out, "why")
    same(t.expect_run(0, "logs", "web", "--run", "newest", "--json").out.count("hello"), 1, "lines of the newest run")
    t.expect_run(0, "down")
    same(follower.wait(), 0, "exit code of logs -f")
    t.expect_run(3, "status")
    t.nothing_left()


# ---- Each command in each situation ----


@case
def when_nothing_runs(t):
    t.a3sfile(t.service("web"))
    for command in ASKING:
        result = t.expect_run(3, *command)
        check("nothing is running" in result.err and '"a3s up"' in result.err, f"{command}: {result}")
        same(result.out, "", f"stdout of {command}")
    empty = t.base / "empty"
    empty.mkdir()
    for command in ASKING:
        check("no A3sfile" in t.expect_run(3, *command, cwd=empty).err, f"{command}")


@case
def unknown_services(t):
    t.a3sfile(t.service("web"), t.service("store"))
    program = t.start("up")
    t.wait_state("web", "running")
    for command in (("restart", "webb"), ("down", "webb"), ("why", "webb"), ("logs", "webb"), ("exec", "webb", "--", "true")):
        result = t.expect_run(2, *command)
        check('no service is called "webb"; did you mean "web"?' in result.err, f"{command}: {result}")
    check("there are web, store" in t.expect_run(2, "restart", "xyzzy").err, "a list, when nothing is close")
    result = t.expect_run(2, "restart", "web", "nosuch")
    same(t.status()["web"]["restart_count"], 0, "restarts: nothing is done if one is unknown")
    t.stop(program)
    result = t.expect_run(2, "up", "stor")
    check('did you mean "store"?' in result.err, result)
    check('did you mean "store"?' in t.expect_run(2, "exec", "stor", "true").err, "exec without an a3s")


@case
def a_suspended_a3s(t):
    t.a3sfile(t.service("web"))
    program = t.start("up")
    t.wait_state("web", "running")
    program.signal(signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(len(ASKING)) as pool:
        asking = [c for c in ASKING if c != ("status", "--socket")] + [("exec", "web", "--", "true")]
        results = list(pool.map(lambda c: (c, t.run(*c)), asking))
    program.signal(signal.SIGCONT)
    for command, result in results:
        same(result.code, 124, f"exit code of {command}: {result}")
        check(f"a3s (pid {program.pid}) is suspended" in result.err and f"kill -CONT {program.pid}" in result.err,
              f"{command}: {result}")
    # What was asked meanwhile is done now: a shutdown among other things.
    same(program.wait(), 0, "exit code of up")
    t.nothing_left()


@case
def what_a_killed_a3s_leaves(t):
    t.a3sfile(t.service("web"))
    program = t.start("up")
    pid = t.expect("web", "start")["pid"]
    program.signal(signal.SIGKILL)
    program.wait()
    check(gone(pid), "the service ends with its a3s")
    check(os.path.exists(t.socket_path()), "the socket is left")
    for command in ASKING:
        if command[0] != "down":
            check("nothing is running" in t.expect_run(3, *command).err, f"{command}")
    t.expect_run(3, "down")
    t.stop(t.start_ready("web"))


@case
def the_last_one_goes_down(t):
    """With the last service a3s ends too, maybe before it is asked how far it is."""
    t.a3sfile(t.service("web"), t.service("job", "", 'disabled = true'))
    program = t.start_ready("web")
    check("web is stopped" in t.expect_run(0, "down", "web").err, "down web")
    same(program.wait(), 0, "exit code of up")
    t.nothing_left()


# ---- status --watch ----


@case
def changes_in_a_pipe(t):
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    watcher = t.start("status", "--watch")
    words = t.start("status", "--watch", "--json")
    words.wait_for('"event":"open"')
    # The other one has no line to say that it listens.
    until(lambda: ask(t.socket_path())["clients"] == 3, "both listen")
    t.expect_run(0, "restart", "web")
    for change in ("running -> stopping", "stopping -> pending", "pending -> starting", "starting -> running"):
        watcher.wait_for(f"^web {change}$")
    words.wait_for('"to":"running"')
    t.stop_only(program)
    same((watcher.wait(), words.wait()), (0, 0), "exit codes")
    watcher.wait_for("^a3s: a3s has ended$|a3s has ended")
    t.nothing_left()


@case
def a_table_on_a_terminal(t):
    t.a3sfile(t.service("web"), t.service("crash", "--exit 3", 'restart { policy = "never" }'))
    program = t.start_ready("web")
    ours, theirs = os.openpty()
    watcher = t.start("status", "--watch", stdout=theirs)
    os.close(theirs)
    watcher.read_terminal(ours)
    watcher.wait_for(r"web +.*running")
    watcher.wait_for(r"crash: exited with 3")
    seen = len(watcher.lines)
    t.expect_run(0, "restart", "web")
    watcher.wait_for(r"web +.*running.* 1  ", start=seen)
    t.stop_only(program)
    same(watcher.wait(), 0, "exit code")
    os.close(ours)
    t.nothing_left()


@case
def the_last_end_is_shown(t):
    t.write("once", "")
    t.a3sfile(t.service("web", "", ""), 'service "crash" {\n  cmd = "if rm once 2>/dev/null; then exit 7; fi; exec sleep 1000"\n'
              '  restart { backoff = "10ms" }\n}')
    program = t.start("up")
    until(lambda: (row := t.run("status").code == 0 and t.status()["crash"]) and row["restart_count"] == 1
          and row["state"] == "running", "crash has come back")
    check("crash: the run before exited with 7" in t.expect_run(0, "status").out, "the last exit")
    t.stop(program)


# ---- logs ----


@case
def logs_are_chosen(t):
    t.a3sfile(t.service("web", "--say one --say two --say three"), t.service("store", "--say other"))
    program = t.start("up")
    program.wait_for("three$")
    program.wait_for("other$")
    def texts(*options):
        out = t.expect_run(0, "logs", "--json", *options).out
        return [line["line"] for line in map(json.loads, out.splitlines()) if line["stream"] != "a3s"]
    same(texts("web", "--grep", "^t"), ["two", "three"], "by pattern")
    same(texts("web", "store", "--grep", "o", "-n", "2"), ["two", "other"] if texts("web", "store")[-1] == "other" else
         [line for line in texts("web", "store") if "o" in line][-2:], "the newest by pattern, of two services")
    same(texts("web", "--since", "1h30m"), ["one", "two", "three"], "of the last while")
    same(texts("web", "--until", "1h"), [], "of before")
    same(texts("web", "--since", "2020-01-01"), ["one", "two", "three"], "since a day")
    same(texts("web", "--since", "2020-01-01T00:00:00Z", "--until", "2020-01-02T00:00:00+01:00"), [], "of a day")
    same(texts("web", "--run", "1", "-n", "1"), ["three"], "of a run")
    for option, value, word in (("--since", "soon", "no time"), ("--run", "old", "newest"), ("--grep", "(", "regular expression")):
        check(word in t.expect_run(2, "logs", option, value).err, f"{option} {value}")
    for pattern, where in (("(", 2), ("[z", 3), ("ä*é(", 5), ("*x", 1)):
        result = t.expect_run(2, "logs", "--grep", pattern)
        check(f'--grep: "{pattern}" is no regular expression: column {where}: ' in result.err and "grep -P" in result.err, result)
    follower = t.start("logs", "-f", "web", "--grep", "two", "--since", "1h")
    follower.wait_for("two$")
    t.expect_run(0, "restart", "web")
    follower.wait_for("two$", start=len(follower.lines))
    t.stop_only(program)
    follower.wait()
    check(all("two" in line for line in follower.lines), follower.text())
    t.nothing_left()


@case
def a_slow_pattern_holds_up_nobody(t):
    """Each line costs the pattern thousands of steps, and comes faster than that; none is lost."""
    flood = "i=0; while [ $i -lt 2000 ]; do echo aaaaaaaaaaa; i=$((i+1)); done; echo ab"
    t.a3sfile(f'service "web" {{\n  cmd = "{flood}; read line < go; {flood}; exec sleep 1000"\n}}')
    os.mkfifo(t.dir / "go")
    program = t.start("up")
    program.wait_for("ab$")
    follower = t.start("logs", "-f", "web", "--grep", "(a+)+[bc]")
    follower.wait_for("ab$")
    seen = len(follower.lines)
    t.write("go", "\n")
    follower.wait_for("ab$", start=seen)
    same(len(follower.lines), 2, "the lines that match")
    t.wait_state("web", "running")
    t.stop_only(program)
    follower.wait()
    t.nothing_left()


# ---- exec ----

SHOW = 'echo "$PORT $LEVEL $A3S_SERVICE [$A3S_RUN_ID]"; pwd; exit 7'


@case
def exec_has_what_the_service_has(t):
    (t.dir / "sub").mkdir()
    t.write(".env", "LEVEL=from-file\n")
    t.a3sfile(t.service("web", "", 'port = 0\ndir = "sub"\nenv_file = [".env"]'))
    result = t.expect_run(7, "exec", "web", "--", "sh", "-c", SHOW)
    check(re.fullmatch(rf"\d+ from-file web \[\]\n{t.dir}/sub\n", result.out), f"nothing runs: {result}")
    program = t.start_ready("web")
    port = t.status()["web"]["port"]
    result = t.expect_run(7, "exec", "web", "--", "sh", "-c", SHOW)
    same(result.out, f"{port} from-file web []\n{t.dir}/sub\n", "while it runs")
    check("nosuch" in t.expect_run(127, "exec", "web", "nosuch").err, "no such command")
    t.write("sub/plain", "")
    t.expect_run(126, "exec", "web", "--", "./plain")
    t.expect_run(2, "exec", "web")
    t.stop(program)


@case
def exec_says_what_is_missing(t):
    (t.dir / "sub").mkdir()
    t.a3sfile(t.service("web", "", 'dir = "sub"\nenv = { TOKEN = env("E2E_NOT_SET") }'), t.service("other", "", 'dir = "sub"'))
    check("E2E_NOT_SET" in t.run("exec", "web", "true").err, "what is looked up and not there")
    t.env["E2E_NOT_SET"] = "x"
    t.env["ODD"] = "\udcff"  # a byte that is no UTF-8
    program = t.start_ready("web", "other")
    result = t.expect_run(0, "exec", "web", "--", "sh", "-c", "echo $TOKEN")
    check("without ODD, whose value is not UTF-8" in result.err, result)
    same(result.out, "x\n", "what is looked up")
    t.stop(program)
    (t.dir / "sub").rmdir()
    check("cannot enter" in t.expect_run(1, "exec", "other", "true").err, "a folder that has gone")


@case
def down_says_whom_it_waits_for(t):
    """What is told to end reads from a fifo first."""
    gate = t.fifo("gate")
    shell = f"trap 'read line < {gate}; exit 0' TERM; echo armed; while :; do sleep 0.1; done"
    t.a3sfile(f'service "slow" {{\n  cmd = ["sh", "-c", {json.dumps(shell)}]\n  stop {{\n    timeout = "10m"\n  }}\n'
              '  health {\n    type    = "log"\n    pattern = "armed"\n  }\n}', t.service("other"))
    program = t.start_ready("slow", "other")
    down = t.start("down", "slow")
    down.wait_for(r"waiting for slow")
    t.open_gate(gate)
    same(down.wait(), 0, "exit code of down")
    down.wait_for(r"^slow is stopped$")
    t.expect_run(0, "restart", "slow")
    t.wait_state("slow", "running")
    down = t.start("down")
    down.wait_for(r"waiting for slow")
    t.open_gate(gate)
    same(down.wait(), 0, "exit code of down")
    same(program.wait(), 0, "exit code of up")
    t.nothing_left()


@case
def services_have_the_limits_of_who_started_a3s(t):
    """a3s itself takes as many descriptors as it may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    t.a3sfile('service "a" {\n  cmd = ["sh", "-c", "echo limit $(ulimit -n); exec sleep 1000"]\n}')
    program = t.start("up", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard)))
    program.wait_for(r"│ limit 200$")
    limits = pathlib.Path(f"/proc/{program.process.pid}/limits").read_text()
    check(re.search(rf"^Max open files +{hard} ", limits, re.M), limits)
    t.stop(program)


@case
def exec_is_nobodys_business(t):
    """What runs by exec is not taken for a process that an a3s has left."""
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    mine = t.start("exec", "web", "--", "sh", "-c", "echo here; exec cat", stdin=subprocess.PIPE)
    mine.wait_for("here")
    program.signal(signal.SIGKILL)
    program.wait()
    t.run("down")
    same(mine.process.poll(), None, "the command's end")
    mine.process.stdin.close()
    same(mine.wait(), 0, "exit code of the command")


# ---- Attacks on the run directory ----


@case
def a_folder_that_is_a_symlink(t):
    t.a3sfile(t.service("web"))
    elsewhere = t.base / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (t.base / "run" / "a3s").symlink_to(elsewhere)
    check("refused" in t.expect_run(1, "up", "-d").err, "up")
    check("cannot use" in t.expect_run(1, "status").err, "status")
    same(list(elsewhere.iterdir()), [], "what was made behind the symlink")
    (t.base / "run" / "a3s").unlink()
    t.stop(t.start_ready("web"))
    folder = next(t.base.glob("run/a3s/*"))
    shutil.rmtree(folder)
    folder.symlink_to(elsewhere)
    check("refused" in t.expect_run(1, "up", "-d").err, "up, the project's own folder")
    folder.unlink()
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    check("refused" in t.expect_run(1, "up", "-d").err, "up, a folder that others may enter")
    same(list(elsewhere.iterdir()), [], "what was made behind the symlink")


@case
def planted_files(t):
    t.a3sfile(t.service("web"))
    t.stop(t.start_ready("web"))
    folder = next(t.base.glob("run/a3s/*"))
    # A socket on which somebody listens, without the lock.
    with socket.socket(socket.AF_UNIX) as planted:
        planted.bind(str(folder / "sock"))
        planted.listen()
        t.expect_run(3, "status")
        program = t.start_ready("web")
        t.stop(program)
    # Symlinks: what they lead to is not touched.
    precious = t.write("precious", "mine")
    for name in ("sock", "info.new", "info.json"):
        with contextlib.suppress(FileNotFoundError):
            (folder / name).unlink()
    (folder / "sock").symlink_to(precious)
    t.stop(t.start_ready("web"))
    for name in ("lock", "info.new", "processes"):
        with contextlib.suppress(FileNotFoundError):
            (folder / name).unlink()
        (folder / name).symlink_to(precious)
        t.run("up", "-d")
        t.run("down")
        same(precious.read_text(), "mine", f"behind {name}")
        (folder / name).unlink(missing_ok=True)
    t.nothing_left()


@case
def a_number_that_is_anothers_now(t):
    """info.json of an a3s that is no more names a process that has nothing to do with it."""
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    folder = next(t.base.glob("run/a3s/*"))
    info = json.loads((folder / "info.json").read_text())
    program.signal(signal.SIGKILL)
    program.wait()
    with subprocess.Popen(["sleep", "1000"], env={}) as stranger:
        (folder / "info.json").write_text(json.dumps({**info, "pid": stranger.pid}))
        t.expect_run(3, "status")
        t.run("down")
        t.stop(t.start_ready("web"))
        same(stranger.poll(), None, "the stranger's end")
        stranger.kill()


@case
def another_user(t):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    path = t.socket_path()
    client = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
              "s.sendall(b'GET /v1/status HTTP/1.0\\r\\nHost: a\\r\\n\\r\\n'); print(s.recv(100))")
    def attack():
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-IS", "-c",
                               client, path], capture_output=True, text=True, timeout=DEADLINE)
    check("PermissionError" in attack().stderr, "the folder is shut")
    # Even with every door open.
    for door in (*pathlib.Path(path).parents, pathlib.Path(path)):
        if str(door).startswith(str(t.base)):
            door.chmod(0o777)
    done = attack()
    check("HTTP" not in done.stdout and ("b''" in done.stdout or "Error" in done.stderr), f"{done}")
    same(ask(path)["services"]["running"], 1, "services that run")
    t.stop(program)


# ---- Attacks on the socket ----


@case
def half_a_request(t):
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    path = t.socket_path()
    halves = [connect(path) for _ in range(64)]
    for sock in halves:
        sock.sendall(b"GET /v1/st")
    # All places are taken until their time is over; then everything is as before.
    for sock in halves:
        same(sock.recv(100), b"", "what half a request gets")
        sock.close()
    until(lambda: ask(path), "a3s answers")
    same(t.status()["web"]["restart_count"], 0, "restarts")
    t.stop(program)


@case
def a_request_of_a_mebibyte(t):
    t.a3sfile(t.service("web"))
    program = t.start_ready("web")
    path = t.socket_path()
    for head in (b"POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n",
                 b"GET /v1/status HTTP/1.1\r\nHost: a\r\nX: ", b"GET /"):
        with connect(path) as sock:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(head + b"x" * (1 << 20))
            with contextlib.suppress(ConnectionResetError):
                check(re.match(rb"HTTP/1.1 4\d\d ", sock.recv(100)), f"the answer to {head[:20]}")
    same(ask(path)["services"]["running"], 1, "services that run")
    t.stop(program)


# In a process of its own: so many descriptors are in the way of the other cases.
CROWD = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (6000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
crowd = []
for number in range(5000):
    crowd.append(socket.socket(socket.AF_UNIX))
    crowd[-1].connect(sys.argv[1])
    if number % 1000 == 999:
        print(number + 1, flush=True)
        sys.stdin.readline()
print(sum(b"503" in sock.recv(20) for sock in crowd[-100:]), flush=True)
"""


@case
def five_thousand_connections(t):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 6000:
        raise Skip("too few descriptors")
    t.a3sfile(t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }'))
    program = t.start_ready("web")
    path = t.socket_path()
    before = ask(path)["descriptors"]["open"]
    with subprocess.Popen([sys.executable, "-IS", "-c", CROWD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as crowd:
        for thousand in range(1, 6):
            same(crowd.stdout.readline(), f"{thousand}000\n", "connections")
            same(t.get("web", "/")[0], 200, "the service, through the proxy")
            crowd.stdin.write("\n")
            crowd.stdin.flush()
        same(crowd.stdout.readline(), "100\n", "connections that were refused of the last hundred")
    until(lambda: (health := ask(path)) and health["descriptors"]["open"] <= before and health["clients"] == 1, "all are gone")
    same(t.status()["web"]["restart_count"], 0, "restarts")
    t.stop(program)


def receive(sock):
    """What comes within half a second; None if nothing does."""
    sock.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        return sock.recv(1 << 20)


@case
def help_knows_all_that_it_lists(t):
    listed = re.search(r"^commands:\n(.*?)\n\n", t.expect_run(0, "help").out, re.M | re.S)[1]
    names = [re.match(r"  (\S+(?: \S+)?)  ?", line)[1].strip() for line in listed.splitlines()]
    check("plan show" in names and "up" in names, names)
    for name in names:
        check(t.expect_run(0, "help", *name.split()).out.startswith(f"usage: a3s {name}"), name)
    both = t.expect_run(0, "help", "plan").out
    check(both.startswith("usage: a3s plan show") and "\nusage: a3s plan diff" in both, both)
    same(t.expect_run(0, "plan", "--help").out, both, "plan --help")
    check("there is no command" in t.expect_run(2, "help", "plans").err, "no command")


@case
def a_client_that_never_reads(t):
    t.a3sfile('service "flood" {\n  cmd = "yes 0123456789012345678901234567890123456789 | head -c 100000000; echo over; exec sleep 1000"\n}',
              t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }'))
    program = t.start("up", "web")
    t.wait_state("web", "running")
    path = t.socket_path()
    with connect(path) as deaf, connect(path) as deaf_events:
        deaf.sendall(b"GET /v1/logs?follow=1 HTTP/1.0\r\nHost: a\r\n\r\n")
        deaf_events.sendall(b"GET /v1/events HTTP/1.0\r\nHost: a\r\n\r\n")
        with connect(path) as sock:
            sock.sendall(b"POST /v1/services/flood/start HTTP/1.0\r\nHost: a\r\n\r\n")
            sock.recv(100)
        until(lambda: "over" in t.expect_run(0, "logs", "flood", "-n", "1").out, "the flood is over", 6 * DEADLINE)
        same(t.get("web", "/")[0], 200, "the service, through the proxy")
        memory = ask(path)["memory_bytes"]
        check(memory < 100 << 20, f"a3s has {memory} bytes")
        lost, rest = 0, b""
        while not lost:
            bytes_ = receive(deaf)
            if bytes_ is None:  # what is lost is told with the next line
                with connect(path) as sock:
                    sock.sendall(b"POST /v1/services/flood/restart HTTP/1.0\r\nHost: a\r\n\r\n")
                    sock.recv(100)
                continue
            check(bytes_, "the stream ended without a word of what is lost")
            rest = (rest + bytes_)[-(2 << 20):]
            lost = b'{"lost":' in rest
    t.stop(program)
