"""HTTP through the proxy: <name>.localhost on 127.0.0.1 and ::1."""

import base64
import hashlib
import json
import os
import re
import signal
import struct
import threading

import mutate
import websocket
from harness import DEADLINE, Skip, case, check, has_ipv6, same, until, up


def read_head(file):
    lines = []
    while True:
        line = file.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            return lines
        lines.append(line)


def raw(t, request):
    """The status line of the answer to these bytes."""
    with t.connect() as sock:
        sock.sendall(request)
        return sock.makefile("rb").readline().decode("latin-1").strip()


@case
def both_families(t):
    program = up(t)
    status, _, body = t.get("web")
    same((status, body[:11]), (200, b"this is web"), "answer on 127.0.0.1")
    if has_ipv6():
        same(t.get("web", host="::1")[0], 200, "status on ::1")
    t.stop(program)
    if not has_ipv6():
        raise Skip("no ::1 on this machine")


@case
def the_host_decides(t):
    program = up(t, t.service("api", "--listen http", 'port = 0\nsubdomain = "v1.api"\nhealth { type = "http" }'))
    t.wait_state("api", "running")
    hosts = {"web.localhost": b"web", "WEB.LocalHost": b"web", "web.localhost.": b"web",
             f"web.localhost:{t.proxy_port}": b"web", "web.localhost:80": b"web",
             "v1.api.localhost": b"api", f"V1.API.localhost.:{t.proxy_port}": b"api"}
    with t.client() as client:  # one connection for all
        for host, service in hosts.items():
            client.request("GET", "/", headers={"Host": host})
            answer = client.getresponse().read()
            check(answer.startswith(b"this is " + service), f"{host} gave {answer!r}")
    t.stop(program)


@case
def an_unknown_host(t):
    """Who asks this machine by its own name is shown what there is; a foreign name learns nothing."""
    program = up(t, t.service("hidden", "--listen http", "port = 0"))

    def ask(host, accept="text/html"):
        with t.client() as client:
            client.request("GET", "/deep?x=%3Cb%3E", headers={"Host": f"{host}:{t.proxy_port}", "Accept": accept})
            response = client.getresponse()
            return response.status, response.read().decode()
    for host in ("example.com", "web.example.com", "localhost.example.com", "10.0.0.1", "<b>.localhost"):
        for accept in ("text/html", "application/json"):
            status, body = ask(host, accept)
            check(400 <= status < 500, f"{host}: status {status}")
            check("hidden" not in body and "a3s.localhost" not in body, f"{host}: names are told: {body}")
            check("<b>" not in body, f"{host}: not escaped: {body}")
    for host in ("other.localhost", "localhost", "127.0.0.1", "[::1]"):
        status, body = ask(host)
        same(status, 421, host)
        for name in ("hidden", "web", "a3s"):
            check(f'<a href="http://{name}.localhost:{t.proxy_port}/">' in body, f"{host}: no link to {name}: {body}")
    check(f'Did you mean <a href="http://hidden.localhost:{t.proxy_port}/deep?x=%3Cb%3E">' in ask("hiden.localhost")[1],
          "the nearest name is not offered")
    answer = json.loads(ask("hiden.localhost", "application/json")[1])
    same((answer["nearest"], [row["service"] for row in answer["served"]], answer["served_more"]),
         (f"http://hidden.localhost:{t.proxy_port}/deep?x=%3Cb%3E", ["hidden", "web"], 0), "for programs")
    t.stop(program)


@case
def what_is_passed_on(t):
    program = up(t)
    status, headers, body = t.get("web", "/headers", headers={
        "X-Forwarded-For": "10.1.2.3", "X-Forwarded-Proto": "https", "X-Own": "kept", "Origin": "http://x.localhost",
        "Connection": "X-Drop, keep-alive", "X-Drop": "gone", "Keep-Alive": "timeout=5", "TE": "trailers",
        "Proxy-Connection": "keep-alive"})
    fields = json.loads(body)
    got = dict(fields)
    same(status, 200, "status")
    same(got.get("host"), f"web.localhost:{t.proxy_port}", "Host")
    same((got.get("x-own"), got.get("origin")), ("kept", "http://x.localhost"), "own headers")
    check(got.get("x-forwarded-for", "").endswith("127.0.0.1"), f"X-Forwarded-For in {got}")
    same((got.get("x-forwarded-proto"), got.get("x-forwarded-host"), got.get("x-forwarded-port")),
         ("http", f"web.localhost:{t.proxy_port}", str(t.proxy_port)), "X-Forwarded-Proto, -Host, -Port")
    for name in ("x-drop", "keep-alive", "te", "proxy-connection"):
        check(name not in got, f"{name} was passed on")
    same(len([name for name, _ in fields if name == "host"]), 1, "Host headers")
    check("Keep-Alive" not in headers and headers.get("X-From") == "web", f"headers of the answer: {headers}")
    t.stop(program)


