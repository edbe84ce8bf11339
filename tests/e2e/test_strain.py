"""The proxy under strain: slow and vanishing clients, more of them than fit, services that flood, hang,
reset and lie. Afterwards it serves as before, with as many descriptors as before.

A3S_TEST_STRAIN=10 does ten times as much, as the figures of docs/benchmarks.md were taken."""

import asyncio
import http.client
import os
import resource
import socket
import struct
import time

from harness import DEADLINE, case, check, same, until, up

SCALE = int(os.environ.get("A3S_TEST_STRAIN", "1"))
PARKED_MAX = 4096  # PROXY_PARKED_MAX
HEAD_TIMEOUT = 10  # PROXY_HEAD_TIMEOUT, s


def descriptors(program):
    return len(os.listdir(f"/proc/{program.pid}/fd"))


def as_before(t, program, before):
    """It answers, and has let go of everything. Pooled connections have their time first."""
    same(t.get("web")[0], 200, "status afterwards")
    until(lambda: descriptors(program) <= before, f"{before} descriptors again")
    same({k: v for k, v in t.status()["web"]["http"].items() if k in ("active", "parked")},
         {"active": 0, "parked": 0}, "requests that are left")


def leave(sock):
    """Without an end: the other side sees a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def drain(sock):
    """All that comes until the end or a reset."""
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def may_open(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 500 and soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 500), hard))
    return min(count, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500)


@case
def connections_that_are_opened_and_dropped(t):
    program = up(t)
    before = descriptors(program)
    for number in range(1000 * SCALE):
        sock = t.connect()
        if number % 4 == 1:
            sock.sendall(b"GET / HT")
        elif number % 4 == 2:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
        elif number % 4 == 3:
            sock.sendall(b"POST /count HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 99\r\n\r\nx")
        if number % 2:
            leave(sock)
        else:
            sock.close()
    as_before(t, program, before)
    t.stop(program)


@case
def slow_clients(t):
    """Those that send a byte a second are closed when the head has had its time, and others do not wait."""
    program = up(t)
    before = descriptors(program)
    count = may_open(50 * SCALE)

    async def slow():
        reader, writer = await asyncio.open_connection("127.0.0.1", t.proxy_port)
        began = time.monotonic()
        ended = asyncio.create_task(reader.read())
        for byte in b"GET / HTTP/1.1\r\nHost: web.localhost\r\nX-Slow: " + b"x" * 1000:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait({ended}, timeout=1)
            if done:
                break
        writer.close()
        return time.monotonic() - began, ended.result()

    async def quick(times):
        while True:
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", t.proxy_port)
            writer.write(b"GET / HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n\r\n")
            check((await reader.read()).startswith(b"HTTP/1.1 200"), "a quick client got no answer")
            writer.close()
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.05)

    async def both():
        alone, beside = [], []
        lone = asyncio.create_task(quick(alone))
        await asyncio.sleep(2)
        lone.cancel()
        others = asyncio.create_task(quick(beside))
        ends = await asyncio.gather(*(slow() for _ in range(count)))
        check(not others.done(), "the quick client has stopped")
        others.cancel()
        return sorted(alone), sorted(beside), ends

    alone, beside, ends = asyncio.run(both())
    for seconds, answer in ends:
        check(answer.startswith(b"HTTP/1.1 408"), f"answered with {answer[:100]!r}")
        check(HEAD_TIMEOUT - 1 < seconds < HEAD_TIMEOUT + DEADLINE, f"closed after {seconds:.1f} s")
    print(f"# {count} slow clients closed after at most {max(s for s, _ in ends):.1f} s; a quick one waits "
          f"{1000 * beside[len(beside) // 2]:.1f} ms at the median ({1000 * alone[len(alone) // 2]:.1f} alone), "
          f"{1000 * beside[len(beside) * 99 // 100]:.1f} ms at p99 ({1000 * alone[len(alone) * 99 // 100]:.1f})")
    as_before(t, program, before)
    t.stop(program)


@case
def more_requests_than_may_wait(t):
    """5,000 requests for a service that is being started: 4,096 wait, the others are told to come again."""
    gate = t.fifo("gate")
    program = up(t, t.service("late", f"--listen http --gate {gate}", 'port = 0\nhealth { type = "http" }'))
    t.expect("late", "start")
    before = descriptors(program)
    count = may_open(5000)
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    request = b"GET /empty HTTP/1.1\r\nHost: late.localhost\r\nConnection: close\r\n\r\n"
    socks = []
    for _ in range(count):
        socks.append(t.connect())
        socks[-1].sendall(request)
    waiting = min(count, PARKED_MAX, (room - 256) // 2)
    until(lambda: t.status()["late"]["http"]["parked"] == waiting, f"{waiting} requests wait")
    refused = count - waiting if count <= (room - 256) // 2 else 0
    until(lambda: t.status()["late"]["http"]["errors"] == refused, f"{refused} are refused")
    same(t.get("web")[0], 200, "status of another service")
    # Who hangs up makes room.
    for _ in range(100):
        leave(socks.pop(0))
    until(lambda: t.status()["late"]["http"]["parked"] <= waiting - 100, "places are free again")
    t.open_gate(gate)
    answers = [drain(sock) for sock in socks]
    for sock in socks:
        sock.close()
    statuses = [answer[9:12] for answer in answers]
    same(set(statuses) - {b"204", b"503"}, set(), "statuses")
    same(statuses.count(b"503"), refused, "refused")
    for answer in answers:
        check(answer[9:12] != b"503" or b"\r\nRetry-After: 1\r\n" in answer, f"no Retry-After: {answer[:300]!r}")
    as_before(t, program, before)
    t.stop(program)


@case
def bodies_of_those_that_wait_are_bounded(t):
    """200 uploads of 1 MiB wait for a service; what they may hold is 16 MiB, and the rest stays in the
    sockets until it is ready."""
    gate = t.fifo("gate")
    program = up(t, t.service("late", f"--listen http --gate {gate}", 'port = 0\nhealth { type = "http" }'))
    t.expect("late", "start")
    size, count = 1 << 20, 200

    def memory():
        with open(f"/proc/{program.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    before = memory()

    async def upload(got):
        reader, writer = await asyncio.open_connection("127.0.0.1", t.proxy_port)
        writer.write(b"POST /count HTTP/1.1\r\nHost: late.localhost\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(16):
            writer.write(b"x" * (size // 16))
            await writer.drain()
        got.append((await reader.read()).split(b"\r\n\r\n")[1])
        writer.close()

    async def all_of_them():
        got = []
        tasks = [asyncio.create_task(upload(got)) for _ in range(count)]
        status = await asyncio.to_thread(lambda: until(
            lambda: (row := t.status()["late"]["http"])["parked"] == count and row, "all wait"))
        await asyncio.to_thread(t.get, "web")  # whatever could be read has been
        grown = memory() - before
        await asyncio.to_thread(t.open_gate, gate)
        await asyncio.gather(*tasks)
        return status, grown, got

    _, grown, got = asyncio.run(all_of_them())
    same(set(got), {str(size).encode()}, "bytes that arrived")
    with open(t.a3s_path, "rb") as file:
        sanitized = b"__asan_init" in file.read()  # keeps what was freed for a while
    if not sanitized:
        check(grown < 40 << 20, f"{grown >> 20} MiB of memory for {count} MiB of uploads that wait")
    t.stop(program)


@case
def services_that_misbehave(t):
    program = up(t)
    before = descriptors(program)
    for _ in range(20 * SCALE):
        with t.connect() as sock:  # a flood that nobody reads, and leaves
            sock.sendall(b"GET /flood HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
            sock.recv(100000)
        with t.connect() as sock:  # a service that never answers, until the client leaves
            sock.sendall(b"GET /hang HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
            t.expect("web", "hangs", len(t.said("web", "left")) + 1)
            leave(sock)
        t.expect("web", "left", len(t.said("web", "hangs")))
        for bytes_before in (0, 12, 200):  # a reset before, in and after the head
            with t.connect() as sock:
                sock.sendall(b"POST /reset?%d HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 0\r\n"
                             b"Connection: close\r\n\r\n" % bytes_before)
                answer = drain(sock)
            check(answer[9:12] == b"502" or (bytes_before == 200 and answer.endswith(b"cut")) or not answer,
                  f"a reset after {bytes_before} bytes was answered with {answer!r}")
        with t.connect() as sock:  # more than was promised is not given to anybody
            for _ in range(2):
                sock.sendall(b"GET /surplus HTTP/1.1\r\nHost: web.localhost\r\n\r\n")
                data = b""
                while not data.endswith(b"ok\n"):
                    piece = sock.recv(1000)
                    check(piece, "no answer")
                    data += piece
                check(b"evil" not in data, f"got {data!r}")
    as_before(t, program, before)
    t.stop(program)


@case
def many_events(t):
    """10,000 events, each in a chunk of its own, in order and with their time of sending."""
    count = 10000
    program = up(t)
    late = []
    with t.connect() as sock:
        sock.sendall(b"GET /events?%d HTTP/1.1\r\nHost: web.localhost\r\n\r\n" % count)
        response = http.client.HTTPResponse(sock)
        response.begin()  # the proxy's chunks are its own and may part an event
        number = 0
        while number < count:
            line = response.readline()
            check(line, "the stream has ended")
            if not line.startswith(b"data: "):
                continue
            said, at = line[6:].split()
            same(int(said), number, "number of the event")
            late.append(time.monotonic() - float(at))
            number += 1
    late.sort()
    print(f"# {count} events, from the service's to the client's hand {1000 * late[count // 2]:.2f} ms at the median, "
          f"{1000 * late[count * 99 // 100]:.2f} at p99, {1000 * late[-1]:.2f} at most")
    t.stop(program)
