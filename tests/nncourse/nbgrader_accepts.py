"""Does nbgrader take the solutions as they are? python -m tests.nncourse.nbgrader_accepts

For each solution: validate, generate_assignment, and autograde of the solution and of the untouched
exercise, which have to get all points and none. nbgrader is not in requirements.txt: it would add
its menus to every learner's JupyterLab. So it gets an environment of its own, .venv/nbgrader, that
sees the packages of this one. Installing it the first time needs the network.
"""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

from nncourse import exercises
from nncourse.authoring import release

VERSION = "0.9.6"
FOLDER = Path(sys.prefix) / "nbgrader"
SECONDS = 600


def python():
    """The interpreter of an environment with nbgrader, made if it is missing."""
    inside = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = FOLDER / f"nbgrader-{VERSION}"
    if not done.exists():
        venv.create(FOLDER, with_pip=True, clear=True)
        command = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = Path(run([inside, "-c", command]).strip())
        (packages / "course.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        run([inside, "-m", "pip", "install", "-q", f"nbgrader=={VERSION}", "-e", release.ROOT])
        done.touch()
    return inside


def run(command, folder=None):
    """Run a command; its output. RuntimeError with the end of what it said if it fails."""
    path = str(Path(command[0]).parent) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | {"PATH": path, "NNLIB_PROGRESS": "off"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def complaints(number, folder):
    """What nbgrader does not like about one lesson's solution, as sentences."""
    path = release.solution_path(number)
    config = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n'
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    source = folder / "source" / number / path.name
    source.parent.mkdir(parents=True)
    shutil.copy(path, source)
    nbgrader = [python(), "-m", "nbgrader"]
    if "Success! Your notebook passes all the tests." not in run(
        [*nbgrader, "validate", source], folder
    ):
        yield "validate finds a failing test"
    run([*nbgrader, "generate_assignment", number, "--create"], folder)
    made = folder / "release" / number / path.name
    for name, work in (("right", path), ("untouched", release.ROOT / "exercises" / path.name)):
        submitted = folder / "submitted" / name / number / path.name
        submitted.parent.mkdir(parents=True)
        shutil.copy(work, submitted)
    if "SOLUTION" in made.read_text(encoding="utf-8"):
        yield "a solution is left in the released notebook"
    run([*nbgrader, "autograde", number, "--create"], folder)
    run([*nbgrader, "export"], folder)
    of = sum(exercise.points for exercise in exercises.lesson(number).EXERCISES)
    with (folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    if scores != {"right": of, "untouched": 0}:
        yield f"it gives {scores}, and {of} points and 0 are expected"


def main():
    failed = False
    for number in sys.argv[1:] or exercises.lessons():
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = list(complaints(number, Path(folder)))
            except (RuntimeError, OSError) as error:
                found = [str(error)]
        failed = failed or bool(found)
        print(f"{number}: {'; '.join(found) or 'nbgrader accepts it'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
