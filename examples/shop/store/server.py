"""A tiny key-value store over TCP. Each request is a JSON list on a line, each answer an object:
{"value": ...} or {"error": "..."}. What it holds is kept in $STORE_FILE, if that is set."""

import json
import os
import socketserver
import threading

from serve import say, stop_on_term


class Data:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.values = {}
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.values = json.load(file)

    def save(self):
        if not self.path:
            return
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        temporary = self.path + ".tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.values, file)
        os.replace(temporary, self.path)

    def get(self, key):
        return self.values.get(key)

    def put(self, key, value):
        self.values[key] = value
        self.save()
        return True

    def put_new(self, key, value):
        return False if key in self.values else self.put(key, value)

    def add(self, key, amount):
        number = self.values.get(key, 0) + amount
        if number < 0:
            raise ValueError(f"{key} would fall below zero")
        self.put(key, number)
        return number

    def append(self, key, value, keep):
        self.put(key, (self.values.get(key, []) + [value])[-keep:])
        return True


COMMANDS = ("get", "put", "put_new", "add", "append")


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(json.dumps(self.answer(line)).encode() + b"\n")

    def answer(self, line):
        try:
            command, *words = json.loads(line)
            if command not in COMMANDS:
                return {"error": f"unknown command {command!r}"}
            with self.server.data.lock:
                return {"value": getattr(self.server.data, command)(*words)}
        except (ValueError, TypeError) as error:
            return {"error": str(error)}


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a probe or a client that went away


def main():
    stop_on_term()
    port = int(os.environ["PORT"])
    with Server(("127.0.0.1", port), Connection) as server:
        server.data = Data(os.environ.get("STORE_FILE"))
        say(f"listening on 127.0.0.1:{port}, {len(server.data.values)} keys")
        server.serve_forever()


main()
