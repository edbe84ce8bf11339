"""The running a3s as scripts/soak sees it: its control socket, its streams of logs, its process."""

import http.client
import json
import os
import pathlib
import re
import socket
import threading
import time

SEQ = re.compile(rb'"seq":(\d+),')
LOST = re.compile(rb'\{"lost":(\d+)')
PARKED = re.compile(rb'"parked_ms":(\d+\.\d+)')

# Seconds between two looks at the memory; seconds of abuse that do not count.
PERIOD, WARM_UP = 0.5, 60


class Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("a3s", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    def __init__(self, pid, runtime_dir):
        self.pid = pid
        self.socket = next(pathlib.Path(runtime_dir).glob("a3s/*/sock"))

    def ask(self, method, target, body=None):
        """(status, the answer's object)"""
        control = Control(self.socket)
        try:
            control.request(method, target, json.dumps(body) if body is not None else None)
            response = control.getresponse()
            return response.status, json.loads(response.read())
        finally:
            control.close()

    def services(self):
        return {row["name"]: row for row in self.ask("GET", "/v1/status")[1]["services"]}

    def newest(self):
        """The number of the newest line."""
        control = Control(self.socket)
        control.request("GET", "/v1/logs?lines=1")
        line = control.getresponse().read()
        control.close()
        return int(SEQ.search(line)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        """KiB."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        return sum(int(re.search(rf"^{field}:\s+(\d+)", text, re.M)[1]) for field in ("VmRSS", "VmSwap"))

    def zombies(self):
        """Numbers of dead children of a3s, or of its guards, that nobody has reaped."""
        parents, dead = {}, []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                text = pathlib.Path("/proc", entry, "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            state, parent = text.rpartition(")")[2].split()[:2]
            parents[int(entry)] = int(parent)
            if state == "Z":
                dead.append(int(entry))
        family = {self.pid} | {pid for pid, parent in parents.items() if parent == self.pid}
        return {pid for pid in dead if parents[pid] in family}


class Follower(threading.Thread):
    """A stream of logs, read to its end: are its numbers without a gap?"""

    def __init__(self, daemon, query):
        super().__init__(daemon=True)
        self.control = Control(daemon.socket)
        self.control.timeout = None
        self.control.request("GET", "/v1/logs?follow=1&lines=0" + query)
        self.response = self.control.getresponse()
        self.lines = self.lost = self.parked = self.longest = 0
        self.last = None
        self.start()

    def run(self):
        try:
            for line in self.response:
                self.take(line)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # a3s has ended

    def take(self, line):
        lost = LOST.match(line)
        if lost:
            return  # the gap in the numbers says it, too
        seq = int(SEQ.search(line)[1])
        if self.last is not None:
            self.lost += seq - self.last - 1
        self.last = seq
        self.lines += 1
        parked = PARKED.search(line)
        if parked and parked[1] != b"0.000":
            self.parked += 1
            self.longest = max(self.longest, float(parked[1]))


class Memory(threading.Thread):
    """The resident size over time."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_seen, self.samples, self.over = daemon, [], threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(PERIOD):
            try:
                self.samples.append((time.monotonic(), self.daemon_seen.resident()))
            except (OSError, TypeError):
                return

    def slope(self):
        """(KiB a minute by least squares, KiB of growth over the time measured)"""
        self.over.set()
        self.join()
        samples = self.samples[min(len(self.samples) // 4, int(WARM_UP / PERIOD)):]
        if len(samples) < 3:
            return 0.0, 0.0
        times, sizes = zip(*samples)
        middle, mean = sum(times) / len(times), sum(sizes) / len(sizes)
        rise = sum((t - middle) * (s - mean) for t, s in samples)
        run = sum((t - middle) ** 2 for t in times)
        return rise / run * 60, rise / run * (times[-1] - times[0])
