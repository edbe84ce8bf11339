"""http://a3s.localhost:PORT/: who gets what, and the page in a real browser."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import socket
import stat
import threading

from browser import browser
from harness import case, check, free_port, is_free, same, until, up

COLORS = r"a \033[1;31mred\033[0m word, \033]0;title\007and <b>no</b> markup"


def address(t):
    return t.expect_run(0, "open", "--print").out.strip()


def token(t):
    return address(t).partition("#token=")[2]


def ask(t, method, path, host=None, body=None, **headers):
    """(status, headers, JSON) of a request that has the token unless Authorization is given."""
    fields = {"Host": host or f"a3s.localhost:{t.proxy_port}", "Authorization": f"Bearer {t.token}",
              **{name.replace("_", "-"): value for name, value in headers.items()}}
    with t.client() as client:
        client.request(method, path, body, {name: value for name, value in fields.items() if value is not None})
        response = client.getresponse()
        text = response.read()
        answer = json.loads(text) if text and "json" in response.getheader("Content-Type", "") else text
        return response.status, dict(response.getheaders()), answer


def pid(t):
    return t.status()["web"]["pid"]


# ---- The bare page -------------------------------------------------------------------------------


@case
def the_page_is_bare_and_locked_in(t):
    program = up(t, t.service("backstage", "", "disabled = true"))
    t.token = token(t)
    for method in ("GET", "HEAD"):
        status, headers, body = ask(t, method, "/", Authorization=None)
        same(status, 200, f"{method} /")
        same(headers["Content-Type"], "text/html; charset=utf-8", "type")
        same(headers["X-Content-Type-Options"], "nosniff", "sniffing")
        same(headers["Cache-Control"], "no-store", "storing")
        same(headers["Referrer-Policy"], "no-referrer", "referrer")
        same(headers["X-Frame-Options"], "DENY", "frames")
        same(headers["Cross-Origin-Resource-Policy"], "same-origin", "who may embed it")
        check(not [name for name in headers if name.lower().startswith("access-control")], f"CORS: {headers}")
        if method == "HEAD":
            same(body, b"", "body of HEAD")
    body = ask(t, "GET", "/", Authorization=None)[2].decode()
    for secret in (t.token, "backstage", str(t.dir)):
        check(secret not in body, f"{secret} is in the bare page")
    check("http://" not in body.replace("http://www.w3.org", ""), "the page names something on the network")

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    for element, directive in (("script", "script-src"), ("style", "style-src")):
        text = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", body, re.S)
        same(len(text), 1, f"how many <{element}>")
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        same(policy[directive], f"'sha256-{digest}'", directive)
    same(policy["default-src"], "'none'", "default-src")
    same(policy["frame-ancestors"], "'none'", "frame-ancestors")
    check(not re.search(r"<[^>]* on\w+=|<[^>]* style=", body), "inline handlers or styles")
    same(ask(t, "GET", "/nothing")[0], 404, "another path")
    same(ask(t, "POST", "/", Content_Type="application/json")[0], 405, "POST to the page")
    t.stop(program)


@case
def the_token_is_new_and_private(t):
    seen = set()
    for _ in range(2):
        program = up(t)
        files = list(t.base.glob("run/a3s/*/token"))
        same(len(files), 1, "token files")
        same(stat.S_IMODE(files[0].stat().st_mode), 0o600, "mode of the token")
        same(files[0].read_text(), token(t), "the token in the address")
        check(re.fullmatch("[0-9a-f]{64}", token(t)), "32 bytes in hex")
        check(token(t) not in t.expect_run(0, "status", "--json").out, "the token is in the status")
        same(json.loads(t.expect_run(0, "status", "--json").out)["page"],
             f"http://a3s.localhost:{t.proxy_port}/", "page")
        seen.add(token(t))
        t.stop(program)
        check(not files[0].exists(), "the token is left behind")
    same(len(seen), 2, "tokens of two runs")


# ---- Refusals ------------------------------------------------------------------------------------


@case
def nothing_without_the_token(t):
    program = up(t)
    t.token = token(t)
    before = pid(t)
    wrong = t.token[:-1] + ("0" if t.token[-1] != "0" else "1")
    for value in (None, "", "Bearer", "Bearer ", f"Bearer {wrong}", f"Bearer {t.token[:-1]}", f"Basic {t.token}",
                  f"Bearer {t.token}0", t.token):
        for method, path in (("GET", "/v1/status"), ("GET", "/v1/logs"), ("GET", "/v1/events"),
                             ("POST", "/v1/services/web/restart"), ("POST", "/v1/shutdown")):
            status, headers, answer = ask(t, method, path, Authorization=value, Content_Type="application/json")
            same(status, 401, f"{method} {path} with {value!r}")
            same(list(answer), ["error"], "what is told")
            same(headers["WWW-Authenticate"], 'Bearer realm="a3s"', "what is asked for")
    for path in (f"/v1/status?token={t.token}", f"/v1/status?access_token={t.token}"):
        same(ask(t, "GET", path, Authorization=None, Cookie=f"token={t.token}")[0], 401, "token elsewhere")
    same(pid(t), before, "process")
    status, _, answer = ask(t, "GET", "/v1/status")
    same((status, answer["services"][0]["name"]), (200, "web"), "with the token")
    t.stop(program)


@case
def nothing_for_a_foreign_origin(t):
    program = up(t)
    t.token = token(t)
    before = pid(t)
    here = f"http://a3s.localhost:{t.proxy_port}"
    for origin in (f"http://web.localhost:{t.proxy_port}", f"http://a3s.localhost:{t.proxy_port + 1}",
                   "http://a3s.localhost", f"https://a3s.localhost:{t.proxy_port}", "http://evil.example", "null",
                   f"{here}.evil.example", f"{here}/"):
        for method, path in (("GET", "/v1/status"), ("POST", "/v1/services/web/restart")):
            status, headers, answer = ask(t, method, path, Origin=origin, Content_Type="application/json")
            same((status, list(answer)), (403, ["error"]), f"{method} {path} from {origin}")
            check(not [n for n in headers if n.lower().startswith("access-control")], f"CORS: {headers}")
        status, headers, _ = ask(t, "OPTIONS", "/v1/stop", Origin=origin, Authorization=None,
                                 Access_Control_Request_Method="POST",
                                 Access_Control_Request_Headers="authorization, content-type")
        check(status >= 400 and not [n for n in headers if n.lower().startswith("access-control")],
              f"a preflight from {origin}: {status} {headers}")
    for site in ("cross-site", "same-site", "", "same-origin, none"):
        same(ask(t, "GET", "/v1/status", Sec_Fetch_Site=site)[0], 403, f"Sec-Fetch-Site: {site}")
    same(pid(t), before, "process")
    same(ask(t, "GET", "/v1/status", Origin=here, Sec_Fetch_Site="same-origin")[0], 200, "its own page")
    t.stop(program)


@case
def nothing_for_a_foreign_host(t):
    program = up(t)
    t.token = token(t)
    for host in ("127.0.0.1", "localhost", "evil.example", "a3s.localhost.evil.example", "x.a3s.localhost",
                 "a3s.example", "[::1]", "a3s"):
        for path in ("/", "/v1/status"):
            status, _, answer = ask(t, "GET", path, host=f"{host}:{t.proxy_port}")
            same(status, 421, f"{host}{path}")
            ours = host in ("127.0.0.1", "localhost", "x.a3s.localhost", "[::1]")
            check(ours or b"web" not in answer, "a name of a service is told")
            check(t.token.encode() not in answer, "the token is told")
    # A service's own name leads to the service, whatever the path is.
    status, _, answer = ask(t, "GET", "/v1/status", host=f"web.localhost:{t.proxy_port}")
    check(status == 200 and answer.startswith(b"this is web"), f"web.localhost/v1/status: {status} {answer!r}")
    same(ask(t, "GET", "/v1/status", host="A3S.localhost.")[0], 200, "its name in another spelling")
    t.stop(program)


@case
def nothing_for_a_form(t):
    program = up(t)
    t.token = token(t)
    before = pid(t)
    there = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Origin": "http://evil.example"}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", None):
        status = ask(t, "POST", "/v1/services/web/restart", Authorization=None, Content_Type=kind, body="x=1", **there)[0]
        same(status, 403, f"a form of type {kind}")
        # Even one that knew the token, from the page itself.
        same(ask(t, "POST", "/v1/services/web/restart", Content_Type=kind, body="{}")[0], 415, f"type {kind}")
    for path in ("restart", "stop", "start"):
        status, headers, _ = ask(t, "GET", f"/v1/services/web/{path}")
        same((status, headers["Allow"]), (405, "POST"), f"GET {path}")
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        same(ask(t, method, "/v1/services/web/restart", Content_Type="application/json")[0], 405, method)
    same(pid(t), before, "process")
    same(ask(t, "POST", "/v1/services/web/restart", Content_Type="application/json")[0], 202, "as it should be")
    until(lambda: pid(t) not in (before, None), "the service has a new process")
    t.stop(program)


@case
def environments_stay_on_the_socket(t):
    program = up(t, t.service("db", "", 'env = { SECRET = "swordfish" }'))
    t.token = token(t)
    same(ask(t, "GET", "/v1/services/db/launch")[0], 403, "launch")
    for path in ("/v1", "/v1/status", "/v1/services", "/v1/services/db", "/v1/services/db/journal", "/v1/timeline"):
        status, _, answer = ask(t, "GET", path)
        same(status, 200, path)
        check("swordfish" not in json.dumps(answer), f"{path} tells a secret")
    t.stop(program)


# ---- The control API through the proxy ----------------------------------------------------------


@contextlib.contextmanager
def stream(t, path):
    """The lines of a stream, as a file."""
    with t.connect() as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a3s.localhost:{t.proxy_port}\r\n"
                     f"Authorization: Bearer {t.token}\r\n\r\n".encode())
        response = http.client.HTTPResponse(sock)
        response.begin()
        same(response.status, 200, path)
        with contextlib.closing(response):
            yield response


def next_line(response, wanted):
    while True:
        line = response.readline()
        check(line, f"the stream ended before {wanted!r}")
        if wanted in line:
            return json.loads(line)


@case
def streams_follow_through_the_proxy(t):
    fifo = t.fifo("words")
    program = up(t, t.service("talker", f"--echo-fifo {fifo}"))
    t.token = token(t)
    t.wait_state("talker", "running")
    with stream(t, "/v1/logs?follow=1&service=talker") as logs, stream(t, "/v1/events") as events:
        with open(fifo, "wb", buffering=0) as words:
            for number in range(3):
                words.write(b"word %d\n" % number)
                same(next_line(logs, b"word")["line"], f"word {number}", "followed line")
        ask(t, "POST", "/v1/services/web/restart", Content_Type="application/json")
        check(next_line(events, b'"stopping"')["service"] == "web", "the restart is an event")
        check(next_line(events, b'"running"')["service"] == "web", "its end, too")
    # Who follows and leaves is noticed: it has no connection to the control API any more.
    until(lambda: ask(t, "GET", "/v1/health")[2]["clients"] <= 1, "the followers are gone")
    t.stop(program)


@case
def a_follower_that_never_reads_is_bounded(t):
    """Its queue is bounded, the service is not slowed down, and others are served."""
    fifo = t.fifo("words")
    program = up(t, t.service("talker", f"--echo-fifo {fifo}"))
    t.token = token(t)
    t.wait_state("talker", "running")
    with t.connect() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.sendall(f"GET /v1/logs?follow=1&service=talker HTTP/1.1\r\nHost: a3s.localhost:{t.proxy_port}\r\n"
                       f"Authorization: Bearer {t.token}\r\n\r\n".encode())
        block = (b"x" * 1000 + b"\n") * 64
        with open(fifo, "wb", buffering=0) as words:
            for _ in range(800):  # 50 MB
                words.write(block)
        same(ask(t, "GET", "/v1/status")[0], 200, "another client")
        memory = pathlib.Path(f"/proc/{program.pid}/status").read_text()
        resident = int(re.search(r"VmHWM:\s+(\d+) kB", memory)[1])
        check(resident < 64 << 10 or os.environ.get("A3S_TEST_SLOW"), f"a3s has taken {resident} kB")
    t.stop(program)


@case
def many_clients_are_bounded(t):
    program = up(t)
    t.token = token(t)
    held = []
    with contextlib.ExitStack() as stack:
        statuses = []
        for _ in range(70):
            sock = stack.enter_context(t.connect())
            sock.sendall(f"GET /v1/events HTTP/1.1\r\nHost: a3s.localhost:{t.proxy_port}\r\n"
                         f"Authorization: Bearer {t.token}\r\n\r\n".encode())
            held.append(sock)
            statuses.append(int(sock.makefile("rb").readline().split()[1]))
        same(set(statuses), {200, 503}, "answers")
        same(t.get("web")[0], 200, "the services are served")
        same(t.run("status").code, 0, "the command line is served")
    until(lambda: ask(t, "GET", "/v1/status")[0] == 200, "there is room again")
    t.stop(program)


@case
def who_ends_a3s_gets_an_answer(t):
    """Through the proxy, which ends with it; so does whoever follows, at the end of his stream."""
    for services in ((), (t.service("db"),)):
        program = up(t, *services)
        t.token = token(t)
        with stream(t, "/v1/logs?follow=1") as logs:
            status, fields, answer = ask(t, "POST", "/v1/shutdown", Content_Type="application/json")
            same((status, answer), (202, {"ok": True}), "answer to the end")
            check(b"stopping everything" in logs.read(), "the follower's stream has no end")
        same(program.wait(), 0, "exit code")
    program = up(t)
    t.token = token(t)
    web = t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }')
    t.write("A3sfile.hcl", "dev { proxy_port = 0 }\n" + web)
    status, _, answer = ask(t, "POST", "/v1/reload", Content_Type="application/json")
    same((status, answer["ok"]), (202, True), "answer to who ends the proxy")
    until(lambda: is_free(t.proxy_port), "the port is free")
    same(json.loads(t.expect_run(0, "status", "--json").out)["proxy_port"], 0, "port of the proxy")
    check("there is no proxy" in t.run("fault", "web", "--error", "503").err, "a fault without a proxy")
    t.a3sfile(web)
    t.expect_run(0, "reload")
    until(lambda: t.get("web")[0] == 200, "the proxy is back")
    t.stop(program)


@case
def the_timeline_knows_the_critical_path(t):
    gate = t.fifo("gate")
    program_text = [t.service("db", f"--listen http --gate {gate}", 'port = 0\nhealth { type = "http" }'),
                    t.service("api", "--listen http", 'port = 0\ndepends_on = ["db"]\nhealth { type = "http" }'),
                    t.service("side", "")]
    t.a3sfile(*program_text)
    program = t.start("up")
    t.wait_state("db", "starting")
    t.token = token(t)
    starts = ask(t, "GET", "/v1/timeline")[2]
    same(starts["services"][-1]["ready_ms"] is None or starts["critical_path"] is not None, True, "half a start")
    t.open_gate(gate)
    t.wait_state("api", "running")
    starts = ask(t, "GET", "/v1/timeline")[2]
    same(starts["critical_path"], ["db", "api"], "critical path")
    rows = {row["name"]: row for row in starts["services"]}
    same(rows["api"]["waited_for"], "db", "what api waited for")
    check(rows["api"]["started_ms"] >= rows["db"]["ready_ms"], f"api did not wait: {rows}")
    same(starts["ready_ms"], rows["api"]["ready_ms"], "ready at last")
    same(rows["side"]["waited_for"], None, "what side waited for")
    t.stop(program)


# ---- a3s open ------------------------------------------------------------------------------------


@case
def open_starts_the_browser(t):
    program = up(t, t.service("plain", ""))
    said = t.base / "said"
    viewer = t.base / "viewer"
    viewer.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {said}.new && mv {said}.new {said}\n')
    viewer.chmod(0o755)
    env = {"BROWSER": str(viewer)}
    same(t.expect_run(0, "open", env=env).out, "", "output")
    given = until(lambda: said.exists() and said.read_text(), "the browser was called")
    # Other users can read its command line: the token is not there, but a ticket that is good once.
    t.token = token(t)
    check(t.token not in given, "the token is an argument of the browser")
    url, _, ticket = given.partition("#ticket=")
    same(url, f"http://a3s.localhost:{t.proxy_port}/", "page")
    take = {"Content_Type": "application/json", "Authorization": f"Ticket {ticket}"}
    same(ask(t, "POST", "/v1/token", Origin="http://evil.example", **take)[0], 403, "taken by another page")
    same(ask(t, "POST", "/v1/token", **take)[::2], (200, {"token": t.token}), "the token for the ticket")
    same(ask(t, "POST", "/v1/token", **take)[0], 401, "the same ticket again")
    same(ask(t, "POST", "/v1/ticket", Content_Type="application/json")[0], 403, "a ticket through the proxy")
    t.expect_run(0, "open", "web", env=env)
    same(said.read_text(), f"http://web.localhost:{t.proxy_port}", "service")
    same(t.expect_run(0, "open", "web", "--print").out, f"http://web.localhost:{t.proxy_port}\n", "--print")
    for broken in ("/nonexistent", "/bin/false"):
        result = t.expect_run(0, "open", "web", env={"BROWSER": broken})
        check("no browser" in result.err and result.out.startswith("http://web"), f"{broken}: {result}")
    nothing = {"BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    check(t.expect_run(0, "open", env=nothing).out.startswith("http://a3s"), "without a browser")
    check("no address" in t.expect_run(1, "open", "plain").err, "a service without a port")
    check("no service" in t.expect_run(2, "open", "nobody").err, "an unknown service")
    t.stop(program)
    check("nothing is running" in t.expect_run(3, "open").err, "nothing runs")


@case
def open_without_a_proxy(t):
    t.write("A3sfile.hcl", "dev { proxy_port = 0 }\n" + t.service("plain", ""))
    program = t.start("up")
    t.wait_state("plain", "running")
    check("no proxy" in t.expect_run(1, "open").err, "no page")
    t.stop(program)


# ---- In a browser --------------------------------------------------------------------------------


@contextlib.contextmanager
def page(t, url=None):
    with browser(t) as b:
        shown = b.open(url or address(t))
        shown.size(1280, 860)
        yield shown
        same(shown.complaints, [], "what the browser complained about")


def row(name, column):
    return f"document.querySelector('#service-{name} .{column}').textContent"


def press_button(shown, label):
    shown.value(f"document.querySelector('button[aria-label={json.dumps(label)}]').click()")


def lines(pattern):
    return f"[...document.querySelectorAll('#log .text')].filter(l => l.textContent.includes({json.dumps(pattern)})).length"


def keep(t, shown, name):
    """Among the artefacts of the build: meson's test runs leave it beside a3s."""
    folder = pathlib.Path(t.a3s_path).parent / "artefacts"
    folder.mkdir(exist_ok=True)
    shown.screenshot(folder / f"{name}.png")


