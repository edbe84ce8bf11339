"""A real browser without a window: Chromium, told what to do through its DevTools protocol."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess

from harness import DEADLINE, Skip, check, gone, marked_processes, until
from websocket import WebSocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    def __init__(self, t):
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if not program:
            raise Skip("no chromium")
        self.t = t
        self.profile = t.base / "browser"
        self.profile.mkdir()
        self.marker = f"{t.marker}-browser"
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
             f"--user-data-dir={self.profile}", "about:blank"],
            env={**t.env, "E2E_BROWSER": self.marker}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        self.sockets = []
        found = until(self.find_port, "the browser has begun", 3 * DEADLINE)
        self.port = int(found)

    def find_port(self):
        check(self.process.poll() is None, "the browser did not start")
        with contextlib.suppress(OSError, IndexError):
            return (self.profile / "DevToolsActivePort").read_text().split()[0]

    def open(self, address):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        connection.request("PUT", "/json/new?" + address)
        made = json.loads(connection.getresponse().read())
        connection.close()
        path = made["webSocketDebuggerUrl"].split("/", 3)[3]
        page = Page(WebSocket(self.port, "127.0.0.1", "/" + path))
        self.sockets.append(page.socket)
        return page

    def close(self):
        for sock in self.sockets:
            sock.close()
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pid in marked_processes(f"E2E_BROWSER={self.marker}"):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            gone(pid)


class Page:
    def __init__(self, socket):
        self.socket, self.number = socket, 0
        check(socket.opened() == 101, "the browser does not listen")

    def value(self, expression):
        """What the expression gives; a promise is waited for. None while the page is being loaded anew."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": "Runtime.evaluate", "params": {
            "expression": expression, "awaitPromise": True, "returnByValue": True}}))
        while True:
            frame = self.socket.receive()
            check(frame, "the browser has gone")
            answer = json.loads(frame[1])
            if answer.get("id") == self.number:
                return answer.get("result", {}).get("result", {}).get("value")

    def wait_for(self, expression, what):
        return until(lambda: self.value(expression), what, 2 * DEADLINE)

    def shows(self, text):
        """Waits until the page has the text."""
        return self.wait_for(f"document.body && document.body.innerText.includes({json.dumps(text)})",
                             f"the page shows {text!r}")


@contextlib.contextmanager
def browser(t):
    opened = Browser(t)
    try:
        yield opened
    finally:
        opened.close()