@case
def a_service_that_refuses_other_names(t):
    program = up(t, t.service("vite", "--listen http", 'port = 0\nhost = "upstream"\nhealth { type = "http" }'))
    port = t.wait_state("vite", "running")["port"]
    got = dict(json.loads(t.get("vite", "/headers")[2]))
    same((got["host"], got["x-forwarded-host"]), (f"localhost:{port}", f"vite.localhost:{t.proxy_port}"), "hosts")
    t.stop(program)


@case
def methods_and_bodies(t):
    program = up(t)
    same(t.get("web", "/count", "POST", b"x" * 100000)[2], b"100000", "bytes of a POST")
    same(t.get("web", "/count", "PUT", b"")[2], b"0", "bytes of an empty PUT")
    status, headers, body = t.get("web", "/", "HEAD")
    check(status == 200 and body == b"" and int(headers["Content-Length"]) > 0, f"HEAD: {status} {headers} {body!r}")
    same(t.get("web", "/empty")[0], 204, "an answer without a body")
    same(t.get("web", "/close")[2], b"until the end\n", "an answer that ends with its connection")
    status, _, body = t.get("web", "/big?20000000")
    wanted = hashlib.sha256((bytes(range(251)) * 79682)[:20000000]).hexdigest()
    same((status, hashlib.sha256(body).hexdigest()), (200, wanted), "20 MB")
    t.stop(program)


