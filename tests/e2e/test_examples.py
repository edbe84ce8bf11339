"""The projects in examples/: each is valid, and the shop does what its page says."""

import json
import os
import signal

from harness import REPOSITORY, case, check, same


@case
def all_are_valid(t):
    for path in sorted((REPOSITORY / "examples").glob("*/A3sfile.hcl")):
        result = t.expect_run(0, "compile", "-f", path, "-o", t.dir / "plan.bin")
        check("error" not in result.err, f"{path}: {result}")


@case
def hello(t):
    t.copy_example("hello")
    program = t.start("up")
    program.wait_for(r"hello +│ Serving")
    status, _, body = t.get("hello")
    check(status == 200 and b"Hello" in body, f"{status} {body!r}")
    t.stop(program)


@case
def shop(t):
    t.copy_example("shop")
    program = t.start("up")
    t.wait_state("web", "running")
    same(t.status()["seed"]["state"], "done", "the task")
    check(b"Tea shop" in t.get("web")[2], "no page")

    # What the page does: the API by its name, from the page's origin.
    origin = {"Origin": f"http://web.localhost:{t.proxy_port}"}
    status, headers, body = t.get("api", "/teas", headers=origin)
    teas = json.loads(body)["teas"]
    same((status, headers["Access-Control-Allow-Origin"], len(teas)), (200, origin["Origin"], 6), "teas")
    status, _, body = t.get("api", "/orders", "POST", b"mint", origin)
    same((status, json.loads(body)["left"]), (200, 11), "an order")
    same(json.loads(t.get("api", "/orders", headers=origin)[2])["orders"][0]["tea"], "Mint", "the last order")
    same(t.get("api", "/orders", "POST", b"mint", {"Origin": "http://evil.example"})[0], 403, "another site's order")

    # kill -9: restarted; who asks meanwhile, waits.
    first = t.status()["api"]["pid"]
    os.kill(first, signal.SIGKILL)
    program.wait_for("api: killed by SIGKILL")
    check(json.loads(t.get("api", "/teas")[2])["pid"] != first, "the same process answered")
    same(t.wait_state("api", "running")["restart_count"], 1, "restarts")

    # A watched file: one restart, of this service alone.
    (t.dir / "web/server.py").touch()
    program.wait_for(r"server\.py")
    program.wait_for(r"web +│ stopped")
    same(t.get("web")[0], 200, "the page after the restart")
    rows = t.status()
    same([rows[name]["restart_count"] for name in ("store", "api", "web")], [0, 1, 1], "restarts")

    t.stop(program)