def shop(t):
    """Four services, one of which has failed; and one that talks."""
    fifo = t.fifo("words")
    t.a3sfile(t.service("db", "--listen http", 'port = 0\nhealth { type = "http" }'),
              t.service("seed", "--exit 0", 'kind = "task"\ndepends_on = ["db"]'),
              t.service("web", "--listen http", 'port = 0\ndepends_on = ["db", "seed"]\nhealth { type = "http" }'),
              t.service("broken", "--exit 3", 'restart { policy = "never" }'),
              t.service("talker", f"--echo-fifo {fifo}"))
    program = t.start("up")
    t.wait_state("web", "running")
    t.wait_state("broken", "failed")
    return program, fifo


@case
def the_table_is_filled_and_buttons_work(t):
    program, _ = shop(t)
    with page(t) as shown:
        shown.wait_for("document.querySelectorAll('#services tbody tr').length === 5")
        same(shown.value("location.href"), f"http://a3s.localhost:{t.proxy_port}/", "the token has left the address")
        same(shown.value("history.length <= 2 && document.title.startsWith('(1!) a3s')"), True, "title")
        status = t.status()
        for name in status:
            check(status[name]["state"] in shown.value(row(name, "state")), f"state of {name}")
        same(shown.value("document.querySelector('#service-web .address a').href"),
             f"http://web.localhost:{t.proxy_port}/", "link")
        check("3" in shown.value(row("broken", "reason")), "the reason of the one that failed")
        keep(t, shown, "page-light")
        shown.color_scheme("dark")
        keep(t, shown, "page-dark")

        before = status["web"]["pid"]
        press_button(shown, "Restart web")
        shown.wait_for(f"document.querySelector('#service-web .state').textContent.includes('running') && "
                   f"![...document.querySelectorAll('#service-web td')].some(c => c.textContent === '{before}')")
        after = t.status()["web"]["pid"]
        check(after not in (None, before), f"the process is still {after}")
        check(shown.value(f"[...document.querySelectorAll('#service-web td')].some(c => c.textContent === '{after}')"),
              "the new pid is shown")
        check("web is" in shown.value("document.getElementById('news').textContent"), "the change is announced")

        press_button(shown, "Stop talker")
        shown.wait_for("document.querySelector('#service-talker .state').textContent.includes('stopped')")
        press_button(shown, "Start talker")
        shown.wait_for("document.querySelector('#service-talker .state').textContent.includes('running')")
        press_button(shown, "Why broken")
        shown.wait_for("document.querySelector('dialog').open && document.querySelector('dialog').textContent.includes('exited')")
        check("What broken printed last" in shown.value("document.querySelector('dialog').textContent"), "last output")
        keep(t, shown, "page-why")
    t.stop(program, code=0)


