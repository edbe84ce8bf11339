"""What --format prints, for programs that read it: JSON, SARIF, GitHub's workflow commands."""

import importlib
import json
import os
import re

from harness import REPOSITORY, Skip, case, check, same

FORMATS = ("text", "json", "sarif", "github")
# A finding with a label, a note and help, one with a detail, one of several lines, and wide characters.
MISTAKES = """service "web" {
  cmd  = "true"
  port = 3000
  prot = 1
}
service "ü😀" {
  cmd  = two
  port = 3000
  kind = <<EOT
no
EOT
}
"""


def write(t, name="A3sfile.hcl", text=MISTAKES):
    return t.write(name, text)


def read(t, code, *args, **options):
    """The document of a command that prints JSON or SARIF."""
    result = t.expect_run(code, *args, **options)
    same(result.err, "", "what is on standard error")
    return json.loads(result.out)


def flood(t):
    """More mistakes than are listed: 1100."""
    body = "".join(f"  wrong_{n} = 1\n" for n in range(1100))
    write(t, text=f'service "a" {{\n  cmd = "true"\n{body}}}\n')


def keys(value, path=""):
    """{path: type} of everything in a JSON value."""
    names = {list: "array", dict: "object", str: "string", int: "number"}
    found = {path: names[type(value)]} if path else {}
    for key, inner in value.items() if isinstance(value, dict) else ():
        found.update(keys(inner, f"{path}.{key}" if path else key))
    for inner in value if isinstance(value, list) else ():
        found.update(keys(inner, path + "[]"))
    return found


# ---- JSON ----------------------------------------------------------------------------------------


@case
def json_has_the_documented_keys_and_no_other(t):
    page = (REPOSITORY / "docs/diagnostics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_0-9.\[\]]+)` \| (\w+)(, optional)? \|", page.split("## JSON")[1].split("## SARIF")[0],
                      re.MULTILINE)
    documented = {key: kind for key, kind, _ in rows}
    ranges = {key: kind for key, kind in documented.items() if key.startswith("range.")}
    documented.update({"notes[]." + key: kind for key, kind in ranges.items()})
    documented["notes[]"] = "object"

    write(t)
    findings = read(t, 4, "validate", "--format", "json")
    flood(t)
    findings += read(t, 4, "validate", "--format", "json") + read(t, 4, "validate", "--format", "json", "nothing.hcl")
    found = {}
    for finding in findings:
        found.update(keys(finding))
        for key, _, optional in rows:
            owner = finding if "." not in key else finding.get("range", {}).get("start", {})
            if not optional and not key.startswith(("range", "notes[]")):
                check(key in owner, f"{key} is missing in {finding}")
    same(found, documented, "keys")


@case
def json_of_several_files_is_one_array(t):
    write(t)
    write(t, "sub/A3sfile.hcl", 'service "b" {\n  cmd = "true"\n}\n')
    write(t, "z.hcl", "x = \n")
    findings = read(t, 4, "validate", "--format", "json", "z.hcl", "sub/A3sfile.hcl", "A3sfile.hcl")
    same([f["file"] for f in findings], sorted([f["file"] for f in findings], reverse=True), "files, as they were named")
    same(read(t, 0, "validate", "--format", "json", "sub/A3sfile.hcl"), [], "of a valid file")


# ---- SARIF ---------------------------------------------------------------------------------------


