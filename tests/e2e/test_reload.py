"""Another A3sfile while services run: who keeps its process, who does not, and what is said."""

import http.client
import json
import os
import signal
import threading

from harness import case, check, is_free, same, until


def pids(t):
    return {name: row["pid"] for name, row in t.status().items()}


def running(t, *names, command=("up",)):
    """Starts a3s; each of the services has begun."""
    program = t.start(*command)
    for name in names:
        t.expect(name, "start")
    program.wait_for(r"everything is ready$")
    return program


def save(t, *blocks, dev=""):
    """As an editor does that writes beside the file and renames."""
    t.a3sfile(*blocks, dev=dev, name="A3sfile.hcl.new")
    os.replace(t.dir / "A3sfile.hcl.new", t.dir / "A3sfile.hcl")


def reload(t, *args, code=0):
    return t.expect_run(code, "reload", *args)


def web(t, name="web", body="", port=None):
    return t.service(name, "--listen http", f'port = {port or t.free_port()}\nhealth {{ type = "http" }}\n{body}')


@case
def a_changed_variable_restarts_one(t):
    def blocks(level):
        return (t.service("db"), t.service("api", "", f'depends_on = ["db"]\nenv = {{ LEVEL = "{level}" }}'),
                t.service("web", "", 'depends_on = ["api"]'))
    t.a3sfile(*blocks(1))
    program = running(t, "db", "api", "web")
    before = pids(t)
    save(t, *blocks(2))
    t.expect("api", "start", 2)
    program.wait_for(r'A3sfile\.hcl:\d+:\d+: env\.LEVEL: "1" -> "2"$')
    program.wait_for(r"api: restarting: A3sfile\.hcl changed$")
    t.wait_state("api", "running")
    after = pids(t)
    same((after["db"], after["web"]), (before["db"], before["web"]), "processes that stay")
    check(after["api"] != before["api"], "the api has its old process")
    same(t.status()["api"]["restart_count"], 1, "restarts")
    why = t.expect_run(0, "why", "api").out
    check("to run anew as the new plan says: A3sfile.hcl changed" in why, why)
    t.stop(program)


@case
def a_broken_save_changes_nothing(t):
    good = t.service("a"), t.service("b", "", 'depends_on = ["a"]')
    t.a3sfile(*good)
    program = running(t, "a", "b")
    before = pids(t)
    save(t, good[0], good[1].replace('["a"]', '["aa"]'))
    program.wait_for(r"A3sfile\.hcl changed, but the new plan cannot be used; what runs goes on as before$")
    program.wait_for(r'unknown dependency "aa"|unknown service "aa"')
    result = reload(t, code=4)
    check("aa" in result.err and "goes on as before" in result.err and not result.out, result)
    answer = json.loads(reload(t, "--json", code=4).out)
    check("aa" in answer["text"] and answer["findings"], answer)
    same(pids(t), before, "processes")
    # What was mended on the way is no change.
    save(t, *good)
    same(json.loads(reload(t, "--json").out)["diff"]["same"], True, "the same plan")
    same(pids(t), before, "processes")
    # A file that is not there.
    (t.dir / "A3sfile.hcl").unlink()
    program.wait_for(r"the A3sfile cannot be read")
    t.a3sfile(*good, t.service("c"))
    t.expect("c", "start")
    after = pids(t)
    same((after["a"], after["b"]), (before["a"], before["b"]), "processes")
    t.stop(program)


