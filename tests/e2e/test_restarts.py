"""What a user of the proxy sees while a service is restarted: nothing."""

import os
import threading
import time

from harness import DEADLINE, case, check, same, until, up
from load import Load, judge
from websocket import CLOSE, TEXT, WebSocket

# More of both for `bench/restarts`.
RESTARTS = int(os.environ.get("A3S_TEST_RESTARTS", "10"))
RATE = int(os.environ.get("A3S_TEST_RATE", "500"))


def later(function):
    """Calls it in a thread of its own; gives a function that waits for what it gave."""
    result = []
    thread = threading.Thread(target=lambda: result.append(function()), daemon=True)
    thread.start()

    def wait():
        thread.join(DEADLINE)
        check(result, "no answer")
        return result[0]

    return wait


def hold(t, gate, method="GET", body=None):
    """Asks for an answer that waits at the gate, as soon as the service has the request."""
    count = len(t.said("web", "holds"))
    answer = later(lambda: t.get("web", "/hold?" + gate, method, body))
    t.expect("web", "holds", count + 1)
    return answer


@case
def restarts_under_load(t):
    """10 restarts (bench/restarts: 100): no request fails, none is delivered twice, none is answered
    by another process than the one that got it."""
    program = up(t)
    record = t.base / "record"
    load = Load(t.proxy_port, f"/record?{record}", rate=RATE, patience=DEADLINE)
    for number in range(RESTARTS):
        load.wait_for(RATE // 4)
        t.expect_run(0, "restart", "web")
        t.expect("web", "listening", number + 2)
    load.wait_for(50)
    rate = load.stop()
    same(judge(load, record)[:10], [], "what went wrong")
    processes = set(load.answers.values())
    check(len(processes) >= RESTARTS, f"only {len(processes)} processes answered, of {RESTARTS + 1}")
    print(f"# {len(load.answers)} requests over {RESTARTS} restarts, {rate:.0f} a second, "
          f"the longest {1000 * load.longest:.0f} ms")
    t.stop(program)


@case
def what_is_under_way_is_finished_first(t):
    program = up(t)
    gate = t.fifo("gate")
    old = t.status()["web"]["pid"]
    answers = [hold(t, gate), hold(t, gate, "POST", b"x" * 1000)]
    t.expect_run(0, "restart", "web")
    program.wait_for(r"web: finishes 2 requests first")
    waiting = later(lambda: t.get("web"))
    until(lambda: t.status()["web"]["http"]["parked"] == 1, "the next request waits")
    same(t.said("web", "term"), [], "told to end while it has requests")
    t.open_gate(gate)
    for answer in answers:
        status, _, body = answer()
        check(status == 200 and str(old).encode() in body, f"{status} {body!r}, not of process {old}")
    status, _, body = waiting()
    check(status == 200 and str(old).encode() not in body, f"{status} {body!r}, of process {old}")
    t.stop(program)


@case
def requests_have_the_time_of_the_stop(t):
    program = up(t, body='stop { timeout = "300ms" }')
    gate = t.fifo("gate")
    get, post = hold(t, gate), hold(t, gate, "POST", b"x")
    t.expect_run(0, "restart", "web")
    # Nobody can know how far a POST had come; a GET is asked once more.
    same(post()[0], 502, "status of the POST")
    t.expect("web", "holds", 3)
    t.open_gate(gate)
    same(get()[0], 200, "status of the GET")
    t.stop(program)


@case
def a_second_ctrl_c_does_not_wait_for_requests(t):
    program = up(t, body='stop { timeout = "1h" }')
    gate = t.fifo("gate")
    hold(t, gate, "POST", b"x")
    program.signal(2)
    program.wait_for(r"web: finishes 1 request first")
    t.stop(program)


@case
def down_finishes_requests_too(t):
    program = up(t, t.service("other"))
    gate = t.fifo("gate")
    answer = hold(t, gate)
    down = later(lambda: t.run("down", "web"))
    program.wait_for(r"web: finishes 1 request first")
    status, _, body = t.get("web")
    check(status == 503 and b"stopping" in body, f"nobody wants it any more: {status} {body!r}")
    t.open_gate(gate)
    same(answer()[0], 200, "status of the request under way")
    same(down().code, 0, "exit code of down")
    t.stop(program)


@case
def events_and_tunnels_do_not_hold_it(t):
    program = up(t, body='stop { timeout = "1h" }')
    sock = WebSocket(t.proxy_port)
    same(sock.opened(), 101, "status")
    with t.connect() as events:
        events.sendall(b"GET /events?1 HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
        data = b""
        while b"data: 0" not in data:
            data += events.recv(1000)
        t.expect_run(0, "restart", "web")
        while piece := events.recv(1000):
            data += piece
    check(not data.endswith(b"0\r\n\r\n"), "the stream was ended as if it were whole")
    same(sock.receive(), (CLOSE, b"\x03\xe9"), "what the WebSocket says at the end")
    same(sock.receive(), None, "after that")
    t.expect("web", "listening", 2)
    t.stop(program)


@case
def websockets_come_back(t):
    """100 connections (1,000 where A3S_TEST_WEBSOCKETS says so) over a restart."""
    count = int(os.environ.get("A3S_TEST_WEBSOCKETS", "100"))
    program = up(t)
    socks = [WebSocket(t.proxy_port) for _ in range(count)]
    same({sock.opened() for sock in socks}, {101}, "statuses")
    for number, sock in enumerate(socks):
        sock.send(f"hello {number}")
    for number, sock in enumerate(socks):
        same(sock.receive(), (TEXT, b"hello %d" % number), "echo")
    t.expect_run(0, "restart", "web")
    again = []
    for sock in socks:
        same(sock.receive(), (CLOSE, b"\x03\xe9"), "close frame")
        same(sock.receive(), None, "end of the stream")
        sock.close()
        again.append(WebSocket(t.proxy_port))
    same({sock.opened() for sock in again}, {101}, "statuses after the restart")
    for sock in again:
        sock.send("still there?")
        same(sock.receive(), (TEXT, b"still there?"), "echo")
        sock.close()
    t.stop(program)


@case
def a_service_without_a_probe_may_be_slow_to_listen(t):
    """It counts as ready when it is executed; who asks meanwhile waits for it."""
    gate = t.fifo("gate")
    t.a3sfile(t.service("web", f"--listen http --gate {gate}", "port = 0"))
    program = t.start("up")
    t.expect("web", "start")
    answers = [later(lambda: t.get("web")), later(lambda: t.get("web", "/count", "POST", b"x" * 5000))]
    until(lambda: t.status()["web"]["http"]["parked"] == 1, "one tries, one waits")
    time.sleep(2.5)  # the time is the matter: one that once listened is tried for two seconds
    t.open_gate(gate)
    same([answer()[0] for answer in answers], [200, 200], "statuses")
    t.stop(program)
