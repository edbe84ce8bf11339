"""Front ends behind the proxy, in a real browser; skipped where there is no chromium."""

import json
import os
import shutil
import subprocess
import sys

from browser import browser
from harness import DEADLINE, Skip, case, check, same

NODE_ECHO = r"""
// A WebSocket server by hand (RFC 6455): sends back what it gets; says 1012 when it is told to end.
const http = require('http'), crypto = require('crypto');
const sockets = new Set();
const server = http.createServer((request, response) => response.end('<h1>node ' + process.pid + '</h1>'));
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: ' + crypto.createHash('sha1').update(key).digest('base64') + '\r\n\r\n');
  sockets.add(socket);
  let seen = Buffer.alloc(0);
  socket.on('data', (piece) => {
    seen = Buffer.concat([seen, piece]);
    while (seen.length >= 6 && seen.length >= 6 + (seen[1] & 127)) {
      const length = seen[1] & 127, mask = seen.subarray(2, 6);
      const data = Buffer.from(seen.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]));
      socket.write(Buffer.concat([Buffer.from([seen[0], length]), data]));
      seen = seen.subarray(6 + length);
    }
  });
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => sockets.delete(socket));
});
process.on('SIGTERM', () => {
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 0x03, 0xf4]));
  setImmediate(() => setTimeout(() => process.exit(0), 20));
});
server.listen(process.env.PORT, '127.0.0.1');
"""


def address(t, name="web", path="/"):
    return f"http://{name}.localhost:{t.proxy_port}{path}"


def block(name, command, body=""):
    return f'service "{name}" {{\n  cmd = {json.dumps(command)}\n  port = 0\n  health {{ type = "http" }}\n{body}\n}}\n'


@case
def the_page_of_a_failure_is_loaded_again_by_itself(t):
    gate = t.dir / "mended"
    program = [sys.executable, "-IS", "-c", "import sys, os, http.server\n"
               "print('<b>a word before the end</b>', flush=True)\n"
               "if not os.path.exists('mended'): sys.exit(7)\n"
               "http.server.test(http.server.SimpleHTTPRequestHandler, port=int(os.environ['PORT']), bind='127.0.0.1')"]
    t.a3sfile(block("web", program, 'restart { policy = "never" }'), t.service("other"))
    t.write("index.html", "<title>well</title><h1>all is well</h1>")
    running = t.start("up")
    t.wait_state("web", "failed")
    with browser(t) as b:
        page = b.open(address(t))
        for text in ("web has failed", "exited with 7", "<b>a word before the end</b>", "A3sfile.hcl:5", "Try again"):
            page.shows(text)
        page.wait_for("document.documentElement.dataset.trouble.length == 16", "it has an id")
        # The script's hash is the one that the policy names: it has begun to wait for a change.
        page.wait_for(f"fetch('{address(t)}', {{method: 'HEAD'}}).then(r => r.headers.get('x-a3s-trouble'))", "the header")
        gate.write_text("")
        t.expect_run(0, "restart", "web")
        page.shows("all is well")
    t.stop(running)


@case
def events_and_websockets_in_a_page(t):
    t.a3sfile(t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }'))
    running = t.start("up")
    t.wait_state("web", "running")
    with browser(t) as b:
        page = b.open(address(t))
        page.shows("this is web")
        page.value("""
            window.got = []; window.opened = 0; window.echoed = []; window.ends = [];
            window.source = new EventSource('/events?5');
            source.onopen = () => opened++;
            source.onmessage = (event) => got.push(event.data.split(' ')[0]);
            function connect() {
              const ws = new WebSocket('ws://' + location.host + '/ws');
              ws.onopen = () => ws.send('hello');
              ws.onmessage = (event) => echoed.push(event.data);
              ws.onclose = (event) => { ends.push(event.code); connect(); };
            }
            connect();""")
        page.wait_for("got.length == 5 && echoed.length == 1", "events and the echo")
        t.expect_run(0, "restart", "web")
        # Both come back by themselves, as their connections were closed and not left hanging.
        page.wait_for("got.length == 10 && opened == 2 && echoed.length == 2", "they came back after the restart")
        same(page.value("ends"), [1001], "how the WebSocket was closed")
        same(page.value("fetch('/').then(r => r.status)"), 200, "status of a fetch")
    t.stop(running)