@case
def the_mistakes_are_told_once(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.expect("a", "start")
    t.write("A3sfile.hcl", "nonsense\n")
    program.wait_for(r"cannot be used")
    t.a3sfile(t.service("a"), t.service("b"))
    t.expect("b", "start")
    same(program.text().count("cannot be used"), 1, "times it was said")
    t.stop(program)


@case
def some_go_some_come(t):
    t.a3sfile(t.service("db"), t.service("queue", "", 'depends_on = ["db"]'),
              t.service("worker", "", 'depends_on = ["queue"]'), t.service("web", "", 'depends_on = ["db"]'),
              t.service("old"))
    program = running(t, "db", "queue", "worker", "web", "old")
    before = pids(t)
    # db, queue and worker go, in this order from behind; web stays though it depended on one.
    store = t.service("store", "--listen tcp", f'port = {t.free_port()}\nhealth {{ type = "tcp" }}')
    t.a3sfile(t.service("web"), t.service("new"), store, t.service("api", "", 'depends_on = ["store"]'))
    out = reload(t).out
    for line in ("stop worker", "stop queue", "stop db", "stop old", "start new", "start api", "update web"):
        check(line + "\n" in out, f"{line} is not in\n{out}")
    for name in ("new", "store", "api"):
        t.expect(name, "start")
    t.order(("worker", "exit"), ("queue", "term"), ("queue", "exit"), ("db", "term"), ("db", "exit"))
    t.order(("store", "listening"), ("api", "start"))
    same(set(pids(t)), {"web", "new", "store", "api"}, "services")
    same(pids(t)["web"], before["web"], "process of web")
    # A new name is another service.
    t.a3sfile(t.service("web"), t.service("newer"))
    reload(t)
    t.expect("newer", "start")
    t.expect("new", "exit")
    same(set(pids(t)), {"web", "newer"}, "services")
    t.stop(program)


@case
def dependencies_change_while_all_run(t):
    t.a3sfile(t.service("a"), t.service("b"), t.service("c", "", 'depends_on = ["a"]'))
    program = running(t, "a", "b", "c")
    before = pids(t)
    t.a3sfile(t.service("c"), t.service("b", "", 'depends_on = ["c"]'), t.service("a", "", 'depends_on = ["b"]'))
    reload(t)
    until(lambda: list(t.status()) == ["c", "b", "a"], "the new order")
    same(pids(t), before, "processes")
    t.stop(program)
    t.order(("a", "exit"), ("b", "term"), ("b", "exit"), ("c", "term"))


@case
def a_route_moves_while_requests_flow(t):
    ports = t.free_port(), t.free_port()

    def blocks(first, second):
        return web(t, "blue", first, ports[0]), web(t, "green", second, ports[1])
    t.a3sfile(*blocks('subdomain = "shop"', 'subdomain = "next"'))
    program = running(t, "blue", "green")
    got, done = [], threading.Event()

    def ask():
        while not done.is_set():
            status, _, body = t.get("shop")
            got.append((status, body.split(b",")[0]))
    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    until(lambda: len(got) > 50, "requests flow")
    t.a3sfile(*blocks('subdomain = "before"', 'subdomain = "shop"'))
    reload(t)
    until(lambda: got[-1][1] == b"this is green", "green answers")
    # The service that has the route goes, another one gets it: requests wait for that.
    t.a3sfile(web(t, "red", 'subdomain = "shop"'))
    reload(t)
    until(lambda: got[-1][1] == b"this is red", "red answers")
    done.set()
    for thread in asking:
        thread.join()
    same({status for status, _ in got}, {200}, "statuses")
    same({name for _, name in got}, {b"this is blue", b"this is green", b"this is red"}, "who answered")
    same(t.get("before")[0], 421, "a route that is gone")
    t.stop(program)


@case
def an_answer_goes_on_through_a_reload(t):
    gate = t.fifo("gate")
    a, b = web(t, "a"), web(t, "b")
    t.a3sfile(a, b)
    program = running(t, "a", "b")
    with t.client() as client:
        client.request("GET", f"/stream?{gate}", headers={"Host": "b.localhost"})
        response = client.getresponse()
        same(response.read(6), b"first\n", "the first half")
        t.a3sfile(b, t.service("c"))
        reload(t)
        t.expect("c", "start")
        t.open_gate(gate)
        same(response.read(), b"second\n", "the second half")
        client.request("GET", "/", headers={"Host": "b.localhost"})
        same(client.getresponse().status, 200, "the next request")
    t.stop(program)


@case
def a_request_waits_through_a_move(t):
    """Its service gets another port meanwhile, and wants that as the Host."""
    gate = t.fifo("gate")

    def block(port, options=""):
        return t.service("web", f"--listen http {options}",
                         f'port = {port}\nhost = "upstream"\nhealth {{ type = "http" }}')
    ports = t.free_port(), t.free_port()
    t.a3sfile(block(ports[0], f"--gate {gate}"))
    program = t.start("up")
    t.wait_state("web", "starting")
    with t.connect() as sock:
        sock.sendall(b"POST /headers HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 4\r\n\r\nab")
        until(lambda: t.status()["web"]["http"]["parked"] == 1, "the request is parked")
        t.a3sfile(block(ports[1]))
        reload(t)
        sock.sendall(b"cd")
        response = http.client.HTTPResponse(sock)
        response.begin()
        same(response.status, 200, "status")
        same(dict(json.loads(response.read()))["host"], f"localhost:{ports[1]}", "Host")
    t.stop(program)


@case
def who_waits_for_a_service_that_goes(t):
    """The line in the log is not another service's, whose index it gets."""
    gate = t.fifo("gate")
    keep = web(t, "keep")
    t.a3sfile(t.service("agone", f"--listen http --gate {gate}",
                        f'port = {t.free_port()}\nhealth {{ type = "http" }}'), keep)
    program = t.start("up")
    t.wait_state("agone", "starting")
    t.wait_state("keep", "running")
    with t.client() as client:
        client.request("GET", "/for-agone", headers={"Host": "agone.localhost"})
        until(lambda: t.status()["agone"]["http"]["parked"] == 1, "the request is parked")
        t.a3sfile(keep)
        reload(t)
        response = client.getresponse()
        same((response.status, b"The service is gone" in response.read()), (503, True), "answer")
    same(t.get("keep", "/for-keep")[0], 200, "status")
    until(lambda: "/for-keep" in t.run("logs", "keep", "--http").out, "the line of keep")
    out = t.run("logs", "keep", "--http").out
    check("/for-agone" not in out, f"logged under another service: {out}")
    same(t.status()["keep"]["http"]["errors"], 0, "errors of the other one")
    t.stop(program)


@case
def the_last_of_many_counts(t):
    def blocks(level):
        return t.service("a", "", f'env = {{ LEVEL = "{level}" }}'), t.service(f"only-{level}")
    t.a3sfile(*blocks(0))
    program = running(t, "a", "only-0")
    asking = []
    for level in range(1, 6):
        save(t, *blocks(level))
        asking.append(threading.Thread(target=reload, args=(t,)))
        asking[-1].start()
    for thread in asking:
        thread.join()
    reload(t)
    until(lambda: {name: row["state"] for name, row in t.status().items()}
          == {"a": "running", "only-5": "running"}, "the last one runs")
    t.stop(program)


@case
def another_one_before_the_first_is_done(t):
    stubborn = t.service("slow", "--ignore-term", 'stop { timeout = "20s" }')
    t.a3sfile(t.service("a"), stubborn)
    program = running(t, "a", "slow")
    before = pids(t)
    t.a3sfile(t.service("b"))
    reload(t)
    t.expect("a", "exit")
    t.wait_state("slow", "stopping")
    # Back to what it was, and more: who was told to go is wanted again.
    t.a3sfile(t.service("a"), stubborn, t.service("c"))
    reload(t)
    os.kill(before["slow"], signal.SIGKILL)
    for name, count in (("a", 2), ("slow", 2), ("c", 1)):
        t.expect(name, "start", count)
    same(set(pids(t)), {"a", "slow", "c"}, "services")
    same(len(t.said("b", "start")), 0, "starts of b")
    program.signal(signal.SIGINT)
    t.wait_state("slow", "stopping")
    check("being stopped" in reload(t, code=1).err, "a reload while everything is being stopped")
    t.stop_only(program)
    t.nothing_left()


@case
def sighup_without_a_terminal(t):
    t.a3sfile(t.service("a"))
    program = t.start("up", "--no-reload", start_new_session=True)
    t.expect("a", "start")
    t.a3sfile(t.service("a"), t.service("b"))
    program.signal(signal.SIGHUP)
    t.expect("b", "start")
    same(len(t.said("a", "start")), 1, "starts of a")
    t.stop(program)


@case
def only_when_asked(t):
    t.a3sfile(t.service("a"))
    program = t.start("up", "--no-reload")
    t.expect("a", "start")
    t.a3sfile(t.service("a"), t.service("b"))
    reload(t)
    t.expect("b", "start")
    check("A3sfile.hcl changed" not in program.text(), program.text)
    t.stop(program)
    same(t.run("reload").code, 3, "exit code when nothing runs")


@case
def a_file_that_it_reads_is_saved(t):
    t.write("level.txt", "1")
    t.a3sfile(t.service("a", "", 'env = { LEVEL = file("level.txt") }'), t.service("b"))
    program = running(t, "a", "b")
    t.write("level.txt", "2")
    t.expect("a", "start", 2)
    program.wait_for(r"level\.txt changed:$")
    same(len(t.said("b", "start")), 1, "starts of b")
    t.stop(program)


@case
def who_was_taken_down_stays_down(t):
    blocks = t.service("a"), t.service("b", "", 'depends_on = ["a"]'), t.service("off", "", "disabled = true")
    t.a3sfile(*blocks)
    program = running(t, "a", "b")
    t.expect_run(0, "down", "b")
    t.wait_state("b", "stopped")
    t.a3sfile(blocks[0], blocks[1].replace("depends_on", 'env = { X = "1" }\n  depends_on'), blocks[2], t.service("new"))
    reload(t)
    t.expect("new", "start")
    states = {name: row["state"] for name, row in t.status().items()}
    same((states["a"], states["b"], states["off"]), ("running", "stopped", "stopped"), "states")
    t.a3sfile(*blocks[:2], t.service("off"), t.service("new", "", "disabled = true"))
    reload(t)
    t.expect("off", "start")
    t.wait_state("new", "stopped")
    same(t.status()["b"]["state"], "stopped", "state of b")
    t.stop(program)


@case
def some_were_asked_for(t):
    t.a3sfile(t.service("a"), t.service("b"), t.service("c"))
    program = t.start("up", "a")
    t.expect("a", "start")
    t.a3sfile(t.service("dep"), t.service("a", "", 'depends_on = ["dep", "b"]'), t.service("b"), t.service("c"),
              t.service("d"))
    reload(t)
    t.expect("dep", "start")
    t.expect("b", "start")
    program.wait_for(r"b: ready$")
    states = {name: row["state"] for name, row in t.status().items()}
    same((states["a"], states["c"], states["d"]), ("running", "stopped", "stopped"), "states")
    same(len(t.said("a", "start")), 1, "starts of a")
    t.stop(program)


@case
def a_failed_service_is_tried_again(t):
    def blocks(code):
        return (t.service("a", f"--exit {code}", 'kind = "task"\nrestart { policy = "never" }'),
                t.service("b", "", 'depends_on = ["a"]'))
    t.a3sfile(*blocks(3))
    program = t.start("up", "-d")
    same(program.wait(), 0, "exit code")
    t.wait_state("b", "blocked")
    save(t, *blocks(0))
    t.expect("b", "start")
    t.wait_state("b", "running")
    t.expect_run(0, "down")
    t.nothing_left()


@case
def ports_stay(t):
    def blocks(level):
        return (t.service("a", "--listen tcp", 'port = 0\nhealth { type = "tcp" }'),
                t.service("b", "--listen tcp", f'port = 0\nhealth {{ type = "tcp" }}\nenv = {{ LEVEL = "{level}" }}'))
    t.a3sfile(*blocks(1))
    program = running(t, "a", "b")
    before = {name: row["port"] for name, row in t.status().items()}
    t.a3sfile(t.service("first", "--listen tcp", 'port = 0\nhealth { type = "tcp" }'), *blocks(2))
    reload(t)
    t.expect("b", "start", 2)
    t.wait_state("first", "running")
    t.wait_state("b", "running")
    after = {name: row["port"] for name, row in t.status().items()}
    check(after.pop("first") not in after.values(), after)
    same(after, before, "ports")
    t.stop(program)


@case
def the_proxy_moves(t):
    service = web(t)
    t.a3sfile(service)
    program = running(t, "web")
    before, t.proxy_port = t.proxy_port, t.free_port()
    with t.holder("127.0.0.1", t.proxy_port):
        t.a3sfile(service)
        result = reload(t, code=4)
        check(f"the proxy cannot listen on port {t.proxy_port}: it is held by pid" in result.err, result)
        check("set another port in this A3sfile: proxy_port in its dev block" in result.err, result)
        # As long as the port is held: that the file was saved is noticed, too, and tried later.
        wanted, t.proxy_port = t.proxy_port, before
        same(t.get("web")[0], 200, "where it was")
    t.proxy_port = wanted
    reload(t)
    t.expect("web", "start", 2)
    same(t.get("web")[0], 200, "where it is now")
    until(lambda: is_free(before), "the old port is free")
    t.stop(program)


@case
def the_proxy_comes_and_goes(t):
    service = web(t)
    port, t.proxy_port = t.proxy_port, 0
    t.a3sfile(service)
    program = running(t, "web")
    check("there is no proxy: dev { proxy_port = 0 }" in t.expect_run(1, "fault", "web", "--error", "503").err, "a fault")
    t.proxy_port = port
    with t.holder("127.0.0.1", port):
        t.a3sfile(service)
        check(f"the proxy cannot listen on port {port}" in reload(t, code=4).err, "a port that is taken")
    reload(t)
    program.wait_for(rf"the proxy listens on port {port}$")
    t.expect("web", "start", 2)  # its $PORT_URL has changed
    t.wait_state("web", "running")
    same(t.get("web")[0], 200, "the proxy that has come")
    t.proxy_port = 0
    t.a3sfile(service)
    reload(t)
    until(lambda: is_free(port), "the port is free")
    t.expect_run(0, "status")
    t.stop(program)


@case
def values_apply_to_what_runs(t):
    port = t.free_port()

    def blocks(path, watched, log):
        return (t.service("a", "--listen http", f'port = {port}\nhealth {{\n type = "http"\n path = "{path}"\n'
                          'interval = "50ms"\n timeout = "50ms"\n retries = 1\n}\n'
                          f'labels = ["{watched}"]\nwatch {{\n paths = ["{watched}"]\n debounce = "50ms"\n}}\n{log}'),)
    t.write("one/x", "")
    t.write("two/x", "")
    t.a3sfile(*blocks("/", "one", ""))
    program = running(t, "a")
    before = pids(t)
    t.a3sfile(t.service("zero"), *blocks("/close?", "two", 'log { file = "a.log" }'), dev='log_level = "debug"')
    check("update a\n" in reload(t).out, "a is not updated")
    t.expect("zero", "start")
    same(pids(t)["a"], before["a"], "process of a")
    t.a3sfile(t.service("zero"), *blocks("/cut", "two", ""))
    reload(t)
    until(lambda: t.status()["zero"]["state"] == "running", "zero runs")
    same(pids(t)["a"], before["a"], "process of a")
    t.write("one/x", "changed")
    t.write("two/x", "changed")
    t.expect("a", "start", 2)
    program.wait_for(r"a: restarting: two/x changed$")
    t.stop(program)


@case
def a_follower_follows_on(t):
    a, b = t.service("a"), t.service("b", "", 'watch { paths = ["b.txt"] }')
    t.a3sfile(a, b)
    program = running(t, "a", "b")
    follower = t.start("logs", "-f", "a3s", "b", "-n", "0")
    everything = t.start("logs", "-f", "--json")
    everything.wait_for(r"everything is ready")
    t.a3sfile(t.service("before", "--say hello"), b)
    reload(t)
    follower.wait_for(r"a3s +│ before: started")
    everything.wait_for(r'"service":"before","stream":"a3s".*"line":"started')
    t.stop(program)
    follower.wait()
    everything.wait()


@case
def a_variable_is_said(t):
    t.write("A3sfile.hcl", f'dev {{ proxy_port = {t.proxy_port} }}\nvariable "level" {{ default = "low" }}\n'
            'variable "key" {\n default = "none"\n sensitive = true\n}\n'
            + t.service("a", "", 'env = { LEVEL = var.level }') + t.service("b", "", "env = { KEY = var.key }"))
    program = running(t, "a", "b", command=("up", "--no-reload", "--var", "key=first"))
    check("restart a\n" in reload(t, "--var", "level=high").out, "a is not restarted")
    t.expect("a", "start", 2)
    same(json.loads(reload(t, "--json").out)["diff"]["counts"]["restart"], 0, "restarts, as it still holds")
    t.expect_run(4, "reload", "--var", "levle=x")
    t.stop(program)


@case
def a_plan_is_read_again(t):
    t.a3sfile(t.service("a"))
    t.expect_run(0, "compile", "-o", "plan.bin")
    program = t.start("run", "plan.bin")
    t.expect("a", "start")
    t.a3sfile(t.service("a"), t.service("b"))
    t.expect_run(0, "compile", "-o", "plan.bin")
    check("start b" in t.expect_run(0, "-f", "plan.bin", "reload").out, "b is not started")
    t.expect("b", "start")
    (t.dir / "plan.bin").chmod(0o666)
    check("others may write" in t.expect_run(4, "-f", "plan.bin", "reload").err, "a plan that others may write")
    (t.dir / "plan.bin").chmod(0o600)
    t.write("plan.bin", "no plan")
    check("refused at byte" in t.expect_run(4, "-f", "plan.bin", "reload").err, "no plan")
    same(len(t.said("a", "start")), 1, "starts of a")
    t.stop(program)


@case
def a_missing_lookup_is_told(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.expect("a", "start")
    t.a3sfile(t.service("a", "", 'env = { X = env("E2E_NOT_THERE") }'))
    check("E2E_NOT_THERE" in reload(t, code=4).err, "what is missing")
    same(len(t.said("a", "start")), 1, "starts of a")
    t.stop(program)