@case
def logs_follow_and_are_bounded(t):
    program, fifo = shop(t)
    with page(t) as shown, open(fifo, "wb", buffering=0) as words:
        shown.wait_for("document.querySelectorAll('#log > div').length > 3")
        words.write(COLORS.encode().decode("unicode_escape").encode() + b"\n")
        shown.wait_for(lines("red word, and <b>no</b> markup"), "a line with colours")
        same(shown.value("document.querySelector('#log .text .f1.bold').textContent"), "red", "SGR")
        same(shown.value("document.querySelectorAll('#log b').length"), 0, "elements out of a line")

        shown.value("const f = document.getElementById('log-filter'); f.value = 'RED'; f.dispatchEvent(new Event('input'))")
        same(shown.value("document.querySelectorAll('#log > :not([hidden])').length"), 1, "filtered lines")
        words.write(b"another red one\nnot this\n")
        shown.wait_for("document.querySelectorAll('#log > :not([hidden])').length === 2")
        shown.value("f.value = ''; f.dispatchEvent(new Event('input'))")

        shown.value("document.getElementById('log-pause').click()")
        words.write(b"while paused\n")
        shown.wait_for("document.getElementById('log-count').textContent.includes('while paused')")
        same(shown.value(lines("while paused")), 0, "lines while paused")
        shown.value("document.getElementById('log-pause').click()")
        shown.wait_for(lines("while paused"))

        for number in range(5000):
            words.write(b"flood %d\n" % number)
        shown.wait_for(lines("flood 4999"))
        check(shown.value("document.querySelectorAll('#log > div').length") <= 2000, "more lines than allowed")
        check(shown.value("(l => l.scrollHeight - l.scrollTop - l.clientHeight < 40)(document.getElementById('log'))"),
              "it does not follow the end")

        shown.value("[...document.querySelectorAll('#services th button')].find(b => b.textContent === 'web').click()")
        shown.wait_for("document.getElementById('log-service').value === 'web' && "
                   "[...document.querySelectorAll('#log .who')].every(w => w.textContent === 'web')")
    t.stop(program)


