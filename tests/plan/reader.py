#!/usr/bin/env python3
"""Reads a plan and prints what `a3s plan show --json` prints.

    reader.py PLAN

Written from docs/plan-format.md alone, with nothing of the project: it proves that the page says
enough. It trusts the file; what a reader has to refuse is the verifier's business.
"""
import json
import struct
import sys

NONE = 0xFFFFFFFF
SECRET_WORDS = ("TOKEN", "SECRET", "PASS", "KEY", "AUTH", "DSN", "COOKIE")

# Section: its fields, each as name and struct code. s is a string, t a text, r a range.
RECORDS = {
    "settings": "domain:s log_level:I hold_ms:I proxy_port:H reserved:3H",
    "services": "name:s dir:t env:r env_files:r labels:r deps:r rdeps:r spans:r command:I pre_start:I"
                " post_stop:I probe:I watch:I log:I declared:I flags:I backoff_ms:I max_backoff_ms:I"
                " reset_after_ms:I max_restarts:I stop_timeout_ms:I port:H port_source:B kind:B"
                " restart:B stop_signal:B start:B reserved:B replicas:I",
    "dependencies": "service:I",
    "dependents": "service:I",
    "commands": "line:t argv:r flags:I reserved:I",
    "arguments": "text:t",
    "environment": "name:s value:t flags:I reserved:I",
    "environment files": "path:s flags:I source:I line:I column:I",
    "labels": "text:s",
    "pieces": "kind:I ref:I text:s",
    "lookups": "name:s fallback:s flags:I source:I line:I column:I",
    "probes": "path:t pattern:s command:I service:I interval_ms:I timeout_ms:I start_timeout_ms:I"
              " retries:I port:H status_min:H status_max:H type:B reserved:B",
    "watches": "paths:r ignores:r service:I debounce_ms:I restart:I reserved:I",
    "patterns": "text:s",
    "log files": "file:t max_size:Q keep:I service:I",
    "routes": "host:s service:I reserved:I",
    "ports": "port:I service:I",
    "sources": "path:s size:Q hash:Q",
    "spans": "field:I source:I line:I column:I",
}
SECTIONS = [*RECORDS, "strings"]

