"""Faults of sockets: none left, ports taken, peers that behave badly."""

import json
import os
import pathlib
import resource
import socket
import sys

from faults import Skip, check, daemon_pid, does_not_spin, fault, serves, unharmed, until, up
from harness import has_ipv6, same

BAD_SERVER = str(pathlib.Path(__file__).resolve().parent / "bad_server.py")


@fault(4)
def no_descriptor_left_for_a_client(t):
    t.a3sfile(t.service("web", "--listen http", "port = 0\nhealth { type = \"tcp\" }"))
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))  # noqa: E731
    program = t.start("up", preexec_fn=few)
    t.wait_state("web", "running")
    serves(t, "web")
    with unharmed(t, program.pid) as pid:
        clients = [t.connect() for _ in range(60)]
        until(lambda: len(os.listdir(f"/proc/{pid}/fd")) >= 40, "most are taken")
        does_not_spin(pid)
        for client in clients:
            client.close()
        serves(t, "web")
        t.expect_run(0, "status")
    t.stop(program)


@fault(22)
def the_proxys_port_is_taken_on_one_family(t):
    if not has_ipv6():
        raise Skip("no IPv6 on this machine")
    t.a3sfile(t.service("a"))
    for host in ("127.0.0.1", "::1"):
        with t.holder(host, t.proxy_port) as pid:
            result = t.expect_run(5, "up")
            check(str(t.proxy_port) in result.err and str(pid) in result.err, f"{host}: {result}")
    same(t.said("a"), [], "what was started")


def bad_server(kind, body):
    words = json.dumps([sys.executable, "-IS", BAD_SERVER, kind])
    return f'service "{kind}" {{\n  cmd = {words}\n{body}\n}}\n'


@fault(22)
def a_services_own_port_is_taken(t):
    port = t.free_port()
    t.a3sfile(bad_server("silent", f"port = {port}\nrestart {{\n  backoff = \"20ms\"\n  max_backoff = \"50ms\"\n}}\n"
                                   "health { type = \"tcp\" }"), t.service("b"))
    with t.holder("127.0.0.1", port):
        program, pid = up(t, "b")
        with unharmed(t, pid):
            until(lambda: t.status()["silent"]["restart_count"] > 2 or t.status()["silent"]["state"] != "running",
                  "it is in trouble")
    t.wait_state("silent", "running")
    t.stop(program)


KINDS = ("never-accepts", "silent", "garbage", "slow", "only-100", "server-error", "reset")


@fault(23)
def servers_that_answer_a_probe_badly(t):
    body = ('port = 0\nrestart { policy = "never" }\nstop { timeout = "1s" }\nhealth {\n  type = "http"\n'
            '  interval = "300ms"\n  timeout = "300ms"\n  start_timeout = "3s"\n}')
    # The status line decides; what comes without an end behind it is dropped, up to a limit.
    t.a3sfile(*(bad_server(kind, body) for kind in (*KINDS, "endless-head")), t.service("good", "--listen http", 'port = 0\nhealth { type = "http" }'))
    program = t.start("up")
    t.wait_state("good", "running")
    pid = program.pid
    for kind in KINDS:
        t.wait_state(kind, "failed")
    # One client at a time: the next one finds it silent.
    check(t.status()["endless-head"]["state"] in ("running", "unhealthy"), "the state of endless-head")
    with unharmed(t, pid):
        does_not_spin(pid)
    row = t.status()["good"]
    same((row["state"], row["restart_count"]), ("running", 0), "the good one")
    serves(t, "good")
    t.stop(program)


def control_path(t):
    found = [path for path in t.base.glob("run/a3s/*/*") if path.is_socket()]
    check(found, "there is no control socket")
    return found[0]


def control_client(path):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    client.connect(str(path))
    return client


@fault(28)
def very_many_control_clients(t):
    t.a3sfile(t.service("a"))
    t.expect_run(0, "up", "-d", "--wait")
    pid = daemon_pid(t)
    path = control_path(t)
    with unharmed(t, pid):
        clients = []
        for number in range(300):
            try:
                clients.append(control_client(path))
                if number % 2:
                    clients[-1].sendall(b"GET /v1/sta")  # half a message
            except OSError:  # refused, or the queue is full: that is an answer, too
                break
        does_not_spin(pid)
        for client in clients:
            client.close()
        until(lambda: t.run("status").code == 0, "it answers again")
    t.expect_run(0, "down")
    t.nothing_left()


@fault(28)
def a_control_client_that_sends_a_mebibyte(t):
    t.a3sfile(t.service("a"))
    t.expect_run(0, "up", "-d", "--wait")
    with unharmed(t):
        for head in (b"POST /v1/stop HTTP/1.1\r\nHost: a3s\r\nContent-Length: 1048576\r\n\r\n", b"GET /"):
            client = control_client(control_path(t))
            try:
                client.sendall(head + b"x" * (1 << 20))
                client.recv(4096)
            except OSError:
                pass  # it hung up
            client.close()
        same(t.status()["a"]["state"], "running", "state")
    t.expect_run(0, "down")
    t.nothing_left()
