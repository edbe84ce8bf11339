"""Requests without end through the proxy, from many clients at once: GET and POST, on connections
that are kept and on new ones. Each has an id of its own, which /record of service.py writes down with
the process that got it; so what was asked, what arrived and what was answered can be compared.
"""

import asyncio
import collections
import threading
import time

BODY = b"0123456789abcdef" * 64


class Load:
    """Runs from its making until stop(); failures holds a line for each request that went wrong."""

    def __init__(self, port, target, clients=64, rate=1000, host="web.localhost", patience=60):
        self.port, self.target, self.host, self.patience = port, target, host, patience
        self.pause = clients / rate
        self.answers = {}  # id: process that answered
        self.failures = []
        self.longest = 0.0
        self.changed = threading.Condition()
        self.stopping = False
        self.began = time.monotonic()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run(clients)), daemon=True)
        self.thread.start()

    def stop(self):
        """Lets every request that is under way come to its end. Requests a second."""
        self.stopping = True
        self.thread.join()
        return len(self.answers) / (time.monotonic() - self.began)

    def wait_for(self, count):
        """Until so many more have been answered, or one went wrong."""
        with self.changed:
            goal = len(self.answers) + count
            self.changed.wait_for(lambda: len(self.answers) >= goal or self.failures, self.patience)

    async def run(self, clients):
        await asyncio.gather(*(self.client(number) for number in range(clients)))

    async def client(self, number):
        """Every second client keeps its connection; GET and POST take turns."""
        connection, count, due = None, 0, time.monotonic()
        while not self.stopping:
            name, count = f"{number}-{count}", count + 1
            began = time.monotonic()
            try:
                connection = connection or await asyncio.open_connection("127.0.0.1", self.port)
                kept, process = await asyncio.wait_for(self.ask(connection, name, count, number % 2), self.patience)
                with self.changed:
                    self.answers[name] = process
                    self.changed.notify_all()
            except (OSError, EOFError, ValueError, asyncio.TimeoutError) as error:
                kept = False
                with self.changed:
                    self.failures.append(f"{name}: {error!r}")
                    self.changed.notify_all()
            self.longest = max(self.longest, time.monotonic() - began)
            if not kept:
                connection[1].close()
                connection = None
            due = max(due + self.pause, time.monotonic() - 1)
            await asyncio.sleep(max(0, due - time.monotonic()))
        if connection:
            connection[1].close()

    async def ask(self, connection, name, count, keeps):
        reader, writer = connection
        method, body = ("GET", b"") if count % 2 else ("POST", BODY)
        head = [f"{method} {self.target} HTTP/1.1", f"Host: {self.host}", f"X-Id: {name}"]
        head += [f"Content-Length: {len(body)}"] if body else []
        head += [] if keeps else ["Connection: close"]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        answer = (await reader.readexactly(int(fields["content-length"]))).decode()
        if lines[0].split(" ")[1] != "200" or not answer.startswith(name + " "):
            raise ValueError(f"{method}: {lines[0]}: {answer[:400]!r}")
        return keeps and fields.get("connection") != "close", int(answer.split()[1])


def judge(load, record):
    """Lines about what is wrong: the answers against what the service wrote down."""
    got = collections.defaultdict(list)
    for line in record.read_text().splitlines():
        name, process = line.split()
        got[name].append(int(process))
    wrong = list(load.failures)
    for name, processes in got.items():
        if len(processes) > 1:
            wrong.append(f"{name}: delivered {len(processes)} times")
        elif load.answers.get(name) != processes[0]:
            wrong.append(f"{name}: got by {processes[0]}, answered by {load.answers.get(name)}")
    wrong += [f"{name}: answered, and never delivered" for name in load.answers if name not in got]
    return wrong
