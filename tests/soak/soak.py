#!/usr/bin/env python3
"""A project under abuse: is it whole afterwards?

usage: soak.py [--a3s PROGRAM] [--seconds N] [--services N] [--rate N] [--pace N] [--seed N] [--no-fill]
               [--tap] [--verbose]

Runs so many services (50), and for so long (600 s) kills, stops, starts, restarts and floods random
ones, touches files that they watch and reloads a changed A3sfile, while requests (1,000 a second, or
as many as the machine gives) go to a fifth of them through the proxy. At the end all must run again,
and then everything is stopped. Prints what happened and what was found; the exit code is 1 if
anything of that is not as it should be.

A request must be answered by whom it is for, whatever happens meanwhile: it is parked. Two kinds are
counted apart: those to a service that was stopped on purpose, and those whose service was killed under them.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import harness  # noqa: E402
from daemon import Daemon, Follower, Memory  # noqa: E402
from load import Client, Load  # noqa: E402

# A service is dead so soon after it was killed.
DEATH = 5
# Everything has come to rest by then.
REST = 60 * harness.SLOW
# KiB a minute, and KiB in all, that are no leak: an allocator breathes.
SLOPE_MAX, GROWTH_MAX = 512, 1024
FILL_PATH, FILL_REQUESTS = "/" + "x" * 900, 300
ACTIONS = {"kill": 6, "stop": 3, "start": 5, "restart": 4, "touch": 4, "reload": 2, "flood": 3}


class Project:
    """The A3sfile, and what is true of its services at which time."""

    def __init__(self, case, count):
        self.case = case
        self.webs = [f"web{i}" for i in range(max(2, count // 5))]
        self.workers = [f"worker{i}" for i in range(count - len(self.webs))]
        self.names = self.webs + self.workers
        self.revisions = dict.fromkeys(self.names, 0)
        self.extra = False
        # A web waits for a worker; workers stand in chains of three.
        self.needs = {name: [] for name in self.names}
        for i, name in enumerate(self.webs):
            self.needs[name] = [self.workers[i % len(self.workers)]]
        for i, name in enumerate(self.workers):
            self.needs[name] = [] if i % 3 == 0 else [self.workers[i - 1]]
        self.down = {}  # name: since when it is stopped on purpose
        self.outages = []  # (name, from, to) stopped, or (name, from, to) killed
        self.kills = []

    def block(self, name):
        command = [sys.executable, "-IS", str(HERE / "soak_service.py"), name, "0.5"]
        web = 'port = 0\nhealth {\n type = "tcp"\n interval = "1s"\n}' if name in self.webs else ""
        return f"""service "{name}" {{
  cmd = {json.dumps(command)}
  env = {{ REVISION = "{self.revisions.get(name, 0)}" }}
  depends_on = {json.dumps(self.needs.get(name, []))}
  {web}
  watch {{
    paths    = ["watched/{name}"]
    debounce = "50ms"
  }}
  restart {{
    policy      = "always"
    backoff     = "50ms"
    max_backoff = "500ms"
    reset_after = "1s"
  }}
}}
"""

    def write(self):
        """In one step: a3s may read it at any time."""
        names = self.names + (["extra"] if self.extra else [])
        text = f'dev {{\n  proxy_port = {self.case.proxy_port}\n  hold = "2m"\n}}\n'
        self.case.write("A3sfile.new", text + "".join(map(self.block, names)))
        os.replace(self.case.dir / "A3sfile.new", self.case.dir / "A3sfile.hcl")

    def dependents(self, name):
        """The service and whoever needs it."""
        found = {name}
        while True:
            more = {n for n, needs in self.needs.items() if found & set(needs)} - found
            if not more:
                return found
            found |= more

    def excuse(self, trouble):
        """Why the request may have failed, or None."""
        for name, begin, end in self.outages + [(n, since, float("inf")) for n, since in self.down.items()]:
            if name == trouble.service and begin <= trouble.ended and trouble.began <= end:
                return "stopped"
        # What is safe to send again is sent again, unless the answer had begun.
        safe = trouble.method == "GET" and not trouble.what.startswith("broken")
        for name, begin, end in self.kills:
            if name == trouble.service and begin <= trouble.ended and trouble.began <= end and not safe:
                return "killed"
        return None


class Chaos:
    """One random thing after the other."""

    def __init__(self, project, daemon, seed, pace, verbose):
        self.project, self.a3s, self.pace, self.verbose = project, daemon, pace, verbose
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.done = dict.fromkeys(ACTIONS, 0)
        self.problems = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def finish(self):
        self.over.set()
        self.thread.join(REST)

    def run(self):
        try:
            while not self.over.wait(self.random.expovariate(1 / self.pace)):
                action = self.random.choices(list(ACTIONS), ACTIONS.values())[0]
                name = self.random.choice(self.project.names)
                if getattr(self, action)(name):
                    self.done[action] += 1
                    if self.verbose:
                        print(f"# {time.monotonic():.3f} {action} {name}", flush=True)
        except Exception as error:  # its end is a finding, whatever it was
            self.problems.append(f"{type(error).__name__}: {error}")

    def order(self, command, names):
        status, answer = self.a3s.ask("POST", f"/v1/{command}", {"services": sorted(names)})
        if status != 202:
            self.problems.append(f"{command} {names}: {status} {answer}")

    def signal(self, name, number):
        """Through a descriptor: the number may be somebody else's by now. False: it was gone."""
        pid = self.a3s.services()[name]["pid"]
        if not pid:
            return None
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return None
        try:
            if self.a3s.services()[name]["pid"] == pid:
                signal.pidfd_send_signal(descriptor, number)
                return descriptor
        except ProcessLookupError:
            pass
        os.close(descriptor)
        return None

    def kill(self, name):
        began = time.monotonic()
        descriptor = self.signal(name, signal.SIGKILL)
        if descriptor is None:
            return False
        harness.select.select([descriptor], [], [], DEATH)
        os.close(descriptor)
        self.project.kills.append((name, began, time.monotonic()))
        return True

    def flood(self, name):
        row = self.a3s.services()[name]
        if row["state"] != "running" or (row["uptime_secs"] or 0) < 1:
            return False  # it may not know the signal yet
        descriptor = self.signal(name, signal.SIGUSR1)
        if descriptor is not None:
            os.close(descriptor)
        return descriptor is not None

    def stop(self, name):
        if name in self.project.down or len(self.project.down) > len(self.project.names) / 4:
            return False
        names, now = self.project.dependents(name), time.monotonic()
        for each in names:
            self.project.down.setdefault(each, now)
        self.order("stop", names)
        return True

    def start(self, name):
        """Whoever is stopped, with all that need it: a start brings what a service needs."""
        if not self.project.down:
            return False
        names = set(self.project.down)
        if len(names) > 3 and self.random.random() < 0.5:
            names = self.project.dependents(self.random.choice(sorted(names))) & names
            waits = {n for n in names if set(self.project.needs[n]) & (set(self.project.down) - names)}
            if waits:
                return False
        self.bring_up(names)
        return True

    def bring_up(self, names):
        self.order("start", names)
        now = time.monotonic()
        for each in names:
            self.project.outages.append((each, self.project.down.pop(each), now))

    def restore(self):
        """All that began is to run again, and nothing else."""
        if self.project.down:
            self.bring_up(set(self.project.down))
        if self.project.extra:
            self.project.extra = False
            self.project.write()

    def restart(self, name):
        if name in self.project.down:
            return False
        self.order("restart", [name])
        return True

    def touch(self, name):
        path = self.project.case.dir / "watched" / name / "file"
        path.write_text(str(self.random.random()), encoding="ascii")
        return True

    def reload(self, name):
        """A save, which a3s notices, and now and then an order as well."""
        if self.random.random() < 0.3:
            self.project.extra = not self.project.extra
        else:
            self.project.revisions[name] += 1
        self.project.write()
        if self.random.random() < 0.5:
            status, answer = self.a3s.ask("POST", "/v1/reload", {})
            if status not in (200, 202, 409):
                self.problems.append(f"reload: {status} {answer}")
        return True


