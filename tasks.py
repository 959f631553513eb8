"""Everything that is done with the course from a terminal: python tasks.py TASK, or make TASK.

The first time, a task makes an environment of its own in the folder .venv and installs there what
it needs, and no more. What it needs are lists of packages in requirements/.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
RECORD = VENV / "installed.json"  # {list of packages: its fingerprint when it was installed}
PYTHON = (3, 11)  # the oldest that will do
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"  # PyTorch for Linux without graphics cards
EVERYTHING = ("learn", "torch", "build", "test", "site")  # the lists of requirements.txt
UV = ("uv==0.13.9",)  # what tests/wheels.py calls
FIRST_LESSON = "lessons/00_start_here.ipynb"

TASKS = {}  # name: (function, the lists of packages that it needs)


def task(*needs):
    """Make a function a task; its docstring is what `python tasks.py` says about it."""

    def register(function):
        TASKS[function.__name__] = function, needs
        return function

    return register


# ------------------------------------------------------------------------------- for learners
@task("learn")
def lab(python, arguments):
    """open the course in JupyterLab; the first time it fetches about 90 MB"""
    run(python, "nncourse", "my")  # the learner's own copies; it says what is new
    opened = [name for name in (f"my/{FIRST_LESSON}", FIRST_LESSON) if (HERE / name).is_file()]
    if not opened:
        return run(python, "nncourse", "doctor")  # it says how to get lessons back
    # the folder, for a learner's own settings may name another; -P: a learner's random.py here
    # must not hide Python's own
    folder = ("--ServerApp.root_dir=.", f"--LabApp.default_url=/lab/tree/{opened[0]}")
    code = run(python, "jupyterlab", *folder, *arguments, options=["-P"], environment=home())
    if code and hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in arguments:
        return stop(
            "You are root. JupyterLab starts for root when it is told to: "
            "make lab ARGS=--allow-root (or python3 tasks.py lab --allow-root)",
            code,
        )
    return code


@task("learn", "torch")
def torch(python, arguments):
    """install PyTorch, for lessons 13, 15 and 16: about 200 MB"""
    return run(python, "nncourse", "doctor", *arguments)


@task("learn")
def doctor(python, arguments):
    """say what is missing or broken, and what to do about it"""
    return run(python, "nncourse", "doctor", *arguments)


@task("learn")
def grade(python, arguments):
    """grade a folder of submissions: python tasks.py grade FOLDER"""
    if not arguments:
        return stop("Say which folder: python tasks.py grade submissions", 2)
    return run(python, "nncourse", "grade", *arguments)


# ---------------------------------------------------------------------------- for contributors
@task(*EVERYTHING)
def test(python, arguments):
    """run every test, the notebooks and the browser included"""
    tests = ("tests", "bench", "--nbval", "lessons", "solutions", "--every-notebook")
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    # in the order of tests/conftest.py
    shared = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "-q")
    return run(python, "pytest", *tests, *shared, *arguments, environment=threads)


@task("test")
def lint(python, arguments):
    """check style, and that no secret lies in a file"""
    checks = [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("tests.secret_scan",)]
    codes = [run(python, *check, *arguments) for check in checks]
    codes.append(run(python, "tests.javascript_lint"))
    return max(codes)


@task(*EVERYTHING)
def bench(python, arguments):
    """time nnlib against PyTorch, the lessons and the explorers; writes bench.json"""
    commands = (["bench", *arguments], ["bench.lessons"], ["bench.explorers"])
    return max(run(python, *command) for command in commands)


@task(*EVERYTHING)
def lessons(python, arguments):
    """run every lesson and store its outputs"""
    files = sorted(str(path.relative_to(HERE)) for path in HERE.glob("lessons/[0-9]*.ipynb"))
    return run(python, "nncourse.authoring.notebooks", *arguments, *files)


@task(*EVERYTHING)
def exercises(python, arguments):
    """make exercises/ from solutions/; with --run the solutions run first"""
    return run(python, "nncourse", "release", *arguments)


@task("learn", "site")
def site(python, arguments):
    """the course as a website, in docs/_build/html; REPOSITORY=owner/name adds links"""
    strict = ("-q", "-E", "-W", "--keep-going", "-b", "html")
    folders = ("-c", "docs", "-d", "docs/_build/doctrees", ".", "docs/_build/html")
    return run(python, "sphinx", *strict, *folders, *arguments)


@task("learn")
def lite(python, arguments):
    """the course for a browser tab, with nothing installed, in docs/_build/html/live"""
    return run(beside_with("lite", "lite", "build"), "lite", *arguments)


# ------------------------------------------------------------- checks that take long or a network
@task("learn")
def audit(python, arguments):
    """does a package have a known vulnerability? needs the network"""
    beside = environment_beside("audit", *UV, "pip-audit==2.10.1")
    return run(beside, "tests.audit", *arguments)


@task("learn")
def wheels(python, arguments):
    """is there a wheel of every package for each Python and system? needs the network"""
    beside = environment_beside("wheels", *UV)
    return run(beside, "tests.wheels", *arguments)


@task(*EVERYTHING)
def places(python, arguments):
    """clone the course to odd folders, and work there"""
    return run(python, "tests.places", *arguments)


@task("learn", "test")
def tab(python, arguments):
    """the course as a browser tab runs it, in Chromium: minutes, and needs the network"""
    return run(beside_with("tab", "lite", "build", "tab"), "tests.tab", *arguments)


@task(*EVERYTHING)
def nbgrader(python, arguments):
    """does nbgrader accept the solutions? it gets an environment of its own"""
    return run(python, "tests.nncourse.nbgrader_accepts", *arguments)


@task(*EVERYTHING)
def oldest(python, arguments):
    """the tests with the oldest packages that pyproject.toml allows"""
    return run(python, "tests.oldest", *arguments)


# ---------------------------------------------------------------------------------- the machinery
def main(words):
    """python tasks.py [--here] TASK ...: --here uses this Python as it is, and installs nothing."""
    here = words[:1] == ["--here"]
    name, *arguments = words[here:] or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in TASKS:
        return stop(f"There is no task {name!r}.\n\n{usage()}", 2)
    function, needs = TASKS[name]
    try:
        python = Path(sys.executable) if here else ready(needs)
        return function(python, arguments)
    except KeyboardInterrupt:
        return stop("\nStopped. The same command goes on from here.", 130)
    except OSError as error:  # a full disk, a folder that is closed
        return stop(f"{name} stopped: {error}")


def usage():
    lines = [f"  {name:<10} {function.__doc__}" for name, (function, _) in TASKS.items()]
    return "\n".join([main.__doc__, "", *lines])


def run(python, module, *arguments, options=(), environment=()):
    """python -m module ..., in the course's folder: its exit code."""
    command = [str(python), *options, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **dict(environment)})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C reached it too: JupyterLab asks whether to stop
            continue


