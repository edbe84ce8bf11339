"""The service that the end-to-end cases run: it does what its options say and tells the case.

Every step is reported as a datagram on the case's socket ($E2E_EVENTS): {"name", "event", "pid",
"at"}, where "at" is the monotonic clock, the same for all processes of the machine.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import struct
import sys
import threading
import time


class Reporter:
    def __init__(self, name):
        self.name = name
        self.path = os.environ["E2E_EVENTS"]
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def tell(self, event, **more):
        said = {"name": self.name, "event": event, "pid": os.getpid(), "at": time.monotonic(), **more}
        try:
            self.socket.sendto(json.dumps(said).encode(), self.path)
        except OSError:
            pass  # the case has ended


def wait_at(gate):
    """Until the case opens the other end of the fifo."""
    if gate:
        with open(gate, "rb") as fifo:
            fifo.read()


def leave_child(reporter):
    """A child in the service's group that ignores SIGTERM."""
    ready, told = os.pipe()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        reporter.tell("child")
        os.write(told, b"x")
        while True:
            signal.pause()
    os.read(ready, 1)


def leave_daemon(reporter):
    """A daemon as the books say: forked twice, a session of its own, and deaf to SIGTERM."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            reporter.tell("daemon")
            os.write(told, b"x")
            while True:
                signal.pause()
        os._exit(0)
    os.waitpid(child, 0)
    os.read(ready, 1)


told = None  # the reporter
websockets = set()  # sockets


def say_goodbye():
    while websockets:
        with contextlib.suppress(OSError):
            websockets.pop().sendall(b"\x88\x02" + struct.pack("!H", 1001))


# ---- the HTTP service: enough of a server to answer what the proxy's cases ask -----------------


class Connection:
    def __init__(self, sock, name):
        self.sock = sock
        self.name = name
        self.file = sock.makefile("rb")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self):
        while True:
            line = self.file.readline()
            if not line.strip():
                return
            method, target, _ = line.decode("latin-1").split(" ", 2)
            headers = self.read_headers()
            path, _, query = target.partition("?")
            getattr(self, "get_" + path.strip("/"), self.get_)(method, query, headers)

    def read_headers(self):
        headers = []
        while True:
            line = self.file.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                return headers
            name, _, value = line.partition(":")
            headers.append((name.lower(), value.strip()))

    def body(self, headers):
        """The request's body, piece by piece as it arrives."""
        fields = dict(headers)
        if fields.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int(self.file.readline().split(b";")[0], 16)
                if size == 0:
                    while self.file.readline().strip():
                        pass
                    return
                left = size
                while left:
                    piece = self.file.read1(min(left, 65536))
                    if not piece:
                        raise EOFError
                    left -= len(piece)
                    yield piece
                self.file.readline()
        left = int(fields.get("content-length", 0))
        while left:
            piece = self.file.read1(min(left, 65536))
            if not piece:
                raise EOFError
            left -= len(piece)
            yield piece

    def answer(self, body, status="200 OK", headers=(), bare=False):
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.sock.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + (b"" if bare else body))

    def chunk(self, piece):
        self.sock.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")

    def begin_chunks(self, headers=()):
        head = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers]
        self.sock.sendall("\r\n".join(head).encode() + b"\r\n\r\n")

    def get_(self, method, query, headers):
        for _ in self.body(headers):
            pass
        self.answer(f"this is {self.name}, process {os.getpid()}\n".encode(), bare=method == "HEAD")

    def get_headers(self, method, query, headers):
        self.answer(json.dumps(headers).encode(), headers=["X-From: " + self.name, "Keep-Alive: timeout=9"])

    def get_echo(self, method, query, headers):
        self.begin_chunks()
        for piece in self.body(headers):
            self.chunk(piece)
        self.sock.sendall(b"0\r\n\r\n")

    def get_count(self, method, query, headers):
        self.answer(str(sum(len(piece) for piece in self.body(headers))).encode())

    def get_big(self, method, query, headers):
        """query: so many bytes, of which byte n is n modulo 251."""
        size = int(query)
        pattern = bytes(range(251)) * 256
        self.sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for sent in range(0, size, len(pattern)):
            self.sock.sendall(pattern[: size - sent])

    def get_stream(self, method, query, headers):
        """query: a fifo; the second half of the answer waits for it."""
        self.begin_chunks(["Content-Type: text/event-stream"])
        self.chunk(b"first\n")
        wait_at(query)
        self.chunk(b"second\n")
        self.sock.sendall(b"0\r\n\r\n")

    def get_record(self, method, query, headers):
        """query: a file; the request's id and who got it become a line there."""
        name = dict(headers)["x-id"]
        with open(query, "ab", buffering=0) as file:
            file.write(f"{name} {os.getpid()}\n".encode())
        for _ in self.body(headers):
            pass
        self.answer(f"{name} {os.getpid()}\n".encode())

    def get_hold(self, method, query, headers):
        """query: a fifo; the answer waits for it."""
        for _ in self.body(headers):
            pass
        told.tell("holds")
        wait_at(query)
        self.answer(f"this is {self.name}, process {os.getpid()}\n".encode())

    def get_events(self, method, query, headers):
        """query: so many events, then no end."""
        self.begin_chunks(["Content-Type: text/event-stream"])
        for number in range(int(query)):
            self.chunk(f"data: {number} {time.monotonic()}\n\n".encode())
        self.sock.recv(1)

    def get_ws(self, method, query, headers):
        """A WebSocket that sends back what it gets; it says 1001 when the service is told to end."""
        key = dict(headers)["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        websockets.add(self.sock)
        self.sock.sendall(("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        while head := self.file.read(2):
            length = head[1] & 127
            mask, data = self.file.read(4), self.file.read(length)
            if head[0] == 0x88 and self.sock not in websockets:
                return  # it answers ours, and a frame behind a close frame is an error
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
            self.sock.sendall(bytes([head[0], length]) + data)
        websockets.discard(self.sock)

    def get_flood(self, method, query, headers):
        """An answer without end."""
        self.begin_chunks()
        while True:
            self.chunk(b"x" * 65536)

    def get_hang(self, method, query, headers):
        """Never an answer; until the client has gone."""
        told.tell("hangs")
        self.sock.recv(1)
        told.tell("left")

    def get_reset(self, method, query, headers):
        """query: so many bytes of the answer come before the reset."""
        self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"[: int(query)])
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.sock.close()

    def get_surplus(self, method, query, headers):
        """More than was promised: a second answer that nobody asked for."""
        self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
                          b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    def get_empty(self, method, query, headers):
        self.sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def get_close(self, method, query, headers):
        """An answer that only the end of the connection ends."""
        self.sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end\n")
        self.sock.shutdown(socket.SHUT_RDWR)

    def get_cut(self, method, query, headers):
        """Promises more than it gives."""
        self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut")
        self.sock.shutdown(socket.SHUT_RDWR)


def serve_connection(sock, kind, name):
    try:
        if kind == "http":
            Connection(sock, name).serve()
        else:
            sock.recv(1)
    except (OSError, EOFError, ValueError):
        pass
    finally:
        sock.close()


def listen(kind, name, reporter):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(os.environ["PORT"])))
    server.listen(4096)
    reporter.tell("listening", port=int(os.environ["PORT"]))
    while True:
        sock, _ = server.accept()
        threading.Thread(target=serve_connection, args=(sock, kind, name), daemon=True).start()


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--listen", choices=("http", "tcp"))
    parser.add_argument("--gate", help="a fifo: listen, or end, only when the case has opened it")
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--daemon", action="store_true")
    parser.add_argument("--say", action="append", default=[], help="a line for the log")
    parser.add_argument("--echo-fifo", help="a fifo: what the case writes there goes to stdout")
    parser.add_argument("--show", action="append", default=[], help="report this variable")
    parser.add_argument("--exit", type=int, help="end with this code")
    return parser.parse_args()


def main():
    global told
    options = read_options()
    reporter = told = Reporter(options.name)

    def on_term(_signal, _frame):
        reporter.tell("term")
        if not options.ignore_term:
            say_goodbye()
            reporter.tell("exit")
            os._exit(0)

    signal.signal(signal.SIGTERM, on_term)
    if options.child:
        leave_child(reporter)
    if options.daemon:
        leave_daemon(reporter)
    shown = {name: os.environ.get(name) for name in options.show}
    reporter.tell("start", dir=os.getcwd(), env=shown)
    for line in options.say:
        print(line, flush=True)
    wait_at(options.gate)
    if options.exit is not None:
        reporter.tell("exit")
        sys.exit(options.exit)
    if options.echo_fifo:
        threading.Thread(target=copy_fifo, args=(options.echo_fifo,), daemon=True).start()
    if options.listen:
        threading.Thread(target=listen, args=(options.listen, options.name, reporter), daemon=True).start()
    while True:
        signal.pause()


def copy_fifo(path):
    while True:
        with open(path, "rb", buffering=0) as fifo:
            while piece := fifo.read(65536):
                os.write(1, piece)


main()
