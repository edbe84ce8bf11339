"""What the benchmarks that run services share: free ports, a3s as a child, the machine's name."""

import os
import platform
import signal
import socket
import statistics
import subprocess


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
