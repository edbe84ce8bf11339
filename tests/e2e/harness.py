"""What the end-to-end cases are made of: the real program, real processes, real sockets.

A case is a function with one argument, a Case: a folder of its own, ports that were found free, and
everything it started. Cases wait for events (a line of output, a datagram of a service, a process's
end) up to a deadline; they never sleep for a guessed time. When a case ends, no process that it
brought into being may be left: they are found by a marker in their environment.
"""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SERVICE = str(HERE / "service.py")

# A deadline is where a case gives up, no measure of speed; slow builds (sanitizers) get more.
SLOW = float(os.environ.get("A3S_TEST_SLOW", "1"))
DEADLINE = 20 * SLOW
# How long a process that has been killed may take to vanish.
GRACE = 3 * SLOW
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")


class Failure(Exception):
    pass


class Skip(Exception):
    pass


CASES = []


def case(function):
    CASES.append(function)
    return function


def check(condition, text):
    if not condition:
        raise Failure(text() if callable(text) else text)


def same(got, expected, what):
    check(got == expected, f"{what}: expected {expected!r}, got {got!r}")


def until(question, what, deadline=None):
    """Asks until the answer is true; for what can only be asked, not waited for."""
    end = time.monotonic() + (deadline or DEADLINE)
    while True:
        answer = question()
        if answer:
            return answer
        check(time.monotonic() < end, f"in vain until {what}")
        time.sleep(0.02)


# ---- ports ---------------------------------------------------------------------------------------

_given_ports = set()
_ports_lock = threading.Lock()


def is_free(port):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A process that is just being forked may hold a copy of this socket for a moment; so
            # bound, it is in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if family == socket.AF_INET6 and not has_ipv6():
                    continue
                return False
    return True


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def free_port():
    """Below the range from which the system itself takes ports for outgoing connections."""
    with _ports_lock:
        for port in iter(lambda: random.randrange(15000, 32000), None):
            if port not in _given_ports and is_free(port):
                _given_ports.add(port)
                return port


# ---- processes -----------------------------------------------------------------------------------


def set_size(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def marked_processes(marker):
    """{pid: command line} of the living processes with the marker in their environment."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError):
                if marker.encode() in pathlib.Path("/proc", entry, "environ").read_bytes():
                    command = pathlib.Path("/proc", entry, "cmdline").read_bytes()
                    found[int(entry)] = command.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return found


def gone(pid, deadline=None):
    """Waits for the end of any process; False if it does not come."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], deadline or DEADLINE)[0])
    finally:
        os.close(descriptor)


class Output:
    """The lines of a stream, collected by a thread."""

    def __init__(self, stream, lines, changed):
        self.stream, self.lines, self.changed = stream, lines, changed
        self.ended = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        with contextlib.suppress(OSError, ValueError):
            for line in self.stream:
                with self.changed:
                    self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()


class Program:
    """A running a3s whose output (both streams, in the order of arrival) can be waited for."""

    def __init__(self, process):
        self.process = process
        self.pid = process.pid
        self.lines = []
        self.changed = threading.Condition()
        self.outputs = [Output(s, self.lines, self.changed) for s in (process.stdout, process.stderr) if s]

    def text(self):
        with self.changed:
            return "\n".join(self.lines)

    def wait_for(self, pattern, start=0, deadline=None):
        """The match of the first line from number `start` on that has the pattern."""
        expression = re.compile(pattern)
        end = time.monotonic() + (deadline or DEADLINE)
        position = start
        with self.changed:
            while True:
                while position < len(self.lines):
                    match = expression.search(self.lines[position])
                    if match:
                        return match
                    position += 1
                left = end - time.monotonic()
                if left <= 0 or all(o.ended for o in self.outputs):
                    text = "\n".join(self.lines)
                    raise Failure(f"no line with {pattern!r} in the output:\n{text}")
                self.changed.wait(left)

    def read_terminal(self, descriptor):
        """Collects what it writes on the other end of this terminal, too."""
        self.outputs.append(Output(os.fdopen(descriptor, "rb", closefd=False), self.lines, self.changed))

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, deadline=None):
        try:
            code = self.process.wait(deadline or DEADLINE)
        except subprocess.TimeoutExpired:
            raise Failure(f"a3s (process {self.pid}) did not end; its output:\n{self.text()}") from None
        for output in self.outputs:
            output.thread.join(GRACE)
        return code


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.said = out + err

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


# ---- a case --------------------------------------------------------------------------------------


