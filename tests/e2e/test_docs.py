"""The sessions of README.md and docs/guide.md with services that run: what stands there is what comes.

Times, durations, ports, tokens and process numbers are those of another run, lines of different services
may come in another order, and a slow machine has somebody waited for; everything else is the same.
"""

import os
import re
import shutil
import signal

from harness import REPOSITORY, case, check, same

CHANGING = [
    (r"\d\d:\d\d:\d\d\.\d{3}", "TIME"),
    (r"(pid|process) \d+", r"\1 PID"),
    (r"(after|in|for) [\d.]+ m?s\b", r"\1 DURATION"),
    (r"#token=\w+\.*", "#TOKEN"),
    (r":\d{4,5}\b", ":PORT"),
    (r"port \d{4,5}", "port PORT"),
    (r"\x1b\[[\d;]*m|\r", ""),
    (r" +", " "),
]
WAITING = re.compile(r"a3s │ .* (waits? for|is not ready yet) ")


def plain(text):
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return sorted(line.strip() for line in text.splitlines() if line.strip() and not WAITING.search(line))


def shown(page, command):
    """What the page says that the command prints."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return re.search(rf"^```\n\$ {re.escape(command)}\n(.*?)^```", text, re.M | re.S)[1]


@case
def the_shop_of_the_readme(t):
    t.copy_example("shop")
    program, terminal = t.start_on_terminal("up", columns=200)
    program.read_terminal(terminal)
    program.wait_for("the page: ")
    os.kill(t.status()["api"]["pid"], signal.SIGKILL)
    program.wait_for("api: killed by SIGKILL")
    same(t.get("api", "/teas")[0], 200, "who asks meanwhile")
    program.wait_for("GET /teas 200")
    same(plain(program.text()), plain(shown("README.md", "a3s up")), "what up prints")
    t.stop(program)
    os.close(terminal)


@case
def why_of_the_guide(t):
    shutil.copy(REPOSITORY / "tests" / "docs" / "why" / "A3sfile.hcl", t.dir)
    path = t.dir / "A3sfile.hcl"
    path.write_text(path.read_text(encoding="utf-8") + f"\ndev {{\n  proxy_port = {t.proxy_port}\n}}\n", encoding="utf-8")
    t.expect_run(1, "up", "-d", "--wait")
    said = t.expect_run(0, "why", "lane").out
    same(plain(said), plain(shown("docs/guide.md", "a3s why lane")), "why lane")
    t.expect_run(0, "down")
    t.nothing_left()


@case
def faults_of_the_guide(t):
    t.a3sfile(t.service("api", "--listen http", f"port = {t.free_port()}\n  health {{ type = \"http\" }}"))
    program = t.start_ready("api")
    text = (REPOSITORY / "docs" / "guide.md").read_text(encoding="utf-8")
    lines = [line.split("#")[0].split() for line in re.findall(r"^a3s (fault.*)", text, re.M)]
    same(len(lines), 5, "commands about faults")
    said = [t.expect_run(0, *words) for words in lines]
    check("10 % of the requests get 500" in said[3].out, f"not what is on: {said[3]}")
    same(t.expect_run(0, "fault").out, "no faults\n", "what is on after --off")
    check("a3s.localhost" in t.expect_run(0, "open", "--print").out, "no address of the page")
    t.stop(program)