class Soak:
    def __init__(self, options):
        self.options = options
        self.case = harness.Case(options.a3s, "soak")
        self.project = Project(self.case, options.services)
        self.found = []  # (what, count, explanation): a count of zero is good

    def begin(self):
        for name in self.project.names:
            (self.case.dir / "watched" / name).mkdir(parents=True)
        self.project.write()
        self.program = self.case.start("up")
        self.program.wait_for("everything is ready", deadline=REST)
        self.a3s = Daemon(self.program.pid, self.case.env["XDG_RUNTIME_DIR"])
        self.requests = Follower(self.a3s, "&stream=http")
        # A probe may have one for a moment.
        self.before_requests = min(self.a3s.descriptors() for _ in range(5) if not time.sleep(0.1))

    def fill_rings(self):
        """What a3s remembers of lines and requests grows up to its bounds: that is no leak."""
        client = Client(self.case.proxy_port)
        self.filled = 0
        for name in self.project.webs:
            for _ in range(FILL_REQUESTS if self.options.fill else 3):
                client.ask(name, "GET", FILL_PATH, b"", "fill", True)
                self.filled += 1
        client.close()
        for row in self.a3s.services().values():
            for _ in range(8 if self.options.fill else 0):
                os.kill(row["pid"], signal.SIGUSR1)
                time.sleep(0.01)
        if self.options.fill:
            self.come_to_rest()
        self.printed = Follower(self.a3s, "")
        self.descriptors = self.before_requests + 1  # that of the follower

    def come_to_rest(self):
        """Until the floods are over: then there are a few lines a second for each service."""
        before = 0
        while self.a3s.newest() - before > 4 * len(self.project.names):
            before = self.a3s.newest()
            time.sleep(1)

    def abuse(self):
        memory = Memory(self.a3s)
        self.chaos = Chaos(self.project, self.a3s, self.options.seed, self.options.pace, self.options.verbose)
        self.load = Load(self.project.webs, self.case.proxy_port, self.options.rate)
        began = time.monotonic()
        while time.monotonic() - began < self.options.seconds and self.program.process.poll() is None:
            time.sleep(0.2)
            if self.options.verbose and memory.samples:
                print(f"# {memory.samples[-1][1]} KiB", flush=True)
        self.chaos.finish()
        self.slope, self.growth = memory.slope()
        self.chaos.restore()
        self.sent, self.good = self.load.stop()
        self.lasted = time.monotonic() - began

    def all_run(self):
        rows = self.a3s.services()
        return [name for name in self.project.names if rows[name]["state"] != "running"]

    def settle(self):
        end = time.monotonic() + REST
        while (self.all_run() or self.a3s.descriptors() > self.descriptors) and time.monotonic() < end:
            time.sleep(0.2)

    def find(self, what, items, text=""):
        count = items if isinstance(items, int) else len(items)
        if count and not isinstance(items, int):
            text = "; ".join([text] * bool(text) + [str(item) for item in list(items)[:5]])
        self.found.append((what, count, text))

    def look_while_it_runs(self):
        self.find("services that do not run", self.all_run())
        known = {row["pid"] for row in self.a3s.services().values()}
        strays = {pid: command for pid, command in harness.marked_processes(self.case.marker).items()
                  if "soak_service.py" in command and pid not in known}
        self.find("processes of nobody", [f"{pid} {command}" for pid, command in strays.items()])
        zombies = self.a3s.zombies()
        if zombies:
            time.sleep(1)
        self.find("zombies", sorted(zombies & self.a3s.zombies()))
        now = self.a3s.descriptors()
        self.find("descriptors too many", max(0, now - self.descriptors), f"{self.descriptors} before, {now} after")
        grows = self.options.fill and self.slope > SLOPE_MAX and self.growth > GROWTH_MAX
        unjudged = "" if self.options.fill else "not judged, "
        self.find("leak", int(grows), f"{unjudged}{self.slope:+.0f} KiB/min, {self.growth:+.0f} KiB in all, "
                                      f"{self.a3s.resident() / 1024:.1f} MiB now")

    def judge_requests(self):
        excused = {"stopped": 0, "killed": 0}
        failed, wrong = [], []
        for trouble in self.load.troubles:
            why = None if trouble.what == "wrong" else self.project.excuse(trouble)
            if why:
                excused[why] += 1
            else:
                (wrong if trouble.what == "wrong" else failed).append(trouble)
        self.find("failed requests", failed, f"of {self.sent}")
        self.find("wrong answers", wrong)
        self.excused = excused

    def end(self):
        self.program.signal(signal.SIGINT)
        code = self.program.wait(REST)
        for follower in (self.printed, self.requests):
            follower.join(REST)
        self.find("lost log lines", self.printed.lost, f"of {self.printed.lines}")
        unlisted = self.sent + self.filled - self.requests.lines
        self.find("requests without a line", abs(unlisted), f"{self.requests.lost} lost of {self.requests.lines}")
        self.find("bad exits", int(code != 0), f"exit code {code}")
        left = [f"{pid} {command}" for pid, command in harness.marked_processes(self.case.marker).items()
                if not harness.gone(pid, harness.GRACE)]
        self.find("survivors", left)
        self.find("orders refused", self.chaos.problems)

    def run(self):
        self.begin()
        self.fill_rings()
        self.abuse()
        self.settle()
        self.look_while_it_runs()
        self.judge_requests()
        self.end()

    def report(self):
        bad = sum(count != 0 for _, count, _ in self.found)
        note = "# " if self.options.tap else "  "
        print(note + ", ".join(f"{count} {name}s" if not name.endswith("h") else f"{count} {name}es"
                               for name, count in self.chaos.done.items()))
        print(f"{note}{self.sent} requests, {self.sent / self.lasted:.0f} a second: {self.good} good, "
              f"{self.excused['stopped']} to stopped services, {self.excused['killed']} killed under way; "
              f"{self.requests.parked} were parked, at most {self.requests.longest / 1000:.1f} s")
        for number, (what, count, text) in enumerate(self.found, 1):
            verdict = "not ok" if count else "ok"
            start = f"{verdict} {number} - {count}" if self.options.tap else f"{verdict:6} {count:6}"
            print(f"{start} {what}{': ' if text else ''}{text}")
        if self.options.tap:
            print(f"1..{len(self.found)}")
        else:
            print(f"{len(self.found) - bad} passed, {bad} failed")
        return bad


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--a3s", default=str(harness.REPOSITORY / "build" / "a3s"))
    parser.add_argument("--seconds", type=float, default=600, help="how long it is abused (600)")
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--rate", type=float, default=1000, help="requests a second, at most (1000)")
    parser.add_argument("--pace", type=float, default=0.2, help="seconds between two actions, on average (0.2)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--no-fill", dest="fill", action="store_false",
                        help="do not fill the memory of logs first: nothing is said of leaks then")
    parser.add_argument("--tap", action="store_true", help="print TAP")
    parser.add_argument("--verbose", action="store_true", help="name each action, and how much memory a3s has")
    options = parser.parse_args()
    options.a3s = str(pathlib.Path(options.a3s).resolve())
    return options


def keep_output(text):
    with tempfile.NamedTemporaryFile("w", prefix="a3s-soak-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write(text)
    print(f"# the output of a3s is in {file.name}")


def main():
    options = read_options()
    print(f"{'# ' if options.tap else ''}soak: {options.services} services, {options.seconds:g} s, seed {options.seed}", flush=True)
    soak = Soak(options)
    try:
        soak.run()
        bad = soak.report()
        if bad:
            keep_output(soak.program.text())
    except (harness.Failure, OSError) as error:
        print(f"Bail out! {type(error).__name__}: {error}" if options.tap else
              f"{type(error).__name__}: {error}\n0 passed, 1 failed")
        bad = 1
    problems = soak.case.finish()
    for problem in problems:
        print("# " + problem.replace("\n", "\n# "))
    return 1 if bad or problems else 0


if __name__ == "__main__":
    sys.exit(main())
