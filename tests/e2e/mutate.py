#!/usr/bin/env python3
"""A client that sends requests with mistakes through the proxy, and a service that records.

    tests/e2e/mutate.py --a3s build/a3s [--seconds S] [--seed N]

Every connection has a name, which is in each target that it asks for. It sends some well-formed
requests with edits around CR, LF, NUL, colons, white space, numbers and the boundaries of lines, chunks
and requests, ends its side and reads to the end. It is a failure if the service is sent anything that
a strict reader refuses, if an answer is for another connection's request, if an answer cannot be read
strictly, or if afterwards somebody else's request is not answered as it should be.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
TEXT = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
GIVES_UP = 20  # seconds


class Bad(Exception):
    """What a strict reader refuses."""


class Reader:
    """Messages out of a socket, read strictly."""

    def __init__(self, sock):
        self.sock, self.bytes, self.everything = sock, b"", b""

    def more(self):
        piece = self.sock.recv(65536)
        self.bytes += piece
        self.everything += piece
        return bool(piece)

    def line(self):
        while b"\n" not in self.bytes:
            if not self.more():
                raise EOFError
        line, self.bytes = self.bytes.split(b"\n", 1)
        if not line.endswith(b"\r") or not TEXT.fullmatch(line[:-1]):
            raise Bad(f"line {line!r}")
        return line[:-1]

    def take(self, size):
        while len(self.bytes) < size:
            if not self.more():
                raise EOFError
        taken, self.bytes = self.bytes[:size], self.bytes[size:]
        return taken

    def fields(self):
        fields = []
        while line := self.line():
            name, colon, value = line.partition(b":")
            if not colon or not TOKEN.fullmatch(name):
                raise Bad(f"field {line!r}")
            fields.append((name.lower(), value.strip(b" \t")))
        return fields

    def chunks(self):
        body = b""
        while True:
            size = self.line()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,15}", size):
                raise Bad(f"chunk size {size!r}")
            if int(size, 16) == 0:
                break
            body += self.take(int(size, 16))
            if self.line():
                raise Bad("bytes behind a chunk")
        if self.fields():
            raise Bad("trailers were passed on")
        return body

    def body(self, fields):
        lengths = [value for name, value in fields if name == b"content-length"]
        codings = [value for name, value in fields if name == b"transfer-encoding"]
        if len(lengths) + len(codings) > 1:
            raise Bad("two framings")
        if codings:
            if codings[0].lower() != b"chunked":
                raise Bad(f"coding {codings[0]!r}")
            return self.chunks()
        if lengths:
            if not re.fullmatch(rb"[0-9]{1,18}", lengths[0]):
                raise Bad(f"length {lengths[0]!r}")
            return self.take(int(lengths[0]))
        return b""

    def request(self):
        """(method, target), or None at the end."""
        try:
            words = self.line().split(b" ")
        except EOFError:
            if self.bytes:
                raise
            return None
        if len(words) != 3 or not TOKEN.fullmatch(words[0]) or words[2] != b"HTTP/1.1" or \
                not re.fullmatch(rb"[\x21-\x7e]+", words[1]):
            raise Bad(f"request line {words!r}")
        fields = self.fields()
        if [name for name, _ in fields].count(b"host") != 1:
            raise Bad("not one Host")
        self.body(fields)
        return words[0], words[1]

    def has_body(self):
        """Behind the head of a page of the proxy's own, which may be the answer to a HEAD."""
        while len(self.bytes) < 9 and self.more():
            pass
        return bool(self.bytes) and not self.bytes.startswith(b"HTTP/1.1 ")

    def response(self):
        """(status, body, fields), or None at the end."""
        try:
            line = self.line()
        except EOFError:
            if self.bytes:
                raise Bad(f"half a status line {self.bytes!r}") from None
            return None
        if not re.fullmatch(rb"HTTP/1\.1 [1-5][0-9][0-9] .*", line):
            raise Bad(f"status line {line!r}")
        fields = self.fields()
        status, asked = int(line.split(b" ")[1]), dict(fields).get(b"x-method")
        body = status >= 200 and (self.has_body() if asked is None else asked != b"HEAD")
        return status, self.body(fields) if body else b"", dict(fields)


class Service:
    """Answers every request with its target; says what it was sent that it should not have been."""

    def __init__(self, port):
        self.faults, self.count = [], 0
        self.door = socket.create_server(("127.0.0.1", port), backlog=512)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        reader = Reader(sock)
        try:
            with sock:
                while request := reader.request():
                    self.count += 1
                    method, target = request
                    head = (b"HTTP/1.1 200 OK\r\nX-Method: " + method + b"\r\nX-Target: " + target +
                            b"\r\nContent-Length: %d\r\n\r\n" % len(target))
                    sock.sendall(head + (b"" if method == b"HEAD" else target))
        except Bad as bad:
            self.faults.append(f"the service was sent {bad}: {reader.everything!r}")
        except (OSError, EOFError):
            pass  # cut off, as its client was

    def close(self):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()