@case
def graph_timeline_plan_and_keys(t):
    program, _ = shop(t)
    with page(t) as shown:
        shown.wait_for("document.querySelectorAll('#graph svg .node').length === 5")
        same(shown.value("document.querySelectorAll('#graph svg .edge').length"), 3, "lines of the graph")
        check("web needs db, seed" in shown.value("document.querySelector('#graph svg').getAttribute('aria-label')"),
              "the graph in words")
        shown.wait_for("document.querySelector('#graph .node.bad title')?.textContent === 'broken has failed'", "state")
        # By keys alone: from tab to tab.
        shown.value("document.getElementById('tab-logs').focus()")
        for name in ("graph", "timeline"):
            shown.press("ArrowRight")
            shown.wait_for(f"document.activeElement.id === 'tab-{name}' && !document.getElementById('panel-{name}').hidden")
            keep(t, shown, f"page-{name}")
        shown.wait_for("document.getElementById('timeline-summary').textContent.includes('db → seed → web')", "critical path")
        shown.wait_for("document.querySelectorAll('#timeline tr.critical').length === 3", "rows of the critical path")
        trace = shown.value(
            "(async () => { let text; URL.createObjectURL = (blob) => { text = blob.text(); return '#'; };"
            "HTMLAnchorElement.prototype.click = () => {}; document.getElementById('timeline-save').click();"
            "await new Promise(done => setTimeout(done)); return text; })()")
        events = json.loads(trace)["traceEvents"]
        starts = {e["name"]: e for e in events if e["ph"] == "X"}
        check({"db starts", "web starts", "waits for seed"} <= set(starts), f"the trace: {sorted(starts)}")
        check(all(e["dur"] >= 0 and isinstance(e["ts"], int) for e in starts.values()), "times of the trace")

        shown.press("End")
        shown.wait_for("document.querySelectorAll('#plan details').length > 4")
        shown.press("Home")
        shown.wait_for("!document.getElementById('panel-logs').hidden")
        # Every control can be reached, and has a name.
        nameless = shown.value("[...document.querySelectorAll('button, input, select, a')].filter(e => e.offsetParent && "
                                  "!(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)")
        same(nameless, [], "controls without a name")
        headless = shown.value("[...document.querySelectorAll('table')].filter(e => ![...e.tHead.rows[0].cells].every(c => c.scope === 'col')).length")
        same(headless, 0, "tables without headers")
        shown.value("document.querySelector('#service-web .do button').focus()")
        check(shown.value("getComputedStyle(document.activeElement).outlineStyle !== 'none' || !document.activeElement.matches(':focus-visible')"),
              "the focus is not visible")
    t.stop(program)


