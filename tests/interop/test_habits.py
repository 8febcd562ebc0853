"""Small scripts, each with a habit of Python: a draft that says nothing else prints and writes what CPython does.

`translate/habits.txt` has the scripts, each after a line with what becomes of it:

- `same`: the draft does the same;
- `ordered`: it does the same in the order of sorted keys, and says so at the line;
- `left`: a line is left to a person;
- `stops`: the draft ends with an error where CPython goes on.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

SCRIPTS = pathlib.Path(__file__).parent / "translate" / "habits.txt"
PARTS = re.split(r"^# --- (\w+)\n", SCRIPTS.read_text(), flags=re.MULTILINE)[1:]
CASES = list(zip(PARTS[::2], PARTS[1::2]))


def run_in(folder, *command):
    # A zone in which the local time is never that of UTC.
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "TZ": "America/New_York"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def result_of(run, folder):
    """What a run printed, its exit code, and the files that it left."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix not in (".py", ".rhai")}
    return run.stdout, run.returncode, files


def outcome_of(python):
    with tempfile.TemporaryDirectory() as theirs, tempfile.TemporaryDirectory() as ours:
        theirs, ours = pathlib.Path(theirs), pathlib.Path(ours)
        (theirs / "script.py").write_text(python)
        (ours / "script.py").write_text(python)
        translated = run_in(ours, os.environ["UMAPI_BINARY"], "translate", "script.py")
        if translated.returncode == 10:
            return "left", translated.stdout
        (ours / "draft.rhai").write_text(translated.stdout)
        expected = result_of(run_in(theirs, sys.executable, "script.py"), theirs)
        drafted = run_in(ours, os.environ["UMAPI_BINARY"], "--quiet", "--sandbox", "draft.rhai")
        if result_of(drafted, ours) == expected:
            return "same", translated.stdout
        if "keys in alphabetical order" in translated.stdout and "alphabetical" in translated.stderr:
            return "ordered", translated.stdout
        stopped = drafted.returncode not in (0, expected[1])
        return ("stops" if stopped else "silent difference"), f"{expected}\n{drafted.stdout}\n{translated.stdout}"


class Habits(unittest.TestCase):
    def test_each_draft_does_what_is_said_of_it(self):
        self.assertGreater(len(CASES), 300)
        with ThreadPoolExecutor(4) as pool:
            outcomes = pool.map(outcome_of, [python for _, python in CASES])
            for (expected, python), (outcome, details) in zip(CASES, outcomes):
                with self.subTest(python):
                    if outcome != expected:  # An hour may have ended between the two runs.
                        outcome, details = outcome_of(python)
                    self.assertEqual(outcome, expected, details)


if __name__ == "__main__":
    unittest.main()
