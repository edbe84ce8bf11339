"""The service that scripts/soak runs fifty times: soak_service.py NAME [TICK]

With a PORT it answers each request with "NAME, the request's path, the request's body", and ends on
SIGTERM as a good server does: it takes who has come already, answers what it has been asked, and
leaves. Without one it prints a line every TICK seconds. SIGUSR1 is a flood of lines.
"""

import os
import selectors
import signal
import socket
import sys
import time

FLOOD_LINES = 2000
# A connection that was made just before the end may bring its request a moment later.
GRACE = 0.5


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.data = b""
        self.asked = 0

    def read(self):
        """False at its end."""
        try:
            piece = self.sock.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.data += piece
        return bool(piece)

    def answer(self, name):
        """Answers each whole request that has come."""
        while True:
            head, blank, rest = self.data.partition(b"\r\n\r\n")
            if not blank:
                return
            length = 0
            lines = head.split(b"\r\n")
            for line in lines[1:]:
                field, _, value = line.partition(b":")
                if field.lower() == b"content-length":
                    length = int(value)
            if len(rest) < length:
                return
            body = b"%s, %s, %s\n" % (name, lines[0].split(b" ")[1], rest[:length])
            self.data = rest[length:]
            self.asked += 1
            self.sock.setblocking(True)
            self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            self.sock.setblocking(False)


class Server:
    def __init__(self, name, port, wakeup):
        self.name = name.encode()
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(512)
        self.listener.setblocking(False)
        self.connections = set()
        self.wakeup = wakeup
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(wakeup, selectors.EVENT_READ)

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(sock)
            self.connections.add(connection)
            self.selector.register(sock, selectors.EVENT_READ, connection)

    def drop(self, connection):
        self.selector.unregister(connection.sock)
        self.connections.discard(connection)
        connection.sock.close()

    def turn(self, timeout):
        for key, _ in self.selector.select(timeout):
            if key.fileobj is self.listener:
                self.accept()
            elif key.fileobj is self.wakeup:
                self.wakeup.recv(64)
            else:
                self.serve(key.data)

    def serve(self, connection):
        alive = connection.read()
        try:
            connection.answer(self.name)
        except OSError:
            alive = False
        if not alive:
            self.drop(connection)

    def run(self, state):
        while not state["ending"]:
            self.turn(None)
            state["flood"]()
        self.accept()
        self.selector.unregister(self.listener)
        self.listener.close()
        end = time.monotonic() + GRACE
        while self.connections and time.monotonic() < end:
            self.turn(0.02)
            for connection in [c for c in self.connections if c.asked and not c.data]:
                self.drop(connection)


def tick(name, seconds, wakeup, state):
    wakeup.settimeout(seconds)
    number = 0
    while not state["ending"]:
        number += 1
        print(f"{name} ticks {number}", flush=True)
        try:
            wakeup.recv(64)
        except TimeoutError:
            pass
        state["flood"]()


def main():
    name = sys.argv[1]
    state = {"ending": False, "floods": 0}

    def flood():
        while state["floods"]:
            state["floods"] -= 1
            sys.stdout.write("".join(f"{name} floods {i:5} {'.' * 60}\n" for i in range(FLOOD_LINES)))
            sys.stdout.flush()

    def on_signal(number, _):
        if number == signal.SIGUSR1:
            state["floods"] += 1
        else:
            state["ending"] = True

    state["flood"] = flood
    wakeup, other = socket.socketpair()
    other.setblocking(False)
    signal.set_wakeup_fd(other.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, on_signal)
    if "PORT" in os.environ:
        Server(name, int(os.environ["PORT"]), wakeup).run(state)
    else:
        tick(name, float(sys.argv[2]), wakeup, state)


if __name__ == "__main__":
    main()
