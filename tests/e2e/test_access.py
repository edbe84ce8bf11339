"""Access lines and faults on purpose: what the proxy tells about requests, and what it spoils."""

import json
import re
import socket

from harness import case, check, same, until, up

HTTP = 'port = 0\nhealth { type = "http" }'


def lines(t, *args):
    """The access lines so far, as objects."""
    return [json.loads(line) for line in t.expect_run(0, "logs", "--http", "--json", *args).out.splitlines()]


def wait_lines(t, count):
    """A line is written when the last byte of the answer is, which the client may see first."""
    return until(lambda: len(found := lines(t)) >= count and found, f"{count} access lines")


def raw(t, request):
    with t.connect() as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        data = b""
        while piece := sock.recv(65536):
            data += piece
    return data


@case
def a_line_for_each_request(t):
    program = up(t)
    _, headers, body = t.get("web", "/headers?token=secret", headers={"X-Request-Id": "mine-1"})
    same(dict(json.loads(body)).get("x-request-id"), "mine-1", "the id that the service saw")
    same(headers["X-Request-Id"], "mine-1", "the id that came back")
    same(t.get("web", "/count", "POST", b"x" * 1000)[2], b"1000", "bytes of a POST")
    same(t.get("nobody")[0], 421, "an unknown name")
    found = wait_lines(t, 3)
    same([(l["seq"], l["service"], l["stream"], l["method"], l["path"], l["status"]) for l in found],
         [(1, "web", "http", "GET", "/headers", 200), (2, "web", "http", "POST", "/count", 200),
          (3, "a3s", "http", "GET", "/", 421)], "access lines")
    same((found[0]["id"], found[0]["bytes"], found[0]["parked_ms"]), ("mine-1", len(body), 0), "the first line")
    check(all(l["ms"] >= 0 for l in found), f"times: {found}")
    check(re.fullmatch("[0-9a-f]{32}", found[1]["id"]), f"an id that was made: {found[1]}")
    check("secret" not in t.run("logs", "--http").out, "a query is logged")

    same([l["seq"] for l in lines(t, "-n", "1")], [3], "the newest")
    same([l["service"] for l in lines(t, "web")], ["web", "web"], "of one service")
    same([l["path"] for l in lines(t, "--grep", "^POST /c")], ["/count"], "by a pattern")
    same(t.run("logs", "--http", "--run", "1").code, 2, "exit code with --run")
    text = t.expect_run(0, "logs", "--http", "web").out
    check(re.search(r"^[\d:.]{12} web │ GET /headers 200 \d+ B [\d.]+ ms mine-1$", text, re.M), f"as text: {text}")
    # They are in no other stream, and do not number the lines of others.
    check("/headers" not in t.run("logs").out and "/headers" not in program.text(), "access lines among others")
    printed = [json.loads(line)["seq"] for line in t.run("logs", "--json").out.splitlines()]
    same(printed, list(range(1, len(printed) + 1)), "numbers of the printed lines")
    t.stop(program)


@case
def ids_of_clients_are_judged(t):
    program = up(t)
    for sent in ("a b", 'a"b', "x" * 129, "ä".encode().decode("latin-1"), ""):
        _, headers, body = t.get("web", "/headers", headers={"X-Request-Id": sent})
        seen = [value for name, value in json.loads(body) if name == "x-request-id"]
        check(len(seen) == 1 and re.fullmatch("[0-9a-f]{32}", seen[0]), f"{sent!r} became {seen}")
        same(headers["X-Request-Id"], seen[0], "the id that came back")
    t.stop(program)


@case
def hostile_paths_mean_nothing(t):
    program = up(t)
    for path in (b"/%1b[2J", b"/\\u001b`{x}", b"/'|;", b"/" + b"a" * 4000):
        raw(t, b"GET " + path + b" HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n\r\n")
    raw(t, b"GET /\x1b[31m HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
    found = wait_lines(t, 4)
    same([l["path"] for l in found[:3]], ["/%1b[2J", "/%5Cu001b%60{x}", "/'|;"], "paths")
    check(len(found[3]["path"]) <= 1024 and found[3]["path"].endswith("a..."), f"a long path: {found[3]}")
    for text in (t.run("logs", "--http").out, t.run("logs", "--http", "--json").out):
        check(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), f"control characters in {text!r}")
    t.stop(program)


@case
def what_was_parked_says_so(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("web", f"--listen http --gate {gate}", HTTP))
    program = t.start("up")
    t.wait_state("web", "starting")
    with t.client() as client:
        client.request("GET", "/", headers={"Host": "web.localhost"})
        until(lambda: t.status()["web"]["http"]["parked"] == 1, "the request is parked")
        t.open_gate(gate)
        same(client.getresponse().status, 200, "status of a parked request")
    line = wait_lines(t, 1)[0]
    check(0 < line["parked_ms"] <= line["ms"], f"times of a parked request: {line}")
    latency = t.status()["web"]["http"]["latency"]
    # What the service took is counted, not what it was waited for.
    check(latency["count"] == 1 and latency["p99_ms"] <= (line["ms"] - line["parked_ms"]) * 1.25 + 0.01,
          f"latency {latency} of {line}")
    text = t.run("logs", "--http").out
    check(re.search(r"GET / 200 .* \([\d.]+ m?s parked\) ", text), f"as text: {text}")
    t.stop(program)