@case
def the_page_lives_longer_than_a3s(t):
    program, _ = shop(t)
    with page(t) as shown:
        shown.wait_for("document.querySelectorAll('#services tbody tr').length === 5")
        t.stop_only(program)
        shown.wait_for("/gone|does not answer/.test(document.getElementById('link').textContent)", "the page says that a3s is gone")
        shown.wait_for("[...document.querySelectorAll('td.do button')].every(b => b.disabled)", "buttons that do not work")
        keep(t, shown, "page-gone")
        # Another a3s has another token: the page says so, and takes the new address.
        program = t.start("up")
        t.wait_state("web", "running")
        shown.wait_for("!document.getElementById('locked').hidden && document.getElementById('content').hidden")
        shown.value(f"location.hash = '#token={token(t)}'")
        shown.wait_for("document.getElementById('link').textContent === 'connected' && !document.getElementById('content').hidden")
        same(shown.value("location.hash"), "", "the token has left the address")
    t.stop(program)


@case
def the_page_takes_a_ticket(t):
    program, _ = shop(t)
    said = t.base / "said"
    viewer = t.base / "viewer"
    viewer.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {said}\n')
    viewer.chmod(0o755)
    t.expect_run(0, "open", env={"BROWSER": str(viewer)})
    with page(t, said.read_text()) as shown:
        shown.wait_for("document.querySelectorAll('#services tbody tr').length === 5")
        same(shown.value("location.href"), f"http://a3s.localhost:{t.proxy_port}/", "address")
        shown.value("location.reload()")
        shown.wait_for("document.querySelectorAll('#services tbody tr').length === 5")
    with page(t, said.read_text()) as shown:  # another browser, too late
        shown.wait_for("!document.getElementById('locked').hidden")
    t.stop(program)