PIECES = [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b":", b" ", b"\t", b";", b",", b"0", b"1", b"f",
          b"+", b"-", b"0x", b"\x0b", b"\x7f", b"\x85", b"\xa0", b" :", b"\r\n ", b"\r\r", b"0\r\n\r\n",
          b"chunked", b"identity", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Host: other.localhost\r\n", b"HTTP/1.0", b"Connection: close\r\n", b"ffffffffffffffff",
          b"Content-Length: 0, 5\r\n", b"transfer-encoding:\tchunked\r\n", b"Expect: 100-continue\r\n"]


def well_formed(rng, host, name, number):
    target = f"/{name}/{number}".encode()
    method = rng.choice([b"GET", b"GET", b"POST", b"PUT", b"HEAD", b"DELETE"])
    head = method + b" " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n"
    for field in rng.sample([b"Accept: */*\r\n", b"Cookie: a=b\r\n", b"X: \r\n", b"TE: trailers\r\n",
                             b"Connection: keep-alive\r\n"], rng.randrange(3)):
        head += field
    inner = b"GET " + target + b"/inner HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    body = rng.choice([b"hello", inner, b"", b"0\r\n\r\n" + inner])
    if method in (b"GET", b"HEAD", b"DELETE"):
        return head + b"\r\n"
    if rng.random() < 0.5:
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    cut = rng.randrange(len(body) + 1)
    pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
    return (head + b"Transfer-Encoding: chunked\r\n\r\n" +
            b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n")


def edit(rng, text):
    """One mistake, most often where readers decide."""
    places = [found.start() for found in re.finditer(rb"[\r\n:; ,0-9]", text)]
    at = rng.choice(places) if places and rng.random() < 0.8 else rng.randrange(len(text) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return text[:at] + rng.choice(PIECES) + text[at:]
    if kind == 1:
        return text[:at] + rng.choice(PIECES) + text[at + 1:]
    if kind == 2:
        return text[:at] + text[at + rng.randrange(1, 4):]
    if kind == 3 and at < len(text):
        return text[:at] + bytes([text[at] ^ 1 << rng.randrange(8)]) + text[at + 1:]
    lines = text.split(b"\r\n")
    if kind == 4:
        lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    else:
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def converse(port, text, rng):
    """What came back for the bytes: [(status, body, fields)]."""
    with socket.create_connection(("127.0.0.1", port), timeout=GIVES_UP) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            begin = 0
            for end in sorted(rng.randrange(len(text) + 1) for _ in range(rng.randrange(3))):
                sock.sendall(text[begin:end])
                begin = end
            sock.sendall(text[begin:])
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent
        reader, answers = Reader(sock), []
        try:
            while answer := reader.response():
                if answer[0] >= 200:
                    answers.append(answer)
        except (EOFError, ConnectionError):
            pass  # cut off: nothing that came is taken for more than it is
        return answers


class Run:
    def __init__(self, port, host, service, seed):
        self.port, self.host, self.service = port, host.encode(), service
        self.rng, self.seed = random.Random(seed), seed
        self.sent = self.answered = 0

    def fail(self, what, text):
        raise AssertionError(f"seed {self.seed}, connection {self.sent}: {what}; it was sent {text!r}")

    def check(self, text, answers):
        for status, body, fields in answers:
            target = fields.get(b"x-target")
            if target is None:
                if status < 400:
                    self.fail(f"{status} from nobody", text)
                continue
            self.answered += 1
            if target not in text or body not in (b"", target):
                self.fail(f"an answer for {target!r}: {body!r}", text)
        if self.service.faults:
            self.fail(self.service.faults[0], text)

    def once(self):
        self.sent += 1
        name = f"c{self.sent}x"
        requests = [well_formed(self.rng, self.host, name, i) for i in range(self.rng.randrange(1, 4))]
        text = b"".join(requests)
        for _ in range(self.rng.randrange(1, 4)):
            text = edit(self.rng, text)
        try:
            self.check(text, converse(self.port, text, self.rng))
        except (Bad, socket.timeout) as error:
            self.fail(repr(error), text)
        canary = f"/canary/{self.sent}".encode()
        plain = b"GET " + canary + b" HTTP/1.1\r\nHost: " + self.host + b"\r\n\r\n"
        answers = converse(self.port, plain, random.Random(1))
        if [(status, body) for status, body, _ in answers] != [(200, canary)]:
            self.fail(f"then {plain!r} was answered with {answers!r}", text)

    def until(self, done):
        while not done(self):
            self.once()
        if not self.answered or self.answered == self.service.count:
            raise AssertionError("the requests were all good, or all bad")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a3s", required=True, metavar="PROGRAM")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="of the edits (another one each time)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    port, upstream = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "A3sfile.hcl")
        source.write_text(f'dev {{ proxy_port = {port} }}\n'
                          f'service "app" {{\n  cmd = ["sleep", "1000000"]\n  port = {upstream}\n}}\n')
        with subprocess.Popen([os.path.abspath(options.a3s), "up", "-f", str(source)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            for line in program.stdout:
                if "everything is ready" in line:
                    break
            run = Run(port, "app.localhost", Service(upstream), seed)
            end = time.monotonic() + options.seconds
            try:
                run.until(lambda _: time.monotonic() > end)
            finally:
                program.send_signal(signal.SIGINT)
                program.communicate()
    print(f"seed {seed}: {run.sent} connections, {run.answered} answers, {run.service.count} requests "
          f"at the service")
    return 0


if __name__ == "__main__":
    sys.exit(main())