class Case:
    def __init__(self, a3s, name):
        self.a3s_path = a3s
        self.name = name
        # Short: a Unix socket's path has 107 bytes.
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="a3s-e2e-"))
        self.dir = self.base / "project"
        self.dir.mkdir()
        run = self.base / "run"
        run.mkdir(mode=0o700)
        self.marker = f"E2E_MARKER={self.base.name}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("A3S_")}
        self.env.update(
            E2E_MARKER=self.base.name,
            E2E_EVENTS=str(self.base / "events"),
            XDG_RUNTIME_DIR=str(run),
            HOME=str(self.base),
            LC_ALL="C.UTF-8",
        )
        self.programs = []
        self.errors = []
        self.events = []
        self.changed = threading.Condition()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.env["E2E_EVENTS"])
        threading.Thread(target=self.listen, daemon=True).start()
        self.proxy_port = free_port()

    # -- what services say

    def listen(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if data == b"end":
                return
            with self.changed:
                self.events.append(json.loads(data))
                self.changed.notify_all()

    def said(self, name=None, event=None):
        with self.changed:
            return [e for e in self.events if name in (None, e["name"]) and event in (None, e["event"])]

    def expect(self, name, event, count=1, deadline=None):
        """Waits for the count-th time that the service reports the event."""
        end = time.monotonic() + (deadline or DEADLINE)
        with self.changed:
            while True:
                found = [e for e in self.events if e["name"] == name and e["event"] == event]
                if len(found) >= count:
                    return found[count - 1]
                left = end - time.monotonic()
                if left <= 0:
                    raise Failure(f"{name} did not report {event!r} {count} times; events:\n{self.story()}")
                self.changed.wait(left)

    def story(self):
        with self.changed:
            first = self.events[0]["at"] if self.events else 0
            return "\n".join(
                f"{e['at'] - first:8.3f} {e['name']} {e['event']} {e['pid']}" for e in self.events
            )

    def order(self, *steps):
        """Each ("name", "event") is reported, in this order: by the clock that all of them share."""
        times = [self.expect(*step)["at"] for step in steps]
        check(times == sorted(times), lambda: f"not in the order {steps}; events:\n{self.story()}")

    # -- files

    def write(self, path, text):
        target = self.dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def fifo(self, name):
        path = self.base / name
        os.mkfifo(path)
        return str(path)

    def open_gate(self, path):
        """Lets a service go on that waits at the fifo; the service must have come there."""
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                return
            except OSError:  # nobody has opened it for reading yet
                check(time.monotonic() < deadline, f"nobody waits at {path}")
                time.sleep(0.01)

    def service(self, name, options="", body=""):
        """The text of a service block that runs service.py."""
        words = [sys.executable, "-IS", SERVICE, name, *options.split()]
        return f'service "{name}" {{\n  cmd = {json.dumps(words)}\n{body}\n}}\n'

    def a3sfile(self, *blocks, dev="", name="A3sfile.hcl"):
        self.write(name, f"dev {{\n  proxy_port = {self.proxy_port}\n{dev}\n}}\n" + "\n".join(blocks))

    def copy_example(self, name):
        """Makes the project one of examples/, with ports of its own."""
        shutil.rmtree(self.dir)
        shutil.copytree(REPOSITORY / "examples" / name, self.dir, ignore=shutil.ignore_patterns("data"))
        path = self.dir / "A3sfile.hcl"
        text = re.sub(r"(?<= = )(?!7080)\d{4}\b", lambda _: str(free_port()), path.read_text(encoding="utf-8"))
        proxy = f"proxy_port = {self.proxy_port}"
        text = re.sub("proxy_port = 7080", proxy, text) if "proxy_port" in text else f"dev {{ {proxy} }}\n{text}"
        path.write_text(text, encoding="utf-8")

    # -- the program

    def run(self, *args, deadline=None, cwd=None, env=None, stdin=None):
        """Runs a command of a3s to its end."""
        process = subprocess.Popen(
            [self.a3s_path, *map(str, args)], cwd=cwd or self.dir, env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        try:
            out, err = process.communicate(stdin, deadline or DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Failure(f"a3s {' '.join(map(str, args))} did not end\n{out!r}\n{err!r}") from None
        result = Result(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        self.inspect(" ".join(map(str, args)), result.err)
        return result

    def expect_run(self, code, *args, **options):
        result = self.run(*args, **options)
        check(result.code == code, f"a3s {' '.join(map(str, args))}: expected exit {code}, got {result}")
        return result

    def start(self, *args, cwd=None, **options):
        """Starts a command of a3s that goes on, `up` as a rule."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([self.a3s_path, *map(str, args)], cwd=cwd or self.dir, env=self.env, **options)
        program = Program(process)
        self.programs.append(program)
        return program

    def start_on_terminal(self, *args, rows=24, columns=80, **options):
        """The same as the leader of a new terminal: (program, the other end)."""
        ours, theirs = os.openpty()
        set_size(ours, rows, columns)
        program = self.start(*args, **{"stdin": theirs, "stdout": theirs, "stderr": theirs, **options},
                             start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(theirs)
        return program, ours

    def start_ready(self, *names):
        """`up`, once these services run."""
        program = self.start("up")
        for name in names:
            self.wait_state(name, "running")
        return program

    def socket_path(self):
        """Of the control socket; a3s has to have made it."""
        return str(next(self.base.glob("run/a3s/*/sock")))

    def stop(self, program, number=signal.SIGINT, code=0):
        """Ends a running a3s as Ctrl-C does, or by another signal; it must leave nothing behind."""
        self.stop_only(program, number, code)
        self.nothing_left()

    def stop_only(self, program, number=signal.SIGINT, code=0):
        """The same when the case itself has processes that go on."""
        program.signal(number)
        got = program.wait()
        check(got == code, f"expected exit {code}, got {got}; its output:\n{program.text()}")

    def free_port(self):
        return free_port()

    def status(self):
        """{name: row} of `a3s status --json`."""
        result = self.expect_run(0, "status", "--json")
        data = json.loads(result.out)
        rows = data if isinstance(data, list) else data["services"]
        return {row["name"]: row for row in rows}

    def wait_state(self, name, state, deadline=None):
        """The row of the service as soon as it is in the state; a3s may have been started just now."""
        until(lambda: self.run("status").code != 3, "a3s runs", deadline)
        return until(lambda: (row := self.status()[name])["state"] == state and row,
                     f"{name} is {state}", deadline)

    @contextlib.contextmanager
    def holder(self, host, port, python=sys.executable):
        """A process that listens on the port; gives its number."""
        program = ("import socket, sys; s = socket.create_server((sys.argv[1], int(sys.argv[2])), "
                   "family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET); print(flush=True); sys.stdin.read()")
        with subprocess.Popen([python, "-IS", "-c", program, host, str(port)], env=self.env,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            yield process.pid
            process.stdin.close()

    # -- HTTP through the proxy

    def connect(self, family=socket.AF_INET):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(DEADLINE)
        sock.connect(("127.0.0.1" if family == socket.AF_INET else "::1", self.proxy_port))
        return sock

    def client(self, host="127.0.0.1"):
        return contextlib.closing(http.client.HTTPConnection(host, self.proxy_port, timeout=DEADLINE))

    def get(self, service, path="/", method="GET", body=None, headers=None, host="127.0.0.1"):
        """(status, headers, body) of one request for SERVICE.localhost."""
        with self.client(host) as client:
            client.request(method, path, body, {"Host": f"{service}.localhost:{self.proxy_port}", **(headers or {})})
            response = client.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    # -- the end

    def inspect(self, what, text):
        if SANITIZER.search(text):
            self.errors.append(f"a sanitizer spoke in a3s {what}:\n{text}")

    def nothing_left(self):
        for pid, command in marked_processes(self.marker).items():
            check(gone(pid, GRACE), f"left running: {pid} {command}\nevents:\n{self.story()}")

    def finish(self):
        """Gives what is wrong about the end, and removes everything."""
        problems = list(self.errors)
        for program in self.programs:
            if program.process.poll() is None:
                program.process.kill()
                program.process.wait()
            self.inspect(f"(process {program.pid})", program.text())
        problems += [e for e in self.errors if e not in problems]
        left = marked_processes(self.marker)
        for pid, command in left.items():
            if gone(pid, GRACE):
                continue
            problems.append(f"left running: {pid} {command}")
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            gone(pid, GRACE)
        with contextlib.suppress(OSError):
            self.socket.sendto(b"end", self.env["E2E_EVENTS"])
        for log in self.base.glob("run/a3s/*/daemon.log"):
            text = log.read_text(encoding="utf-8", errors="replace")
            if SANITIZER.search(text):
                problems.append(f"a sanitizer spoke in the background:\n{text}")
        shutil.rmtree(self.base, ignore_errors=True)
        self.socket.close()
        return problems


def up(t, *more, options="--listen http", body=""):
    """`up` of a service "web" that answers HTTP, and of others; as soon as it runs."""
    t.a3sfile(t.service("web", options, f'port = 0\nhealth {{ type = "http" }}\n{body}'), *more)
    return t.start_ready("web")