@case
def without_a_token_the_page_asks(t):
    program, _ = shop(t)
    with page(t, f"http://a3s.localhost:{t.proxy_port}/") as shown:
        shown.wait_for("!document.getElementById('locked').hidden")
        same(shown.value("document.querySelectorAll('#services tbody tr').length"), 0, "services that are told")
        shown.value("document.getElementById('token').value = 'nonsense';"
                       "document.querySelector('#unlock button').click()")
        shown.wait_for("document.getElementById('locked-title').textContent.includes('neither')")
        shown.value(f"document.getElementById('token').value = {json.dumps(address(t))};"
                       "document.querySelector('#unlock button').click()")
        shown.wait_for("document.querySelectorAll('#services tbody tr').length === 5")
    t.stop(program)


EVIL = """<!doctype html><meta charset="utf-8"><iframe src="{page}"></iframe>
<form id="form" method="post" action="{page}v1/services/web/restart" target="frame"><input name="x" value="1"></form>
<iframe name="frame"></iframe>
<script>
window.results = (async () => {{
  const tried = {{}};
  const attempt = async (name, run) => {{ try {{ tried[name] = await run(); }} catch (error) {{ tried[name] = "failed"; }} }};
  const read = async (...a) => (await fetch(...a)).status;
  await attempt("plain", () => read("{page}v1/status"));
  await attempt("no-cors", async () => (await fetch("{page}v1/services/web/restart", {{ method: "POST", mode: "no-cors", body: "{{}}" }})).type);
  await attempt("with token", () => read("{page}v1/status", {{ headers: {{ Authorization: "Bearer {token}" }} }}));
  await attempt("the page", () => read("{page}"));
  document.getElementById("form").submit();
  return tried;
}})();
</script>"""


@contextlib.contextmanager
def served(html):
    """A server of its own that answers everything with this; gives its port."""
    server = socket.create_server(("127.0.0.1", free_port()))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                with server.accept()[0] as sock:
                    sock.recv(65536)
                    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                                 b"Content-Length: %d\r\n\r\n" % len(html) + html)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.close()


@case
def a_foreign_page_gets_nothing_in_a_browser(t):
    """What a service's own page, which is a foreign one, can do: even with the token, nothing."""
    program, _ = shop(t)
    before = t.status()["web"]["pid"]
    url = address(t)
    html = EVIL.format(page=url.partition("#")[0], token=url.partition("#token=")[2]).encode()
    with served(html) as port, browser(t) as b:
        shown = b.open(f"http://localhost:{port}/")
        shown.wait_for("window.results")
        tried = shown.value("window.results")
        same(tried, dict.fromkeys(("plain", "no-cors", "with token", "the page"), "failed"), "attempts")
        # The form has been sent when its frame has gone elsewhere; the frame of the page stays empty.
        shown.wait_for("(() => { try { return !frames[1].document.body } catch (e) { return true } })()")
    same(t.status()["web"]["pid"], before, "process")
    same(t.status()["web"]["restart_count"], 0, "restarts")
    t.stop(program)

