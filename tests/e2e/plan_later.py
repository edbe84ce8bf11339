#!/usr/bin/env python3
"""What a plan needs and does not hold: a variable that is missing, a file that is, and no value shown.

usage: plan_later.py A3S PLAN_LATER PLAN_RUNNER
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SECRET = "hunter2"


class Place:
    def __init__(self, a3s, writer, folder):
        self.a3s, self.folder, self.plan = a3s, pathlib.Path(folder), pathlib.Path(folder, "plan.bin")
        subprocess.run([writer, self.plan], check=True, timeout=60)
        assert SECRET.encode() not in self.plan.read_bytes()

    def run(self, *command, **variables):
        env = {name: value for name, value in os.environ.items() if name != "A3S_TEST_SECRET"}
        env.update(variables, XDG_RUNTIME_DIR=str(self.folder))
        return subprocess.run(command, env=env, timeout=60, capture_output=True, text=True)

    def run_plan(self, **variables):
        return self.run(self.a3s, "run", self.plan, **variables)


def a_missing_variable_stops_it(place, runner):
    place.folder.joinpath("secrets.env").write_text("FROM_FILE='in the file'\n")
    for done in place.run_plan(), place.run(runner, place.plan, place.folder):
        assert done.returncode == 4, done
        assert done.stdout == "", done.stdout
        first = done.stderr.splitlines()[0]
        assert first.startswith("A3sfile.hcl:7:11: error:") and '"A3S_TEST_SECRET" is not set' in first, done.stderr


def values_are_given_and_not_shown(place):
    done = place.run_plan(A3S_TEST_SECRET=SECRET, EXPECTED=SECRET)
    assert done.returncode == 0 and "all is as it should be" in done.stdout, done
    shown = place.run(place.a3s, "plan", "show", place.plan, A3S_TEST_SECRET=SECRET)
    assert '"secret is ${env("A3S_TEST_SECRET")}"' in shown.stdout, shown
    for text in done.stdout, done.stderr, shown.stdout:
        assert SECRET not in text, text


def a_bad_file_stops_the_service(place):
    for text, reason in ((None, "secrets.env: there is no such file"),
                         (f"FROM_FILE=1\n{SECRET}\n", "secrets.env:2: a name is followed by =")):
        file = place.folder.joinpath("secrets.env")
        file.unlink(missing_ok=True)
        if text:
            file.write_text(text)
        done = place.run_plan(A3S_TEST_SECRET=SECRET, EXPECTED=SECRET)
        said = done.stdout + done.stderr
        assert done.returncode == 1, done
        assert reason in said and "(env_file at A3sfile.hcl:8:14)" in said, said
        assert said.count("task: failed: secrets.env") == 1, f"told or tried more than once: {said}"
        assert SECRET not in said, said


def main(a3s, writer, runner):
    with tempfile.TemporaryDirectory(prefix="a3s-later-") as folder:
        place = Place(a3s, writer, folder)
        a_missing_variable_stops_it(place, runner)
        values_are_given_and_not_shown(place)
        a_bad_file_stops_the_service(place)


main(*map(os.path.abspath, sys.argv[1:]))
