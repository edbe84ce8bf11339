"""A client of the store: one line out, one line back; values are JSON."""

import json
import os
import socket


class StoreError(Exception):
    pass


class Store:
    def __init__(self):
        port = int(os.environ["A3S_STORE_PORT"])  # what depends on the store is told its port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.lines = self.socket.makefile("rw", encoding="utf-8", newline="\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def ask(self, *words):
        self.lines.write(json.dumps(words) + "\n")
        self.lines.flush()
        line = self.lines.readline()
        if not line:
            raise StoreError("the store closed the connection")
        answer = json.loads(line)
        if "error" in answer:
            raise StoreError(answer["error"])
        return answer["value"]

    def get(self, key):
        return self.ask("get", key)

    def put(self, key, value):
        return self.ask("put", key, value)

    def put_new(self, key, value):
        """False, and nothing changed, if the key is there already."""
        return self.ask("put_new", key, value)

    def add(self, key, amount):
        """The new number; StoreError if it would fall below zero."""
        return self.ask("add", key, amount)

    def append(self, key, value, keep):
        """Puts the value at the end of a list of which the last `keep` stay."""
        return self.ask("append", key, value, keep)