def is_sarif(log):
    """What the standard requires of the parts that a3s uses, and what GitHub does."""
    same((log["version"], set(log)), ("2.1.0", {"$schema", "version", "runs"}), "head")
    same(len(log["runs"]), 1, "number of runs")
    run = log["runs"][0]
    same(set(run), {"tool", "invocations", "columnKind", "results"}, "keys of the run")
    driver = run["tool"]["driver"]
    same(driver["name"], "a3s", "name of the tool")
    check(re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"]), "no version")
    check(run["invocations"][0]["executionSuccessful"] is True, "not successful")
    ids = [rule["id"] for rule in driver["rules"]]
    same(len(ids), len(set(ids)), "rules that are told once")
    for rule in driver["rules"]:
        check(rule["defaultConfiguration"]["level"] in ("error", "warning"), rule)
        for text in ("shortDescription", "fullDescription", "help"):
            check(rule[text]["text"], f"no {text} in {rule}")
    for result in run["results"]:
        same(ids[result["ruleIndex"]], result["ruleId"], "rule of the index")
        check(result["level"] in ("error", "warning") and result["message"]["text"], result)
        same(len(result["locations"]), 1, "number of locations")
        for location in result["locations"] + result.get("relatedLocations", []):
            place = location["physicalLocation"]
            check(re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+|file:///.*", place["artifactLocation"]["uri"]), place)
            region = place.get("region")
            if region:
                check((region["startLine"], region["startColumn"]) >= (1, 1), region)
                check((region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"]), region)
    return run["results"]


def sarif(t, code, *args, **options):
    log = read(t, code, *args, "--format", "sarif", **options)
    is_sarif(log)
    return log


@case
def sarif_says_what_text_says(t):
    write(t)
    results = sarif(t, 4, "validate")["runs"][0]["results"]
    text = t.expect_run(4, "validate").out
    first = re.findall(r"^A3sfile.hcl:(\d+):\d+: (\w+)\[(\w+)\]: (.*)$", text, re.MULTILINE)
    same([(str(r["locations"][0]["physicalLocation"]["region"]["startLine"]), r["level"], r["ruleId"],
           r["message"]["text"].split("\nhelp: ")[0]) for r in results], first, "findings")
    check(any(r.get("relatedLocations") for r in results), "no note")


@case
def sarif_regions_are_where_the_text_is(t):
    write(t)
    source = MISTAKES.encode()
    for result in sarif(t, 4, "validate")["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        taken = source[region["byteOffset"]:region["byteOffset"] + region["byteLength"]].decode()
        lines = [line.encode("utf-16-le") for line in MISTAKES.split("\n")][region["startLine"] - 1:region["endLine"]]
        lines[-1] = lines[-1][:2 * (region["endColumn"] - 1)]
        lines[0] = lines[0][2 * (region["startColumn"] - 1):]
        same("\n".join(line.decode("utf-16-le") for line in lines), taken, f"text of {result}")


@case
def sarif_is_valid_by_its_schema(t):
    """The standard's own schema is not ours to copy: A3S_SARIF_SCHEMA names the file."""
    schema = os.environ.get("A3S_SARIF_SCHEMA")
    if not schema:
        raise Skip("A3S_SARIF_SCHEMA does not name the schema of SARIF 2.1.0")
    try:
        jsonschema = importlib.import_module("jsonschema")
    except ImportError:
        raise Skip("no python3-jsonschema") from None
    with open(schema, encoding="utf-8") as file:
        validator = jsonschema.Draft4Validator(json.load(file), format_checker=jsonschema.FormatChecker())

    def valid(log):
        same([error.message for error in validator.iter_errors(log)], [], "what the schema says")

    write(t)
    write(t, "good.hcl", 'service "b" {\n  cmd = "true"\n  dir = "nowhere"\n}\n')
    valid(sarif(t, 4, "validate"))
    valid(sarif(t, 0, "validate", "good.hcl"))
    valid(sarif(t, 4, "validate", "--strict", "good.hcl", "A3sfile.hcl", "no thing.hcl", "/no/thing.hcl"))
    golden = sorted((REPOSITORY / "tests/golden").glob("*.hcl"))
    valid(sarif(t, 4, "validate", *golden))
    flood(t)
    valid(sarif(t, 4, "validate"))


# ---- GitHub --------------------------------------------------------------------------------------


def commands(result):
    """[(level, properties, message)], read as GitHub's runner reads them."""
    found = []
    for line in result.out.splitlines():
        level, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        for code, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            pairs = {key: value.replace(code, plain) for key, value in pairs.items()}
            message = message.replace(code, plain) if code not in ("%3A", "%2C") else message
        found.append((level, pairs, message))
    return found


@case
def github_commands(t):
    write(t, "a,b:c%/A3sfile.hcl")
    found = commands(t.expect_run(4, "validate", "--format", "github", "./a,b:c%/A3sfile.hcl"))
    same([int(pairs["line"]) for _, pairs, _ in found], [4, 6, 7, 8, 9], "lines")
    for level, pairs, message in found:
        same((level, pairs["file"]), ("error", "a,b:c%/A3sfile.hcl"), "level and file")
        check(re.match(r"E\d{4} .", pairs["title"]) and message, pairs)
    same("endColumn" in found[4][1], False, "an end on another line")
    check("\nnote: ./a,b:c%/A3sfile.hcl:3:10: " in found[3][2], f"no note in {found[3]}")
    write(t, text='service "b" {\n  cmd = "true"\n}\n')
    same(t.expect_run(0, "validate", "--format", "github").out, "", "what is said of a valid file")


# ---- all of them ---------------------------------------------------------------------------------


def count(text, format):
    """How many findings were printed."""
    if format == "json":
        return len(json.loads(text))
    if format == "sarif":
        return len(json.loads(text)["runs"][0]["results"])
    return len(re.findall(r"^::(?:error|warning) |^\S+: (?:error|warning)\[", text, re.MULTILINE))


@case
def the_exit_code_is_the_same_in_all(t):
    warning = 'service "b" {\n  cmd = "true"\n  dir = "nowhere"\n}\n'
    for format in FORMATS:
        for text, strict, code, level in ((warning, [], 0, "warning"), (warning, ["--strict"], 4, "error"),
                                          (MISTAKES, [], 4, "error")):
            write(t, text=text)
            result = t.expect_run(code, "validate", "--format", format, *strict)
            check(count(result.out, format) > 0 and level in result.out, f"no {level} in {result}")
            check(not strict or '"warning"' not in re.sub(r'"defaultConfiguration": {[^}]*}', "", result.out), result)


@case
def a_file_that_cannot_be_read_is_a_finding(t):
    (t.dir / "A3sfile.hcl").mkdir()
    for format in FORMATS:
        for path in ("nothing.hcl", "A3sfile.hcl"):
            result = t.expect_run(4, "validate", "--format", format, path)
            same(count(result.out, format), 1, f"number of findings in {result}")
            check("E0201" in result.out and path in result.out, result)
        missing = t.expect_run(4, "validate", "--format", format, cwd=t.base)
        check(missing.out == "" and "A3sfile.hcl" in missing.err, missing)


@case
def what_is_not_listed_is_counted(t):
    flood(t)
    said = {"text": "1080 more are not shown", "json": '"more": 100', "sarif": '"and 100 more"',
            "github": "::notice file=A3sfile.hcl::and 100 more"}
    for format in FORMATS:
        result = t.expect_run(4, "validate", "--format", format)
        check(said[format] in result.out, f"{said[format]!r} is not in {result.out[-300:]}")
        same(count(result.out, format), 20 if format == "text" else 1000, f"number of findings as {format}")


@case
def several_files_are_checked_in_one_run(t):
    write(t)
    write(t, "b.hcl", 'service "b" {\n  cmd = "true"\n}\n')
    result = t.expect_run(4, "validate", "b.hcl", "A3sfile.hcl", "nothing.hcl", "b.hcl")
    same(result.out.count("b.hcl is valid: 1 service\n"), 2, f"valid files in {result}")
    check("A3sfile.hcl:4:3: error" in result.out and "\n\nnothing.hcl: error" in result.out, result)
    t.expect_run(0, "validate", "b.hcl", "b.hcl")
    same(t.expect_run(0, "validate", "-", stdin=b'service "b" { cmd = "true" }').out, "<stdin> is valid: 1 service\n", "stdin")
    check("not both" in t.expect_run(2, "validate", "-f", "b.hcl", "b.hcl").err, "-f and a file")


@case
def compile_has_the_formats_too(t):
    write(t)
    for format in FORMATS:
        result = t.expect_run(4, "compile", "--format", format)
        text, other = (result.err, result.out) if format == "text" else (result.out, result.err)
        check(count(text, format) >= 5 and other == "", result)
    write(t, text='service "b" {\n  cmd = "true"\n}\n')
    same(read(t, 0, "compile", "--format", "json"), [], "of a valid file")
    check((t.dir / "plan.bin").exists(), "no plan")
    is_sarif(read(t, 0, "compile", "--format", "sarif"))
    check("text, json, sarif or github" in t.expect_run(0, "compile", "--help").out, "the help does not name the formats")
    t.expect_run(2, "validate", "--format", "xml")