LOG_LEVELS = ("trace", "debug", "info", "warn", "error")
KINDS = ("service", "task")
RESTARTS = ("never", "on-failure", "always")
SIGNALS = ("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "KILL")
PROBES = ("http", "tcp", "exec", "log")
FIELDS = ("service", "cmd", "dir", "port", "subdomain", "env", "env_file", "depends_on", "kind",
          "pre_start", "post_stop", "labels", "disabled", "tty", "watch", "health", "restart", "stop", "log", "host")


class Record:
    """One record with its fields as attributes; strings and ranges are pairs of numbers."""

    @staticmethod
    def layout(fields):
        codes = [field.split(":") for field in fields.split()]
        return codes, "<" + "".join("II" if code in "str" else code for _, code in codes)

    @staticmethod
    def size(fields):
        return struct.calcsize(Record.layout(fields)[1])

    def __init__(self, fields, data):
        codes, layout = self.layout(fields)
        numbers = list(struct.unpack(layout, data))
        for name, code in codes:
            if code in "str":
                setattr(self, name, (numbers.pop(0), numbers.pop(0)))
            else:
                for _ in range(int(code[:-1] or 1)):
                    setattr(self, name, numbers.pop(0))


class Plan:
    def __init__(self, data):
        magic, self.version, endian, size, self.hash, count, _ = struct.unpack_from("<8sIIQQII", data)
        assert magic == b"a3s\0plan" and self.version == 3 and endian == 0x0A35C0DE and size == len(data)
        assert count == len(SECTIONS)
        self.records = {}
        for number, section in enumerate(SECTIONS):
            kind, width, offset, records = struct.unpack_from("<IIQQ", data, 40 + 24 * number)
            assert kind == number
            if section == "strings":
                self.blob = data[offset:offset + records]
            else:
                self.records[section] = [Record(RECORDS[section], data[at:at + width])
                                         for at in range(offset, offset + records * width, width)]

    def of(self, section, span):
        return self.records[section][span[0]:span[0] + span[1]]

    def at(self, section, index):
        return None if index == NONE else self.records[section][index]

    def string(self, pair):
        return self.blob[pair[0]:pair[0] + pair[1]].decode()

    def service_name(self, index):
        return self.string(self.records["services"][index].name)


def is_secret(name):
    return any(word in name.upper() for word in SECRET_WORDS)


def hexadecimal(number):
    return f"{number:016x}"


def place(plan, record):
    return {"file": plan.string(plan.records["sources"][record.source].path), "line": record.line,
            "column": record.column}


def fallback(plan, lookup):
    return "***" if is_secret(plan.string(lookup.name)) else plan.string(lookup.fallback)


def piece(plan, record):
    if record.kind == 0:
        return plan.string(record.text)
    if record.kind == 2:
        return {"port": plan.service_name(record.ref)}
    lookup = plan.records["lookups"][record.ref]
    found = {"env": plan.string(lookup.name)}
    if lookup.flags & 1:
        found["default"] = fallback(plan, lookup)
    return found


def text(plan, value):
    pieces = [piece(plan, record) for record in plan.of("pieces", value)]
    if all(isinstance(part, str) for part in pieces):
        return "".join(pieces)
    return pieces


def command(plan, index):
    record = plan.at("commands", index)
    return record and {"cmd": text(plan, record.line), "shell": bool(record.flags & 1),
                       "argv": [text(plan, argument.text) for argument in plan.of("arguments", record.argv)]}


def variable(plan, record):
    """Hidden is what a secret may stand in: all but the bare name of another variable."""
    def is_bare(part):
        return part.kind == 2 or part.kind == 1 and not plan.records["lookups"][part.ref].flags & 1

    pieces = plan.of("pieces", record.value)
    if is_secret(plan.string(record.name)) and not (pieces and all(map(is_bare, pieces))):
        return "***"
    return text(plan, record.value)


def health(plan, index):
    probe = plan.at("probes", index)
    if not probe:
        return None
    target = ({"path": text(plan, probe.path), "status_min": probe.status_min, "status_max": probe.status_max,
               "port": probe.port},
              {"port": probe.port},
              command(plan, probe.command),
              {"pattern": plan.string(probe.pattern)})[probe.type]
    return {"type": PROBES[probe.type], **target, "interval_ms": probe.interval_ms,
            "timeout_ms": probe.timeout_ms, "start_timeout_ms": probe.start_timeout_ms, "retries": probe.retries}


def strings(plan, section, span):
    return [plan.string(record.text) for record in plan.of(section, span)]


def watch(plan, index):
    record = plan.at("watches", index)
    return record and {"paths": strings(plan, "patterns", record.paths),
                       "ignore": strings(plan, "patterns", record.ignores),
                       "debounce_ms": record.debounce_ms, "restart": record.restart == 1}


def log(plan, index):
    record = plan.at("log files", index)
    return record and {"file": text(plan, record.file), "max_size": record.max_size, "keep": record.keep}


def service(plan, s):
    environment = plan.of("environment", s.env)
    return {
        "name": plan.string(s.name),
        "kind": KINDS[s.kind],
        "declared": s.declared,
        "disabled": bool(s.flags & 1),
        "tty": bool(s.flags & 2),
        "sent_host": "upstream" if s.flags & 8 else "client",
        **command(plan, s.command),
        "dir": text(plan, s.dir),
        "pre_start": command(plan, s.pre_start),
        "post_stop": command(plan, s.post_stop),
        "labels": strings(plan, "labels", s.labels),
        "port": s.port if s.port_source else None,
        "env": {plan.string(record.name): variable(plan, record) for record in environment},
        "env_shared": [plan.string(record.name) for record in environment if record.flags & 1],
        "env_files": [{"path": plan.string(record.path), "shared": bool(record.flags & 1),
                       "source": place(plan, record)} for record in plan.of("environment files", s.env_files)],
        "depends_on": [plan.service_name(record.service) for record in plan.of("dependencies", s.deps)],
        "needed_by": [plan.service_name(record.service) for record in plan.of("dependents", s.rdeps)],
        "watch": watch(plan, s.watch),
        "health": health(plan, s.probe),
        "restart": {"policy": RESTARTS[s.restart], "backoff_ms": s.backoff_ms, "max_backoff_ms": s.max_backoff_ms,
                    "reset_after_ms": s.reset_after_ms, "max_restarts": s.max_restarts,
                    "on_unhealthy": bool(s.flags & 4)},
        "stop": {"signal": SIGNALS[s.stop_signal], "timeout_ms": s.stop_timeout_ms},
        "log": log(plan, s.log),
        "source": {FIELDS[record.field]: place(plan, record) for record in plan.of("spans", s.spans)},
    }


def show(plan):
    settings = plan.records["settings"][0]
    return {
        "version": plan.version,
        "hash": hexadecimal(plan.hash),
        "settings": {"domain": plan.string(settings.domain), "proxy_port": settings.proxy_port,
                     "log_level": LOG_LEVELS[settings.log_level], "hold_ms": settings.hold_ms},
        "services": [service(plan, record) for record in plan.records["services"]],
        "routes": [{"host": plan.string(record.host), "service": plan.service_name(record.service)}
                   for record in plan.records["routes"]],
        "lookups": [{"name": plan.string(record.name), "default": fallback(plan, record) if record.flags & 1 else None,
                     "source": place(plan, record)} for record in plan.records["lookups"]],
        "sources": [{"path": plan.string(record.path), "size": record.size, "hash": hexadecimal(record.hash)}
                    for record in plan.records["sources"]],
    }


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(json.dumps(show(Plan(file.read())), indent=2))
