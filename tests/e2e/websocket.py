"""As much of a WebSocket's client (RFC 6455) as the cases need."""

import base64
import os
import socket
import struct

CLOSE, TEXT = 8, 1


class WebSocket:
    """Says the request; opened() waits for the answer, since it may be parked."""

    def __init__(self, port, host="web.localhost", path="/ws", patience=60, protocol=None):
        self.sock = socket.create_connection(("127.0.0.1", port), patience)
        self.file = self.sock.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        more = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        self.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n".encode())

    def opened(self):
        """The status of the answer."""
        status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        return status

    def send(self, text, opcode=TEXT):
        data, mask = text.encode(), os.urandom(4)
        head = bytes([0x80 | opcode, 0x80 | len(data)]) if len(data) < 126 else struct.pack(
            "!BBH", 0x80 | opcode, 0x80 | 126, len(data))
        self.sock.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        """(opcode, payload), or None at the end of the stream."""
        head = self.file.read(2)
        if len(head) < 2:
            return None
        length = head[1] & 127
        if length == 126:
            length = struct.unpack("!H", self.file.read(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self.file.read(8))[0]
        return head[0] & 15, self.file.read(length)

    def close(self):
        self.sock.close()
