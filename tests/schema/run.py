#!/usr/bin/env python3
"""`a3s schema --json` against A3sfiles: what `a3s validate` accepts is valid JSON by it, and a
mistake that concerns one attribute or block is not.

    run.py A3S

With the Python package jsonschema (Debian: python3-jsonschema) each verdict is compared with that
of a whole validator; without it that case is skipped. Prints TAP.
"""
import json
import pathlib
import subprocess
import sys

import draft7

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def service(inner):
    return f'service "web" {{\n  cmd = "./web"\n  {inner}\n}}\n'


def health(inner):
    return service(f'health {{\n    type = "tcp"\n    {inner}\n  }}')


def dev(inner):
    return f"dev {{\n  {inner}\n}}\n" + service("")


# What is written, and a part of what must be said about it.
WRONG = [
    ("dev {\n}\n", "service is missing"),
    ('service "web" {\n}\n', "cmd is missing"),
    ('service {\n  cmd = "a"\n}\n', "not of type object"),
    ('service "a" "b" {\n  cmd = "a"\n}\n', "not of type array"),
    ('service "two words" {\n  cmd = "a"\n}\n', "'two words' is not like"),
    (service("") * 2, "longer than 1"),
    (service("prot = 1"), "prot is unknown"),
    (service("worker {\n}\n"), "worker is unknown"),
    (service("port = 65536"), "above 65535"),
    (service("port = -1"), "below 0"),
    (service("port = 80.5"), "not of type integer"),
    (service('port = "http"'), "not like"),
    (service("port = [80]"), "not of type"),
    (service('kind = "job"'), "none of what it may be"),
    (service('disabled = "maybe"'), "not like"),
    (service('depends_on = "db"'), "not like"),
    (service('depends_on = [["db"]]'), "not of type"),
    (service('env = ["A=1"]'), "not of type"),
    (service('env = { A = ["1"] }'), "not of type"),
    (service('env = { "A=B" = "1" }'), "the name 'A=B'"),
    (service('subdomain = "My_Web"'), "not like"),
    (service('dir = ""'), "not like"),
    ('service "web" {\n  cmd = []\n}\n', "shorter than 1"),
    ('service "web" {\n  cmd = " "\n}\n', "not like"),
    ('service "web" {\n  cmd = null\n}\n', "not of type"),
    (service('watch {\n    paths = []\n  }'), "shorter than 1"),
    (service('watch {\n    paths = "src"\n  }'), "not like"),
    (service('health {\n  }'), "type is missing"),
    (service('health = { type = "tcp" }'), "not of type array"),
    (service('health {\n    type = "ftp"\n  }'), "none of what it may be"),
    (service('stop {\n  }\n  stop {\n  }'), "longer than 1"),
    (service('stop {\n    signal = "SIGTERM"\n  }'), "none of what it may be"),
    (health('interval = 2'), "not of type string"),
    (health('interval = "2"'), "not like"),
    (health('interval = "2 s"'), "not like"),
    (health('port = 0'), "below 1"),
    (health('status = 99'), "below 100"),
    (health('status = "2xx"'), "not like"),
    (health('path = "health"'), "not like"),
    (health('retries = 0'), "below 1"),
    (dev('domain = "-a"'), "not like"),
    (dev('log_level = "loud"'), "none of what it may be"),
]

# What a3s accepts in more than the usual way, expressions among it.
RIGHT = [
    service('port = "8080"'),
    service("port = 8000 + 80"),
    service("port = null"),
    service('disabled = "true"'),
    service('kind = true ? "task" : "service"'),
    service('depends_on = [for s in [] : s]'),
    service('env = { N = 1, B = true, "${upper("x")}" = "${1 + 1}" }'),
    service('env = merge({ A = "1" }, { B = "2" })'),
    service('port = 1\n  subdomain = "${lower("A")}"'),
    'service "web" {\n  cmd = ["sleep", 5, ""]\n}\n',
    'service "web" {\n  cmd = join(" ", ["sleep", "5"])\n}\n',
    health('interval = "${1 + 1}s"\n    port = 1\n    timeout = "1.5s"'),
    service('port = 1\n  health {\n    type = "http"\n    status = 204\n  }'),
    service('stop {\n    timeout = "1m30s"\n    signal = null\n  }'),
]


def run(a3s, *arguments, text=None):
    return subprocess.run([str(a3s), *map(str, arguments)], input=text, capture_output=True,
                          timeout=60, check=False, cwd=ROOT, text=True)


def as_json(a3s, text):
    return json.loads(run(a3s, "hcl", "-", text=text).stdout)


def accepted(a3s, text):
    return run(a3s, "validate", "-f", "-", text=text).returncode == 0


def wrong(a3s, schema, text, part):
    if accepted(a3s, text):
        return "a3s validate accepts it"
    said = draft7.mistakes(schema, as_json(a3s, text))
    if len(said) == 1 and part in said[0]:
        return None
    return f"instead of one mistake with {part!r}: {said}"


def right(a3s, schema, text):
    said = draft7.mistakes(schema, as_json(a3s, text))
    if not accepted(a3s, text):
        said.append("a3s validate does not accept it")
    return "; ".join(said) or None


def same_verdicts(schema, documents):
    """None if a whole validator says the same of each; a reason to skip, or what differs."""
    try:
        import jsonschema
    except ImportError:
        return "", "the Python package jsonschema is not installed"
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for document in documents:
        if validator.is_valid(document) == bool(draft7.mistakes(schema, document)):
            return f"the verdicts on {document} differ", ""
    return "", ""


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    schema = json.loads(run(a3s, "schema", "--json").stdout)
    texts, results = [], []
    for text, part in WRONG:
        texts.append(text)
        results.append((f"refuses: {part}", wrong(a3s, schema, text, part)))
    for text in RIGHT:
        texts.append(text)
        results.append(("accepts an unusual file", right(a3s, schema, text)))
    for path in sorted([*ROOT.glob("examples/**/*.hcl"), *ROOT.glob("tests/golden/*.hcl")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        example = "examples" in path.parts
        if example or accepted(a3s, text):
            texts.append(text)
            results.append((f"accepts {path.relative_to(ROOT)}", right(a3s, schema, text)))

    print(f"1..{len(results) + 1}")
    for number, (name, problem) in enumerate(results, 1):
        print(f"{'not ok' if problem else 'ok'} {number} - {name}")
        if problem:
            print(f"# {problem}")
    documents = [as_json(a3s, text) for text in texts]
    problem, reason = same_verdicts(schema, documents)
    print(f"{'not ok' if problem else 'ok'} {len(results) + 1} - as jsonschema judges"
          + (f" # SKIP {reason}" if reason else ""))
    if problem:
        print(f"# {problem}")
    return bool(problem) or any(problem for _, problem in results)


sys.exit(main())