def home():
    """For JupyterLab, which keeps its settings at home: a home of its own where that is closed."""
    if os.access(os.path.expanduser("~"), os.W_OK):
        return {}
    own = VENV / "home"
    own.mkdir(exist_ok=True)
    print(f"Your home folder cannot be written to. JupyterLab keeps its settings in {own}.")
    return {"HOME": str(own)}


def stop(sentence, code=1):
    print(sentence, file=sys.stderr)
    return code


def ready(needs):
    """The interpreter in .venv, with these lists of packages installed; else this ends."""
    # two name packages of another Python; and what pip did not compile is to be compiled but once
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    python = interpreter(VENV)
    wanted = {name: fingerprint(name) for name in (*needs, "course")}
    if not (installed(wanted) and version_of(python)):
        with one_at_a_time():
            bring_up_to_date(python, needs, wanted)
    say_which(version_of(python))
    return python


def bring_up_to_date(python, needs, wanted):
    """Install what is not there, or not as wanted; ends when the course cannot run after it."""
    if not version_of(python):
        make_environment(VENV)
    if installed(wanted):  # by another terminal, while this one waited
        return
    whole = all(name in read_json(RECORD) for name in wanted)  # it works, and is only out of date
    if install(python, needs, patient=not whole):
        record = {**read_json(RECORD), **wanted}
        RECORD.write_text(json.dumps(record, indent=1), encoding="utf-8")
    elif whole:
        print(
            "The packages could not be brought up to date: see above. Without a network that is no "
            "harm; this goes on with those that are installed.",
            file=sys.stderr,
        )
    else:
        sys.exit(unfinished())