@case
def lines_are_followed(t):
    program = up(t, t.service("api", "--listen http", HTTP))
    t.wait_state("api", "running")
    follower = t.start("logs", "--http", "-f", "web")
    for number in range(3):
        t.get("web", f"/{number}")
        t.get("api", f"/other{number}")
        follower.wait_for(f"GET /{number} 200")
    # It goes on over a reload that gives the service another number.
    t.a3sfile(t.service("first", "--listen http", HTTP), t.service("web", "--listen http", HTTP))
    t.expect_run(0, "reload")
    until(lambda: "first" in t.status(), "the new plan is there")
    t.get("web", "/after")
    follower.wait_for("web.*GET /after 200")
    check("/other" not in follower.text(), "another service's requests")
    same([l["path"] for l in lines(t, "web")], ["/0", "/1", "/2", "/after"], "history after a reload")
    t.stop_only(program)
    follower.wait()
    t.nothing_left()


@case
def requests_are_counted(t):
    program = up(t)
    for _ in range(20):
        t.get("web")
    t.get("web", "/empty")
    wait_lines(t, 21)
    row = t.status()["web"]["http"]
    same((row["requests"], row["errors"], row["active"], row["parked"]), (21, 0, 0, 0), "counters")
    latency = row["latency"]
    same((latency["count"], sum(count for _, count in latency["buckets"])), (21, 21), "requests in the histogram")
    check(0 < latency["p50_ms"] <= latency["p90_ms"] <= latency["p99_ms"], f"quantiles: {latency}")
    wide = t.expect_run(0, "status", "--wide").out
    check(re.search(r"REQUESTS +ERRORS +PARKED +P50 +P99", wide) and re.search(r" 21 +0 +0 +[\d.]+ ms", wide), wide)
    check("REQUESTS" not in t.run("status").out, "requests are shown unasked")
    t.stop(program)


@case
def a_fault_on_purpose(t):
    program = up(t, t.service("api", "--listen http", HTTP))
    t.wait_state("api", "running")
    same(t.expect_run(0, "fault").out, "no faults\n", "the list")
    said = t.expect_run(0, "fault", "web", "--delay", "20ms", "--error", "503").said
    sentence = "web: a fault on purpose: every request waits for 20 ms and gets 503"
    check(sentence in said, said)
    program.wait_for(re.escape(sentence))
    status, headers, _ = t.get("web", "/", "POST", b"x", headers={"X-Request-Id": "f-1"})
    same((status, headers.get("X-A3s-Fault"), headers.get("X-Request-Id")), (503, "error", "f-1"), "a spoilt request")
    same(t.get("api")[0], 200, "another service")
    same(t.status()["web"]["fault"], {"delay_ms": 20, "error": 503, "rate": 100.0, "hits": 1}, "fault in the status")
    same(t.status()["api"]["fault"], None, "no fault in the status")
    for command in ("status", "fault"):
        text = t.expect_run(0, command).out
        check(sentence + ' (1 so far); "a3s fault web --off" ends it' in text, text)
    same(list(json.loads(t.expect_run(0, "fault", "--json").out)), ["web"], "the list as JSON")
    # A service that the reload leaves alone keeps it.
    t.a3sfile(t.service("zero", "--listen http", HTTP), t.service("web", "--listen http", HTTP))
    t.expect_run(0, "reload")
    same(t.get("web")[0], 503, "after a reload")
    t.expect_run(0, "fault", "web", "--off")
    program.wait_for("web: the fault on purpose is over")
    status, headers, _ = t.get("web")
    check(status == 200 and "X-A3s-Fault" not in headers, f"after --off: {status} {headers}")
    t.stop(program)


@case
def a_share_of_the_requests(t):
    program = up(t)

    def hits():
        t.expect_run(0, "fault", "web", "--error", "429", "--rate", "25%", "--seed", "7")
        with t.client() as client:
            found = []
            for _ in range(60):
                client.request("GET", "/", headers={"Host": "web.localhost"})
                response = client.getresponse()
                response.read()
                found.append(response.status)
        return found

    first = hits()
    check(set(first) == {200, 429}, f"answers: {first}")
    same(hits(), first, "the same seed again")
    t.expect_run(0, "fault", "web", "--delay", "1ms")
    same(t.get("web")[1].get("X-A3s-Fault"), "delay", "a delayed answer says so")
    t.expect_run(0, "fault", "--off")
    same(t.status()["web"]["fault"], None, "after --off for all")
    t.stop(program)


@case
def a_fault_that_cannot_be(t):
    program = up(t, t.service("quiet", "", ""))
    for code, words, args in (
        (2, "no service is called", ("nosuch", "--error", "500")),
        (2, "400 to 599", ("web", "--error", "200")),
        (2, "no time", ("web", "--delay", "soon")),
        (2, "ten minutes", ("web", "--delay", "11m")),
        (2, "no percentage", ("web", "--error", "500", "--rate", "some")),
        (2, "0.01 to 100", ("web", "--error", "500", "--rate", "0")),
        (2, "a delay, an error, or both", ("web", "--rate", "5")),
        (2, "takes no other", ("web", "--off", "--error", "500")),
        (2, "for a service", ("--error", "500")),
        (1, "no request goes to", ("quiet", "--error", "500")),
    ):
        result = t.run("fault", *args)
        check(result.code == code and words in result.err, f"fault {args}: {result}")
    same(t.status()["web"]["fault"], None, "no fault")
    t.stop(program)
    same(t.run("fault").code, 3, "exit code when nothing runs")
