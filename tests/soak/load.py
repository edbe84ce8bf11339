"""HTTP load for scripts/soak: requests to random services through the proxy, each answer judged.

Runs in processes of its own, so that Python's one interpreter lock is not what limits the rate. Only
what did not go well is told (Trouble); the rest is counted.
"""

import collections
import multiprocessing
import random
import socket
import threading
import time

# A request may be parked for as long as dev.hold.
PATIENCE = 150
# The proxy closes a connection that is idle for 15 s; nobody should use it at that very moment.
IDLE = 5

Trouble = collections.namedtuple("Trouble", "service method began ended what")


class Client:
    """A connection to the proxy, made anew when it has to be."""

    def __init__(self, port):
        self.port = port
        self.sock = None
        self.used = 0

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def connect(self):
        self.close()
        self.sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def ask(self, service, method, path, body, ident, keep):
        """(status, body, does the connection stay)"""
        if not self.sock or time.monotonic() - self.used > IDLE:
            self.connect()
        head = (f"{method} {path} HTTP/1.1\r\nHost: {service}.localhost\r\nX-Request-Id: {ident}\r\n"
                f"Content-Length: {len(body)}\r\n{'' if keep else 'Connection: close' + chr(13) + chr(10)}\r\n")
        if method == "GET":
            head = head.replace("Content-Length: 0\r\n", "")
        self.sock.sendall(head.encode() + body)
        while b"\r\n\r\n" not in self.data:
            self.receive()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(fields["content-length"])
        while len(self.data) < length:
            self.receive()
        answer, self.data = self.data[:length], self.data[length:]
        self.used = time.monotonic()
        if fields.get("x-request-id") != ident:
            answer = b"another request's id: " + fields.get("x-request-id", "none").encode()
        if not keep or fields.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split(" ")[1]), answer

    def receive(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise OSError("the connection ended")
        self.data += piece


class Worker(threading.Thread):
    def __init__(self, plan, seed, tell):
        super().__init__(daemon=True)
        self.plan, self.random, self.tell = plan, random.Random(seed), tell
        self.name_of_worker = f"soak-{seed}"
        self.good = self.sent = 0

    def one(self, client, path=None):
        service = self.random.choice(self.plan["services"])
        method = "GET" if self.random.random() < 0.7 else "POST"
        body = b"" if method == "GET" else b"x" * self.random.randrange(1, 2000)
        self.sent += 1
        ident = f"{self.name_of_worker}.{self.sent}"
        path = path or f"/{ident}"
        began = time.monotonic()
        try:
            status, answer = client.ask(service, method, path, body, ident, self.random.random() < 0.8)
            good = status == 200 and answer == f"{service}, {path}, ".encode() + body + b"\n"
            what = "" if good else ("wrong" if status == 200 else str(status))
        except (OSError, ValueError, KeyError) as error:
            client.close()
            what = f"broken: {error}"
        if what:
            self.tell(Trouble(service, method, began, time.monotonic(), what))
        else:
            self.good += 1

    def run(self):
        client = Client(self.plan["port"])
        pause = self.plan["threads"] * self.plan["processes"] / self.plan["rate"]
        due = time.monotonic() + self.random.random() * pause
        while not self.plan["stop"].is_set():
            left = due - time.monotonic()
            if left > 0 and self.plan["stop"].wait(left):
                break
            due = max(due + pause, time.monotonic())
            self.one(client)
        client.close()


def run_process(plan, seed, queue):
    workers = [Worker(plan, seed * 1000 + i, queue.put) for i in range(plan["threads"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    queue.put((sum(w.sent for w in workers), sum(w.good for w in workers)))


class Load:
    """The load's processes, and what they have told."""

    def __init__(self, services, port, rate, processes=2, threads=16):
        # The parent has threads: a forked child of it could find their locks taken for ever.
        context = multiprocessing.get_context("spawn")
        self.queue = context.Queue()
        self.stop_event = context.Event()
        plan = {"services": services, "port": port, "rate": rate, "threads": threads,
                "processes": processes, "stop": self.stop_event}
        self.troubles, self.counts = [], []
        self.processes = [context.Process(target=run_process, args=(plan, seed, self.queue), daemon=True)
                          for seed in range(processes)]
        for process in self.processes:
            process.start()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while len(self.counts) < len(self.processes):
            said = self.queue.get()
            (self.troubles if isinstance(said, Trouble) else self.counts).append(said)

    def stop(self):
        """(sent, good); every request that was sent has been answered, or given up."""
        self.stop_event.set()
        self.reader.join(PATIENCE + 10)
        for process in self.processes:
            process.join(10)
        return tuple(map(sum, zip(*self.counts))) if self.counts else (0, 0)