@case
def an_answer_that_breaks_off(t):
    program = up(t)
    with t.connect() as sock:
        sock.sendall(b"GET /cut HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
        data = b""
        while piece := sock.recv(65536):
            data += piece
    # What was promised cannot be given: the client must see the connection end, not a whole answer.
    check(b"Content-Length: 100" in data or b"chunked" in data.lower() or b" 502 " in data, f"got {data!r}")
    check(not data.endswith(b"0\r\n\r\n"), f"made whole: {data!r}")
    same(t.get("web")[0], 200, "status afterwards")
    t.stop(program)


@case
def a_chunked_upload_streams_both_ways(t):
    program = up(t)
    block = os.urandom(1 << 16)
    with t.connect() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        file = sock.makefile("rb")

        def send(data):
            sock.sendall(b"%x\r\n" % len(data) + data + b"\r\n")

        def receive():
            size = int(file.readline(), 16)
            data = file.read(size)
            file.readline()
            return data

        send(b"first")
        check(read_head(file)[0].startswith("HTTP/1.1 200"), "the answer's status")
        # The echo of the first piece comes while the rest has not been sent.
        same(receive(), b"first", "first piece")

        rounds = 128
        sender = threading.Thread(target=lambda: [send(block) for _ in range(rounds)] and sock.sendall(b"0\r\n\r\n"))
        sender.start()
        got, digest = 0, hashlib.sha256()
        while piece := receive():
            got += len(piece)
            digest.update(piece)
        sender.join()
        same(got, rounds * len(block), "bytes echoed")
        same(digest.hexdigest(), hashlib.sha256(block * rounds).hexdigest(), "their hash")
    t.stop(program)


@case
def events_come_at_once(t):
    program = up(t)
    gate = t.fifo("gate")
    with t.connect() as sock:
        sock.sendall(b"GET /stream?" + gate.encode() + b" HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
        file = sock.makefile("rb")
        read_head(file)
        same((file.readline(), file.readline()), (b"6\r\n", b"first\n"), "first event")
        t.open_gate(gate)
        file.readline()
        same((file.readline(), file.readline()), (b"7\r\n", b"second\n"), "second event")
    t.stop(program)


@case
def a_client_that_leaves(t):
    program = up(t)
    for _ in range(20):
        with t.connect() as sock:
            sock.sendall(b"GET /big?50000000 HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
            sock.recv(1000)
        with t.connect() as sock:
            sock.sendall(b"POST /count HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 1000000\r\n\r\nx")
    same(t.get("web")[0], 200, "status afterwards")
    t.stop(program)


@case
def requests_that_are_refused(t):
    program = up(t)
    for request in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: web.localhost\r\nHost: web.localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: web.localhost\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: web.localhost\r\nX : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\nHost: web.localhost\n\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: web.localhost\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
    ):
        line = raw(t, request)
        check(re.match(r"HTTP/1\.1 (4\d\d|501|505) ", line), f"{request[:120]!r} was answered with {line!r}")
    same(t.get("web")[0], 200, "status afterwards")
    t.stop(program)


@case
def a_request_waits_for_a_restart(t):
    program = up(t)
    first = t.get("web")[2]
    t.expect_run(0, "restart", "web")
    status, _, second = t.get("web")
    check(status == 200 and first != second, f"status {status}, {first!r} then {second!r}")
    t.stop(program)


@case
def a_request_waits_for_the_back_off(t):
    t.a3sfile(t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }\nrestart { backoff = "300ms" }'))
    program = t.start("up")
    os.kill(t.wait_state("web", "running")["pid"], signal.SIGKILL)
    program.wait_for(r"web: killed by SIGKILL .*; next try in 300 ms$")
    same(t.get("web")[0], 200, "status")
    t.stop(program)


@case
def a_request_waits_for_the_start(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("web", f"--listen http --gate {gate}", 'port = 0\nhealth { type = "http" }'))
    program = t.start("up")
    t.expect("web", "start")
    with t.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
        t.open_gate(gate)
        check(sock.makefile("rb").readline().startswith(b"HTTP/1.1 200"), "not answered by the service")
    t.stop(program)


@case
def a_service_that_failed(t):
    t.a3sfile(t.service("db", "--say <b>goodbye --exit 7",
                        'port = 0\nrestart { policy = "never" }\nhealth { type = "tcp" }'),
              t.service("web", "--listen http", 'port = 0\ndepends_on = ["db"]'), t.service("other"))
    program = t.start("up")
    t.wait_state("web", "blocked")
    status, headers, body = t.get("db")
    same((status, headers["Retry-After"]), (503, "1"), "status, Retry-After")
    for text in (b"<h1>db has failed</h1>", b"exited with 7", b"&lt;b&gt;goodbye", b"A3sfile.hcl:5", b"a3s restart db",
                 b'<a href="">', b'<meta http-equiv="refresh"'):
        check(text in body, f"the page does not have {text!r}: {body!r}")
    # What reloads it is the one script that may run there.
    script = body.split(b"<script>")[1].split(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    check(f"script-src 'sha256-{digest}'" in headers["Content-Security-Policy"], f"not the script's: {headers}")
    status, headers, body = t.get("web", headers={"Accept": "application/json"})
    answer = json.loads(body)
    same({key: answer[key] for key in ("status", "service", "state", "exit_code", "waiting_on", "source")},
         {"status": 503, "service": "web", "state": "blocked", "exit_code": None, "waiting_on": ["db"],
          "source": {"file": "A3sfile.hcl", "line": 12}}, "as JSON")
    check(all("\n" not in line for line in answer["log"]), f"not lines: {answer['log']}")
    check("db has failed" in answer["text"], f"the root is not named: {answer}")
    body = t.get("db", method="POST", body=b"x")[2]
    check(b"<script>" not in body and b"refresh" not in body, "a POST would be repeated")
    t.stop(program)


@case
def a_client_that_makes_mistakes(t):
    port = t.free_port()
    t.a3sfile(f'service "web" {{\n  cmd = ["sleep", "1000000"]\n  port = {port}\n}}')
    program = t.start("up")
    t.wait_state("web", "running")
    service = mutate.Service(port)
    mutate.Run(t.proxy_port, "web.localhost", service, seed=1).until(lambda run: run.sent == 1500)
    service.close()
    t.stop(program)


@case
def many_at_once(t):
    program = up(t)
    wrong = []

    def ask():
        with t.client() as client:
            for _ in range(20):
                client.request("GET", "/", headers={"Host": "web.localhost"})
                response = client.getresponse()
                if response.status != 200 or not response.read().startswith(b"this is web"):
                    wrong.append(response.status)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    same(wrong, [], "wrong answers")
    t.stop(program)


@case
def the_last_words_at_the_end(t):
    """Of a WebSocket's service, to its client; of a3s, to who waits for a service."""
    gate = t.fifo("gate")
    program = up(t, t.service("late", f"--listen http --gate {gate}", 'port = 0\nhealth { type = "http" }'))
    talker = websocket.WebSocket(t.proxy_port)
    same(talker.opened(), 101, "status of the upgrade")
    with t.client() as waiting:
        waiting.request("GET", "/", headers={"Host": "late.localhost"})
        until(lambda: t.status()["late"]["http"]["parked"] == 1, "the request is parked")
        t.expect_run(0, "down")
        same(talker.receive(), (websocket.CLOSE, struct.pack("!H", 1001)), "last word of the service")
        same(talker.receive(), None, "the end")
        response = waiting.getresponse()
        same(response.status, 503, "answer to who waits")
        check(b"<h1>a3s is stopping</h1>" in response.read(), "it does not say why")
    talker.close()
    same(program.wait(), 0, "exit code")


@case
def whoever_is_impatient_does_not_wait_for_the_last_words(t):
    """A client that does not close its tunnel would have them waited for; the end is a good one."""
    program = up(t)
    talker = websocket.WebSocket(t.proxy_port)
    same(talker.opened(), 101, "status of the upgrade")
    down = t.start("down")
    program.wait_for(r"web: stopped$")
    program.signal(signal.SIGTERM)
    same(program.wait(), 0, "exit code")
    same(down.wait(), 0, "exit code of down")
    talker.close()
    t.nothing_left()


@case
def no_proxy(t):
    t.proxy_port = 0
    t.a3sfile(t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }'))
    program = t.start("up")
    t.wait_state("web", "running")
    t.stop(program)
