"""The control API as docs/openapi.json and docs/control-api.md describe it, held against the program."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import urllib.parse

from harness import DEADLINE, REPOSITORY, Skip, case, check, same, until

sys.path.insert(0, str(REPOSITORY / "tests" / "schema"))

import draft7  # noqa: E402

OPENAPI = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))
PAGE = REPOSITORY / "docs" / "control-api.md"


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("a3s", timeout=DEADLINE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(t, method, target, body=None):
    """(status, content type, bytes)"""
    connection = Connection(t.socket_path())
    connection.request(method, target, json.dumps(body) if body is not None else None)
    answer = connection.getresponse()
    got = answer.status, answer.getheader("Content-Type"), answer.read()
    connection.close()
    return got


def fits(content, kind, data, what):
    """The bytes are of a kind that the operation names, and of its schema."""
    check(kind in content, f"{what}: a {kind}, not one of {list(content)}")
    values = [json.loads(data)] if kind == "application/json" else [json.loads(line) for line in data.splitlines()]
    for value in values:
        wrong = list(draft7.check(OPENAPI, content[kind]["schema"], value, what))
        same(wrong, [], f"mistakes of {value}")
    return values


def call(t, method, path, status, name=None, query="", body=None):
    """Asks, and holds the answer against the description."""
    operation = OPENAPI["paths"][path][method.lower()]
    target = path.replace("{name}", name or "") + query
    got, kind, data = ask(t, method, target, body)
    what = f"{method} {target}"
    same(got, status, f"status of {what} ({data[:200]!r})")
    check(str(status) in operation["responses"], f"{what}: {status} is not described")
    return fits(operation["responses"][str(status)]["content"], kind, data, what)


def start(t):
    t.a3sfile(t.service("store", "--say hello --say bye --listen tcp", 'port = 0\nhealth { type = "tcp" }'),
              t.service("api", "", 'depends_on = ["store"]\nenv = { LEVEL = "high" }'),
              t.service("crash", "--exit 3", 'restart { policy = "never" }\nhealth {\n  type = "tcp"\n  port = 1\n}'),
              t.service("lane", "", 'depends_on = ["crash"]'))
    program = t.start("up")
    t.wait_state("api", "running")
    t.wait_state("lane", "blocked")
    return program


@case
def every_route_is_described_and_no_other(t):
    program = start(t)
    index, = call(t, "GET", "/v1", 200)
    routes = {(route["method"].lower(), route["path"]) for route in index["routes"]}
    described = {(method, path) for path, item in OPENAPI["paths"].items() for method in item}
    same(sorted(routes - described), [], "routes without a description")
    same(sorted(described - routes), [], "descriptions without a route")
    page = PAGE.read_text(encoding="utf-8")
    for method, path in sorted(routes):
        check(f"`{method.upper()} {path}" in page, f"docs/control-api.md has no {method.upper()} {path}")
    t.stop(program)


@case
def other_methods_are_refused_by_name(t):
    program = start(t)
    for path, item in OPENAPI["paths"].items():
        for method in {"get", "post"} - set(item):
            connection = Connection(t.socket_path())
            connection.request(method.upper(), path.replace("{name}", "api"))
            answer = connection.getresponse()
            same((answer.status, answer.getheader("Allow")), (405, " ".join(item).upper()), f"{method} {path}")
            connection.close()
    t.stop(program)


def examples():
    for path, item in OPENAPI["paths"].items():
        for method, operation in item.items():
            contents = [(f"{method} {path} {status}", answer["content"]) for status, answer in operation["responses"].items()]
            contents += [(f"{method} {path} body", operation["requestBody"]["content"])] if "requestBody" in operation else []
            for what, content in contents:
                for kind, media in content.items():
                    if "example" in media:
                        text = media["example"] if kind != "application/json" else json.dumps(media["example"])
                        yield what, content, kind, text


@case
def examples_are_of_their_schemas(t):
    count = 0
    for what, content, kind, text in examples():
        fits(content, kind, text, f"the example of {what}")
        count += 1
    check(count > 15, f"{count} examples")


@case
def what_is_read_is_as_described(t):
    program = start(t)
    for path in ("/v1/status", "/v1/health", "/v1/plan", "/v1/timeline", "/v1/services"):
        call(t, "GET", path, 200)
    call(t, "POST", "/v1/ticket", 200)
    for name in ("store", "api", "crash", "lane"):
        row, = call(t, "GET", "/v1/services/{name}", 200, name)
        same(row["name"], name, "the service that was asked for")
        for part in ("why", "journal", "launch"):
            call(t, "GET", "/v1/services/{name}/" + part, 200, name)
    launch, = call(t, "GET", "/v1/services/{name}/launch", 200, "api")
    same((launch["dir"], launch["env"]["LEVEL"]), (str(t.dir), "high"), "what api is started with")
    health, = call(t, "GET", "/v1/health", 200)
    same([health["services"][s] for s in ("running", "failed", "blocked")], [2, 1, 1], "services by state")
    plan, = call(t, "GET", "/v1/plan", 200)
    shown = json.loads(t.expect_run(0, "plan", "show", "--json", t.expect_run(0, "compile", "-o", "p.bin") and "p.bin").out)
    same(plan, shown, "the plan")
    for part in ("", "/why", "/journal", "/launch"):
        error, = call(t, "GET", "/v1/services/{name}" + part, 404, "stor")
        check(error["error"].endswith('did you mean "store"?'), error)
        call(t, "GET", "/v1/services/{name}" + part, 400, "%zz")
    t.stop(program)


@case
def logs_are_as_described(t):
    program = start(t)
    until(lambda: len(call(t, "GET", "/v1/logs", 200, query="?service=store")) >= 2, "store has spoken")
    lines = call(t, "GET", "/v1/logs", 200)
    check({("store", "stdout"), ("store", "a3s")} <= {(line["service"], line["stream"]) for line in lines}, "whose lines")
    same([line["seq"] for line in lines], sorted(line["seq"] for line in lines), "order")
    def texts(query):
        lines = call(t, "GET", "/v1/logs", 200, query="?service=store&" + query)
        return [line["line"] for line in lines if line["stream"] != "a3s"]
    same(texts("grep=%5Eh.*o%24"), ["hello"], "by pattern")
    same(len(call(t, "GET", "/v1/logs", 200, query="?service=store&lines=1")), 1, "the newest")
    same(texts("grep=%5Ebye%7Chello&lines=1"), ["bye"], "the newest with the pattern")
    same(texts("grep=e&lines=0"), [], "none")
    same(texts("since=1h"), ["hello", "bye"], "of the last hour")
    same(texts("until=1h"), [], "of before")
    t.expect_run(0, "restart", "store")
    t.expect("store", "start", 2)
    until(lambda: texts("run=newest") == ["hello", "bye"], "the second run has spoken")
    same(texts("run=1"), ["hello", "bye"], "the first run")
    same(texts(""), ["hello", "bye"] * 2, "both")
    same(texts("run=3"), [], "a run to come")
    for query in ("lines=x", "run=0", "since=soon", "grep=%28", "colour=1", "follow=2"):
        call(t, "GET", "/v1/logs", 400, query="?" + query)
    call(t, "GET", "/v1/logs", 404, query="?service=nosuch")
    t.stop(program)


@case
def a_pattern_that_never_ends_is_given_up(t):
    t.a3sfile(t.service("a", " ".join("--say " + "a" * 60 for _ in range(50))))
    program = t.start("up")
    t.expect("a", "start")
    query = "?service=a&grep=" + "%28a%2B%29%2B%5Bbc%5D"  # (a+)+[bc]
    # With the first lines only, they may just be counted as unread.
    lines = until(lambda: (found := call(t, "GET", "/v1/logs", 200, query=query)) and "error" in found[-1] and found,
                  "it is given up")
    check("too many steps" in lines[-1]["error"], lines)
    result = t.expect_run(1, "logs", "a", "--grep", "(a+)+[bc]")
    check("too many steps" in result.err, result)
    t.wait_state("a", "running")
    t.stop(program)


@case
def a_slow_pattern_says_what_it_has_not_read(t):
    """Three times what the ring holds comes faster than the pattern is tried: each line is given or counted."""
    fifo, count = t.fifo("words"), 3000
    t.a3sfile(t.service("a", f"--echo-fifo {fifo}"))
    program = t.start("up")
    t.wait_state("a", "running")
    connection = Connection(t.socket_path())
    connection.request("GET", "/v1/logs?service=a&follow=1&lines=0&grep=" + urllib.parse.quote("[0-9]+-x|#[0-9]+$"))
    answer = connection.getresponse()
    with open(fifo, "wb", buffering=0) as words:
        for first in range(0, count, 100):
            words.write(b"".join(b"0123456789" * 100 + b"#%d\n" % i for i in range(first, first + 100)))
    schema = OPENAPI["paths"]["/v1/logs"]["get"]["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
    shown, unread, last = 0, 0, -1
    while shown + unread < count:
        line = json.loads(answer.readline())
        same(list(draft7.check(OPENAPI, schema, line, "line")), [], f"mistakes of {line}")
        check("error" not in line, line)
        if line.get("stream") == "stdout":
            number = int(line["line"].partition("#")[2])
            check(number > last, f"{number} after {last}")
            shown, last = shown + 1, number
        unread += line.get("unread", 0)
    same(shown + unread, count, "lines, given or counted")
    connection.close()
    t.stop(program)
    if not unread:
        raise Skip("the pattern kept up with the output")


@case
def events_are_as_described(t):
    program = start(t)
    history = call(t, "GET", "/v1/events", 200, query="?history=1000&follow=0")
    changes = [(e["from"], e["to"]) for e in history if e["service"] == "api"]
    same(changes, [("stopped", "pending"), ("pending", "starting"), ("starting", "running")], "of api")
    same(len(call(t, "GET", "/v1/events", 200, query="?history=2&follow=0")), 2, "the newest two")
    connection = Connection(t.socket_path())
    connection.request("GET", "/v1/events")
    stream = connection.getresponse()
    content = OPENAPI["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]

    def next_event():
        return fits(content, stream.getheader("Content-Type"), stream.readline(), "an event")[0]

    same(next_event()["event"], "open", "the first line")
    call(t, "POST", "/v1/services/{name}/restart", 202, "api")
    steps = [next_event() for _ in range(4)]
    same([s["to"] for s in steps], ["stopping", "pending", "starting", "running"], "a restart")
    same(sorted(s["seq"] for s in steps), [s["seq"] for s in steps], "the order")
    path = t.dir / "A3sfile.hcl"
    path.write_text(path.read_text() + t.service("late"))
    call(t, "POST", "/v1/reload", 202)
    later = []
    while not later or later[-1].get("to") != "running":
        later.append(next_event())
    check([e for e in later if e["event"] == "reload"], f"another plan is told: {later}")
    same(later[-1]["service"], "late", "the new service")
    connection.close()
    call(t, "GET", "/v1/events", 400, query="?history=all")
    t.stop(program)


@case
def commands_for_all(t):
    t.a3sfile(t.service("store"), t.service("api", "", 'depends_on = ["store"]'), t.service("off", "", "disabled = true"))
    program = t.start_ready("store", "api")
    for name in ("store", "api"):
        t.expect(name, "start")
    call(t, "POST", "/v1/restart", 202)
    for name in ("store", "api"):
        t.expect(name, "start", 2)
    t.wait_state("api", "running")
    call(t, "POST", "/v1/services/{name}/stop", 202, "api")
    t.wait_state("api", "stopped")
    call(t, "POST", "/v1/restart", 202)  # of those that are wanted
    t.expect("store", "start", 3)
    call(t, "POST", "/v1/start", 202)
    t.expect("api", "start", 3)
    t.wait_state("api", "running")
    same(t.status()["off"]["state"], "stopped", "the disabled one")
    same(t.said("off"), [], "what the disabled one has done")
    t.stop(program)


@case
def commands_are_as_described(t):
    program = start(t)
    for verb, state in (("stop", "stopped"), ("start", "running"), ("restart", "running")):
        call(t, "POST", "/v1/services/{name}/" + verb, 202, "api")
        t.wait_state("api", state)
        call(t, "POST", "/v1/" + verb, 202, body={"services": ["api"]})
        t.wait_state("api", state)
        call(t, "POST", "/v1/services/{name}/" + verb, 404, "nosuch")
        call(t, "POST", "/v1/services/{name}/" + verb, 400, "%00")
        call(t, "POST", "/v1/" + verb, 400, body={"services": []})
    fault = {"delay_ms": 1, "error": 503, "rate": 12.5, "seed": 1}
    answer, = call(t, "POST", "/v1/services/{name}/fault", 200, "store", body=fault)
    same(answer["fault"], {"delay_ms": 1, "error": 503, "rate": 12.5, "hits": 0}, "the fault")
    call(t, "POST", "/v1/services/{name}/fault", 400, "store", body={"error": 200})
    call(t, "POST", "/v1/services/{name}/fault", 404, "nosuch", body=fault)
    call(t, "POST", "/v1/services/{name}/fault", 409, "api", body=fault)
    call(t, "POST", "/v1/fault", 400, body=fault)
    call(t, "GET", "/v1/status", 200)
    call(t, "POST", "/v1/fault", 200, body={"off": True})
    t.get("store", "/x")
    until(lambda: call(t, "GET", "/v1/logs", 200, query="?stream=http&lines=1"), "the request has a line")
    call(t, "GET", "/v1/status", 200)
    call(t, "POST", "/v1/reload", 400, body=[])
    path = t.dir / "A3sfile.hcl"
    path.write_text(path.read_text() + "rubbish")
    refused, = call(t, "POST", "/v1/reload", 422)
    check("rubbish" in refused["text"], refused)
    call(t, "POST", "/v1/shutdown", 202)
    same(program.wait(), 0, "exit code of up")
    t.nothing_left()


def page_examples():
    """The command lines with curl of the page, in their order."""
    fences = re.findall(r"^```\w*\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return [line for fence in fences for line in fence.splitlines() if re.match(r"(SOCK=|curl )", line)]


@case
def the_page_works_as_printed(t):
    if not shutil.which("curl"):
        raise Skip("there is no curl")
    t.a3sfile(t.service("web", "--say listening", "port = 0"), t.service("db"))
    program = t.start("up")
    t.wait_state("web", "running")
    lines = page_examples()
    check(len(lines) > 10, f"{len(lines)} examples")
    env = {**t.env, "PATH": f"{pathlib.Path(t.a3s_path).parent}:{os.environ['PATH']}"}
    # Of streams that do not end by themselves the first line; they end with a3s.
    script = "set -eu\n"
    for number, line in enumerate(lines):
        endless = "follow=1" in line or line.endswith("/v1/events'")
        script += f"echo '--- {number}'\n" + (f"read -r first < <({line} 2>/dev/null); echo $first\n" if endless else f"{line}\n")
    done = subprocess.run(["bash", "-c", script], cwd=t.dir, env=env, timeout=DEADLINE, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = done.stdout.decode()
    same((done.returncode, done.stderr.decode()), (0, ""), f"the end of {said[-2000:]}")
    for line, part in zip(lines, said.split("--- ")[1:]):
        answer = part.partition("\n")[2]
        check('{"error": "' not in answer, f"{line}: {answer}")
        check(answer.strip() or "/v1/logs" in line or line.startswith("SOCK"), f"{line}: no answer")
    same(program.wait(), 0, "the last example is the end")
    t.nothing_left()
