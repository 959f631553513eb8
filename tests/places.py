"""The course in odd folders: python tasks.py places. In each it is cloned, looked at and worked in.

In every place: the doctor, a check, a lesson, and a submission that is graded in the sandbox; as an
ordinary user, and once as root where that is who runs it. The packages are those of this Python.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LESSON = "01_the_neuron.ipynb"
CHECK = """
from nncourse import check, exercises
print(check("01.2", exercises.find("01.2").reference).text)
"""
# a command of root as somebody else: files are the caller's own, and closed ones are closed
ORDINARY = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


def places(base):
    """{name: (folder the course is put into, folder it is used by, how it is put there)}"""
    long = base / "long"
    while len(str(long)) < 190:
        long = long / "and_so_on"[: 199 - len(str(long)) - 1]
    link = base / "link"
    link.symlink_to(base / "behind", target_is_directory=True)
    plain = {
        "below /tmp": base / "course",
        "spaces": base / "my own course",
        "umlauts": base / "Übungen zu Änderungen",
        "a quote": base / 'it\'s a "course"',
        "200 characters": long / "course",
    }
    found = {name: (folder, folder, clone) for name, folder in plain.items()}
    found["a symbolic link"] = (base / "behind" / "course", link / "course", clone)
    found["read-only"] = (base / "closed", base / "closed", clone)
    found["a zip without git"] = (base / "unzipped", base / "unzipped", unzip)
    return found


def clone(folder):
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, folder], check=True)


def unzip(folder):
    """As GitHub's "Download ZIP" gives it."""
    folder.mkdir(parents=True)
    pack = ["git", "-C", ROOT, "archive", "HEAD"]
    with subprocess.Popen(pack, stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-x", "-C", folder], stdin=packed.stdout, check=True)


def ordinary():
    """What stands before a command so that an ordinary user runs it."""
    return ORDINARY if os.geteuid() == 0 else []


def work(course, out, before):
    """Do in this course what a learner and an instructor do; returns complaints."""
    out.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(course),
        "NNLIB_PROGRESS": str(out / "progress.json"),
        "HOME": str(out),
        "TMPDIR": str(out),
        "IPYTHONDIR": str(out / "ipython"),
    }

    def python(*words, wanted):
        command = [*before, sys.executable, *map(str, words)]
        done = subprocess.run(
            command, cwd=course, env=environment, capture_output=True, text=True, timeout=300
        )
        said = done.stdout + done.stderr
        missing = [words for words in wanted if words not in said]
        return [f"{' '.join(command[-4:])} ({done.returncode}):\n{said[-2000:]}"] if missing else []

    submitted = out / "submissions" / "ada" / LESSON
    submitted.parent.mkdir(parents=True)
    text = (course / "exercises" / LESSON).read_text(encoding="utf-8")
    tried = text.replace('    raise NotImplementedError()"', '    return 0"', 1)
    submitted.write_text(tried, encoding="utf-8")
    complaints = python("-m", "nncourse", "doctor", wanted=["for instructors who grade: it starts"])
    complaints += python("-c", CHECK, wanted=["right."])
    grade = ("-m", "nncourse", "grade", out / "submissions", "--out", out / "grades")
    complaints += python(*grade, "--workers", "1", wanted=["1 graded, 0 rejected, 0 failed"])
    copy = shutil.copy(course / "lessons" / LESSON, out)
    complaints += python("-m", "nncourse.authoring.notebooks", copy, wanted=["stored after"])
    return complaints


def main(chosen=()):
    """Prints a line for each place; the exit code is 1 when something failed in one of them."""
    failed = 0
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="places ") as name:
        for number, (place, (folder, used, put)) in enumerate(places(Path(name)).items()):
            if chosen and place not in chosen:
                continue
            folder.parent.mkdir(parents=True, exist_ok=True)
            put(folder)
            if place == "read-only":
                subprocess.run(["chmod", "-R", "a-w", folder], check=True)
            ways = {"as an ordinary user": ordinary()}
            if os.geteuid() == 0 and place == "below /tmp":
                ways["as root"] = []
            for way, before in ways.items():
                out = Path(name) / f"out {number} {way[-4:]}"
                complaints = work(used, out, before)
                print(f"{place}, {way}: {'failed' if complaints else 'all right'}", flush=True)
                print("\n".join(complaints), end="")
                failed += bool(complaints)
            subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