@case
def a_node_server(t):
    if not shutil.which("node"):
        raise Skip("no node")
    t.write("server.js", NODE_ECHO)
    t.a3sfile(block("web", [shutil.which("node"), "server.js"]))
    running = t.start("up")
    t.wait_state("web", "running")
    with browser(t) as b:
        page = b.open(address(t))
        page.shows("node ")
        page.value("""
            window.echoed = []; window.ends = [];
            function connect() {
              const ws = new WebSocket('ws://' + location.host + '/');
              ws.onopen = () => ws.send('hello');
              ws.onmessage = (event) => echoed.push(event.data);
              ws.onclose = (event) => { ends.push(event.code); connect(); };
            }
            connect();""")
        page.wait_for("echoed.length == 1", "the echo")
        t.expect_run(0, "restart", "web")
        page.wait_for("echoed.length == 2", "the echo after the restart")
        same(page.value("ends"), [1012], "how it was closed")
    t.stop(running)


@case
def pythons_http_server(t):
    t.write("public/index.html", "<link rel=stylesheet href=style.css><h1>plain files</h1><script src=main.js></script>")
    t.write("public/style.css", "h1 { color: rgb(1, 2, 3) }")
    t.write("public/main.js", "document.title = 'scripted'")
    command = ("import os, http.server; http.server.test(http.server.SimpleHTTPRequestHandler, "
               "http.server.ThreadingHTTPServer, port=int(os.environ['PORT']), bind='127.0.0.1')")
    t.a3sfile(block("web", [sys.executable, "-IS", "-c", command], 'dir = "public"'))
    running = t.start("up")
    t.wait_state("web", "running")
    with browser(t) as b:
        page = b.open(address(t))
        page.shows("plain files")
        page.wait_for("document.title == 'scripted'", "the script has run")
        same(page.value("getComputedStyle(document.querySelector('h1')).color"), "rgb(1, 2, 3)", "colour")
    t.stop(running)


def find_vite(t):
    """The folder that A3S_TEST_VITE names, in which vite is installed; or, if A3S_TEST_NPM is set, it
    is fetched. Tests do not use the network unless they are asked to."""
    installed = os.environ.get("A3S_TEST_VITE")
    if not shutil.which("node"):
        raise Skip("no node")
    if not installed:
        if not os.environ.get("A3S_TEST_NPM") or not shutil.which("npm"):
            raise Skip("no vite: A3S_TEST_VITE names a folder with it, A3S_TEST_NPM=1 fetches it")
        installed = str(t.base / "npm")
        os.mkdir(installed)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "vite"], cwd=installed,
                              capture_output=True, timeout=10 * DEADLINE, check=False)
        if done.returncode:
            raise Skip("npm cannot fetch vite")
    check(os.path.exists(f"{installed}/node_modules/vite/bin/vite.js"), f"no vite in {installed}")
    return installed


@case
def vite_with_hot_modules(t):
    """A module that is saved replaces the one in the page, which is not loaded again; over a restart
    of the server the page finds back by itself."""
    installed = find_vite(t)
    t.write("index.html", "<h1 id=app></h1><script type=module src=/main.js></script>")
    t.write("main.js", "import { text } from './text.js'\nwindow.loads = (window.loads || 0) + 1\n"
            "const show = (value) => { document.getElementById('app').textContent = value }\nshow(text)\n"
            "if (import.meta.hot) import.meta.hot.accept('./text.js', (module) => show(module.text))\n")
    t.write("text.js", "export const text = 'first'\n")
    os.symlink(f"{installed}/node_modules", t.dir / "node_modules")
    t.a3sfile('service "web" {\n  cmd = "exec node node_modules/vite/bin/vite.js --host 127.0.0.1 --port $PORT --strictPort"\n'
              '  port = 0\n  health {\n    type = "http"\n    timeout = "5s"\n    interval = "5s"\n  }\n}\n')
    running = t.start("up")
    t.wait_state("web", "running", 3 * DEADLINE)
    with browser(t) as b:
        page = b.open(address(t))
        page.shows("first")
        page.value("window.kept = 'not loaded again'")
        t.write("text.js", "export const text = 'second'\n")
        page.shows("second")
        same(page.value("window.kept"), "not loaded again", "the page")
        t.expect_run(0, "restart", "web")
        page.wait_for("window.kept === undefined && document.body.innerText.includes('second')",
                      "the page is loaded again after the restart of the server")
        t.write("text.js", "export const text = 'third'\n")
        page.shows("third")
    t.stop(running)
