"""What the benchmarks share: their options, free ports, a3s as a child, the machine's name, budgets."""

import argparse
import os
import pathlib
import platform
import signal
import socket
import statistics
import subprocess


def arguments(about):
    """A parser with what all of them take: options.build, the folder, is absolute."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-bench", help="the folder of an optimised build",
                        type=lambda path: pathlib.Path(path).resolve())
    return parser


def free_ports(count):
    """Ports that nobody has now, as far as can be known."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class A3s:
    """`a3s up` on an A3sfile; its log is read line by line."""

    def __init__(self, program, folder, environment=None):
        self.process = subprocess.Popen(
            [program, "up", "-f", str(folder / "A3sfile.hcl")], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, cwd=folder,
            env={**os.environ, **(environment or {})})

    def wait_for(self, text):
        """The line that holds the text."""
        lines = []
        for line in self.process.stdout:
            if text in line:
                return line
            lines.append(line)
        raise SystemExit("a3s ended before it said %r:\n%s" % (text, "".join(lines[-20:])))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def machine():
    cpu = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    load = os.getloadavg()[0]
    return (f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}, "
            f"load {load:.1f} when it began")


def processes_of(root, child):
    """The program and what it has brought into being, without the measured children."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = pathlib.Path("/proc", entry, "stat").read_text(encoding="utf-8")
            command = pathlib.Path("/proc", entry, "cmdline").read_bytes()
        except OSError:
            continue
        if not command.startswith(child.encode()):
            parents[int(entry)] = int(stat.rsplit(")", 1)[1].split()[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def wake_ups(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def cpu_ms(pids):
    """Used so far, user and system, in ms."""
    ticks = 0
    for pid in pids:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        ticks += sum(map(int, stat.rsplit(")", 1)[1].split()[11:13]))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def pss(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


class Budgets:
    """What was promised. One is missed if even the better quartile does not keep it."""

    def __init__(self):
        self.kept, self.missed = 0, []

    def at_most(self, what, values, goal):
        middle, low, _ = quartiles(values)
        self._note(low <= goal, f"{what}: {middle:.2f}, at most {goal:g} was promised")

    def at_least(self, what, values, goal):
        middle, _, high = quartiles(values)
        self._note(high >= goal, f"{what}: {middle:.2f}, at least {goal:g} was promised")

    def _note(self, good, text):
        if good:
            self.kept += 1
        else:
            self.missed.append(text)

    def close(self):
        """Prints the sum, and gives the exit code."""
        print(f"\nBudgets: {self.kept} kept, {len(self.missed)} missed.")
        for text in self.missed:
            print(f"- {text}")
        return 1 if self.missed else 0