def installed(wanted):
    record = read_json(RECORD)
    return all(record.get(name) == mark for name, mark in wanted.items())


def version_of(python):
    """(3, 11, 7) for an interpreter that starts, has pip and is new enough; else None.

    An environment that was cut short has no pip, and neither has one whose Python was replaced.
    """
    ask = "import importlib.util as u, sys; print(*sys.version_info[:3], bool(u.find_spec('pip')))"
    try:
        answer = subprocess.check_output([str(python), "-c", ask], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    *numbers, pip = answer.split()
    version = tuple(map(int, numbers))
    return version if pip == b"True" and version >= PYTHON else None


def say_which(version):
    """.venv keeps the Python that it was made with, whichever runs this."""
    if version and version[:2] != sys.version_info[:2]:
        print(
            f"This runs in .venv, with Python {'.'.join(map(str, version))}. "
            f"For Python {platform.python_version()} delete the folder .venv first.",
            file=sys.stderr,
        )


@contextlib.contextmanager
def one_at_a_time():
    """Two terminals that install at once would spoil it: the second one waits."""
    if not os.access(HERE, os.W_OK):
        sys.exit(
            f"Nothing can be written into {HERE}, and the course keeps its packages there, in the "
            "folder .venv. Copy the course to a folder of your own, and start it there."
        )
    files = by_its_file("nncourse/files.py")
    with open(HERE / ".venv.lock", "w", encoding="utf-8") as file:
        waits = False
        while not files.take_lock(file):
            if not waits:
                print("Another terminal is installing. This one waits until it is done.")
            waits = True
            time.sleep(1)
        try:
            yield
        finally:
            files.release_lock(file)


def unfinished():
    """What to say when packages could not be installed."""
    said = (
        "Not everything could be installed: see above. That needs a network, and room on the disk. "
        "The same command tries again."
    )
    free = shutil.disk_usage(HERE).free / 1e6
    return said if free > 500 else f"{said} Only {free:.0f} MB are free on the disk."


def by_its_file(name):
    """A module of the course, without its package: that needs NumPy, and there is none yet."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, HERE / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def interpreter(folder):
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lists(needs):
    return [HERE / "requirements" / f"{name}.txt" for name in needs]


def fingerprint(name):
    """What must be the same for an installed list to be up to date."""
    if name == "course":  # it is installed as this folder: a copy elsewhere is another one
        text = str(HERE) + (HERE / "pyproject.toml").read_text(encoding="utf-8")
    else:
        text = lists([name])[0].read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_environment(folder):
    """python -m venv, by this Python if it is new enough; what was there before goes."""
    if sys.version_info < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        sys.exit(
            f"The course needs Python {wanted} or newer, and this is {platform.python_version()}. "
            "Name a newer one: make lab PYTHON=python3.13 (or python3.13 tasks.py lab; on Windows "
            "py -3.13 tasks.py lab). There are installers on python.org."
        )
    again = "again, for the one that is there does not work " if folder.exists() else ""
    print(f"Making .venv {again}with Python {platform.python_version()} ...", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(folder)]):
        sys.exit(f"{sys.executable} could not make the folder {folder}: see above.")
    # JupyterLab begins with the lesson, not with a question about news
    off = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    config = folder / "etc" / "jupyter" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps(off), encoding="utf-8")


def install(python, needs, patient):
    """pip install: True if that worked. patient: try again when the network is slow."""
    options = ["--progress-bar", "off", "--disable-pip-version-check", "--no-compile", "--no-user"]
    if not patient:
        options += ["--retries", "1", "--timeout", "10"]
    if "torch" in needs:
        options += cpu_wheels()
    for name in needs:
        options += ["-r", f"requirements/{name}.txt"]
    what = ", ".join(f"{name}.txt" for name in needs)
    print(f"Installing requirements/ ({what}); that takes a minute or more ...", flush=True)
    began = time.monotonic()
    code, fetched = pip(python, "install", *options, "-e", ".")  # HERE: pip would read a [ in it
    if code == 0:
        seconds = time.monotonic() - began
        print(f"Installed: {fetched / 1e6:.0f} MB were fetched, {seconds:.0f} s.", flush=True)
    return code == 0


def pip(python, *arguments):
    """python -m pip ...: (exit code, bytes that it fetched); what it says goes to stderr alone."""
    command = [str(python), "-P", "-m", "pip", *arguments]
    fetched, shows = 0, sys.stdout.isatty()
    with subprocess.Popen(
        command, cwd=HERE, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout:
            fetched += size_of_download(line)
            if shows:
                print(f"\r{fetched / 1e6:6.0f} MB ", end="", flush=True)
    if shows:
        print("\r" + " " * 10 + "\r", end="")
    return process.returncode, fetched


def size_of_download(line):
    """Bytes, by a line of pip: "  Downloading numpy-2.4.6-cp311-manylinux.whl (16.9 MB)".

    Where an index is a folder, pip says "Processing /index/numpy-2.4.6-cp311-manylinux.whl".
    """
    found = re.match(r"\s*Downloading .*\(([\d.]+) (bytes|kB|MB|GB)\)", line)
    if found:
        return float(found[1]) * {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[found[2]]
    local = re.match(r"Processing (.*\.whl)$", line.strip())
    return os.path.getsize(local[1]) if local and os.path.isfile(local[1]) else 0


def cpu_wheels():
    """On Linux pip would fetch gigabytes for graphics cards: the options that spare them."""
    if not sys.platform.startswith("linux"):
        return []
    import http.client
    import urllib.request

    try:
        urllib.request.urlopen(f"{CPU_WHEELS}/torch/", timeout=10).close()
    except (OSError, ValueError, http.client.HTTPException):  # ValueError: an odd proxy is set
        print(
            f"{CPU_WHEELS} cannot be reached: PyTorch comes from the usual place, where it can be "
            "2 GB larger, for graphics cards."
        )
        return []
    return ["--extra-index-url", CPU_WHEELS]


def environment_beside(name, *packages, shared=False):
    """The interpreter of .venv/NAME, an environment with these packages; shared: and .venv's."""
    python = interpreter(VENV / name)
    done = VENV / name / "packages.txt"
    text = "\n".join(packages)
    if not (done.is_file() and done.read_text(encoding="utf-8") == text and version_of(python)):
        base = str(interpreter(VENV))
        if subprocess.call([base, "-m", "venv", "--clear", str(VENV / name)]):
            sys.exit(unfinished())
        if shared:
            where = "import sysconfig; print(sysconfig.get_path('purelib'))"
            theirs, own = (
                subprocess.check_output([p, "-c", where], text=True) for p in (base, python)
            )
            Path(own.strip(), "course.pth").write_text(theirs, encoding="utf-8")
        if subprocess.call([str(python), "-P", "-m", "pip", "install", "-q", *packages]):
            sys.exit(unfinished())
        done.write_text(text, encoding="utf-8")
    return python


def beside_with(name, *needs):
    """The interpreter of .venv/NAME, which sees the packages of .venv and has these lists besides.

    What make lite needs stays out of .venv itself: JupyterLab would load it, and complain.
    """
    texts = [path.read_text(encoding="utf-8") for path in lists(needs)]
    pins = [line.split("#")[0].strip() for text in texts for line in text.splitlines()]
    return environment_beside(name, *filter(None, pins), shared=True)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
