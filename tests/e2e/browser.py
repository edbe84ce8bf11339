"""A browser without a window, driven by the DevTools protocol over a pipe: Debian's chromium.

    with browser(t) as b:  # a case's; skips it where there is no browser
        page = b.open(url)
        page.wait_for("document.title === 'a3s'")
        page.shows("a text of it")
        page.value("document.body.textContent")
        page.screenshot(path)

The protocol is https://chromedevtools.github.io/devtools-protocol/; messages are JSON, each ended
by a NUL, on descriptors 3 and 4 of the browser.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from harness import DEADLINE, Failure, Skip

PATIENCE = 3 * DEADLINE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-breakpad",
    "--disable-crash-reporter", "--disable-extensions", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pings",
    "--no-proxy-server", "--hide-scrollbars", "--remote-debugging-pipe",
)
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}


def find_browser():
    """Its path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def browser(t):
    if not find_browser():
        raise Skip("no chromium")
    with Browser(t.env) as opened:
        yield opened


class Browser:
    def __init__(self, env):
        self.profile = tempfile.mkdtemp(prefix="a3s-browser-")
        self.buffer = b""
        self.number = 0
        self.pages = {}
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        # The shell gives them the numbers that the browser expects. (dash duplicates one-digit ones only.)
        here = "/proc/self/fd"
        command = ["sh", "-c", f'exec "$0" "$@" 3<{here}/{to_browser} 4>{here}/{from_browser}', find_browser(), *OPTIONS,
                   f"--user-data-dir={self.profile}", "about:blank"]
        env = {**env, "HOME": self.profile, "XDG_CONFIG_HOME": self.profile, "XDG_CACHE_HOME": self.profile}
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser), start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.profile, ignore_errors=True)

    # -- messages

    def send(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        return self.number

    def receive(self, deadline):
        """The next message, or None when the deadline has come."""
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.into], [], [], left)[0]:
                return None
            piece = os.read(self.into, 1 << 16)
            if not piece:
                raise Failure(f"the browser has ended (exit {self.process.poll()})")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        number = self.send(method, session, **parameters)
        deadline = time.monotonic() + PATIENCE
        while message := self.receive(deadline):
            if message.get("id") == number:
                if "error" in message:
                    raise Failure(f"{method}: {message['error']['message']}")
                return message["result"]
            if page := self.pages.get(message.get("sessionId")):
                page.take(message)
        raise Failure(f"{method}: no answer")

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log"):
            page.call(f"{domain}.enable")
        page.call("Page.navigate", url=url)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.complaints = []  # exceptions, and what the browser refused: a policy that was violated

    def take(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            if entry.get("source") != "network":  # an a3s that is gone, a token that is refused
                self.complaints.append(entry["text"])

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def value(self, expression):
        """What the expression gives; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{expression}: {answer['result'].get('description')}")
        return answer["result"].get("value")

    def wait_for(self, expression, what=None):
        """Until the expression is true, even if it cannot be asked while a page is loaded; gives its value."""
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(Failure):
                if value := self.value(expression):
                    return value
            if time.monotonic() > end:
                text = self.value("document.body.innerText")
                raise Failure(f"in vain until {what or expression}; the page says:\n{text}\n{self.complaints}")
            time.sleep(0.05)

    def shows(self, text):
        """Waits until the page has the text."""
        return self.wait_for(f"document.body && document.body.innerText.includes({json.dumps(text)})",
                             f"the page shows {text!r}")

    def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])

    def color_scheme(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
