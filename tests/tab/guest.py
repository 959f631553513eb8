"""Runs inside CPython for WebAssembly: the cells of a lesson, or the verdicts of its exercises.

Called as guest.py lesson NN FILE or guest.py verdicts NN FILE; FILE gets one JSON text.
"""

import inspect
import json
import os
import sys
import tempfile
import types
from pathlib import Path

COURSE = Path("/course")


def stand_ins():
    """What IPython imports and WebAssembly has not; nothing of it is used in a lesson."""
    for name in ("termios", "tty", "pty", "pexpect"):
        sys.modules[name] = types.ModuleType(name)


def cells_of(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            yield cell, source if isinstance(source, str) else "".join(source)


def lesson(number):
    """[[cell id, [what it printed or showed as text], error or None], ...]"""
    stand_ins()
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    (path,) = (COURSE / "lessons").glob(f"{number}_*.ipynb")
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False  # no file; what a cell's last ";" means is known from it
    shell.colors = "nocolor"
    ran = []
    for cell, source in cells_of(json.loads(path.read_text(encoding="utf-8"))):
        with capture_output() as caught:
            result = shell.run_cell(source, store_history=True)
        error = result.error_in_exec or result.error_before_exec
        texts = [caught.stdout] if caught.stdout else []
        texts += [
            shown.data["text/plain"] for shown in caught.outputs if "text/plain" in shown.data
        ]
        ran.append([cell["id"], texts, f"{type(error).__name__}: {error}" if error else None])
    return ran


def verdicts(number):
    """{"05.2 reference, seed 0": [points, right, the mistake by name], ...}: check()'s verdicts."""
    from nncourse import exercises
    from nncourse.learner.check import Report, Run

    found = {}
    for exercise in exercises.lesson(number).EXERCISES:
        answers = {"reference": exercise.reference}
        answers |= {f"alternative {n}": f for n, f in enumerate(exercise.alternatives, 1)}
        answers |= {mistake.name: mistake.wrong for mistake in exercise.misconceptions}
        for name, answer in answers.items():
            answer = answer() if exercise.is_value else answer
            for seed in (0, 1):
                verdict = Report(exercise, Run(exercise, answer, seed)).verdict
                mistake = verdict and verdict.misconception and verdict.misconception.name
                told = [verdict and verdict.points, verdict and verdict.right, mistake]
                found[f"{exercise.id} {name}, seed {seed}"] = told
    return found


def kept(number):
    """What check() itself does: {id: [right, why it could not be stored, stored points]}, and
    whether it ends what never ends."""
    place = Path(tempfile.gettempdir(), "progress.json")
    os.environ["NNLIB_PROGRESS"] = str(place)
    from nncourse import check, exercises
    from nncourse.learner import progress

    def endless(*_):
        while True:
            pass

    found = {}
    for exercise in exercises.lesson(number).EXERCISES:
        report = check(
            exercise.id, exercise.reference() if exercise.is_value else exercise.reference
        )
        points = progress.read(place)[0].get(exercise.id, {}).get("points")
        found[exercise.id] = [report.right, report.unsaved, points]
        if not exercise.is_value and exercise.driver is None:
            endless.__signature__ = inspect.signature(exercise.reference)
            found["endless"] = "it was stopped" in check(exercise.id, endless).text
    return found


if __name__ == "__main__":
    what, number, out = sys.argv[1:4]
    done = {"lesson": lesson, "verdicts": verdicts, "kept": kept}[what](number)
    Path(out).write_text(json.dumps(done), encoding="utf-8")
