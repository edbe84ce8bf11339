"""Answers a probe in one bad way. usage: bad_server.py KIND; the port is $PORT."""

import os
import socket
import struct
import sys
import time

OK = b"HTTP/1.1 200 OK\r\n"
kind = sys.argv[1]
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen(0 if kind == "never-accepts" else 128)


def endless(first, piece):
    yield first
    while True:
        yield piece


def slowly(text):
    for byte in text:
        time.sleep(0.5)
        yield bytes([byte])


ANSWERS = {
    "garbage": [b"\x00\xff\x16\x03 this is not HTTP\r\n\r\n"],
    "endless-head": endless(OK, b"X-More: and more\r\n" * 100),
    "slow": slowly(OK + b"Content-Length: 0\r\n\r\n"),
    "only-100": [b"HTTP/1.1 100 Continue\r\n\r\n"],
    "server-error": [b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"],
}
kept = []
while kind == "never-accepts":
    time.sleep(3600)
while True:
    connection, _ = server.accept()
    try:
        if kind == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            continue
        connection.settimeout(2)
        connection.recv(4096)
        for piece in ANSWERS.get(kind, []):
            connection.sendall(piece)
    except OSError:
        connection.close()
        continue
    kept.append(connection)  # and now it is silent
    del kept[:-50]
