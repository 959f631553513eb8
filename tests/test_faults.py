"""Everything that goes wrong on the way: each ends with a sentence, and no work is lost.

SEES says which sentence, for whatever saves a file.
"""

import ast
import contextlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nncourse import preflight
from nncourse.__main__ import main as nnlib_main
from tests.faults import WRITERS, forever, killed_jupyterlab
from tests.nncourse.grading.needs import needs_bubblewrap

ROOT = Path(__file__).parents[1]
WRITTEN_NOW = shutil.ignore_patterns("__pycache__")  # by other processes of the test run


FULL = "No space left on device"
CLOSED = "Permission denied"
STORED = "Your points could not be stored in progress.json: {}. Only that is lost."
ROOM = f"could not be saved: {FULL}. Make room on the disk, and try again."
WRITABLE = (
    f"could not be saved: {CLOSED}. Make it and its folder writable, or copy the course to a "
    "folder of your own."
)
SOME = "Some reports are of this run and some of the one before. No mark is lost: run the same"
SEES = {  # who saves: what the person sees of a full disk, and of a folder that is read-only
    "points": (STORED.format(FULL), STORED.format(CLOSED)),
    "report": (f"{ROOM} {SOME}", f"{WRITABLE} {SOME}"),
    "weights": (FULL, CLOSED),
    "JupyterLab": (FULL, CLOSED),
    "others": (f"{ROOM} Nothing was changed.", f"{WRITABLE} Nothing was changed."),
}


# --- while something is saved -----------------------------------------------------------------


def no_privileges():
    """In a child of root: permissions hold for it as for anybody, after the next exec."""
    import ctypes

    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def as_anybody():
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"preexec_fn": no_privileges} if root else {}


def tried(*command, **how):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **how)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def sees(writer):
    return SEES.get(writer, SEES["others"])


@needs_bubblewrap
def test_a_full_disk(tmp_path):
    small = [shutil.which("bwrap"), "--dev-bind", "/", "/", "--size", "600000", "--tmpfs", tmp_path]
    seen = tried(*small, sys.executable, "-m", "tests.faults", "full_disk", tmp_path)
    for writer, found in seen.items():
        assert sees(writer)[0] in found["said"]
        assert found["kept"] == 1, f"{writer}: the old file is whole"
        assert found["then"] == 2, f"{writer}: when there is room, saving works again"
        if writer != "JupyterLab":  # it leaves the half copy that it saves over later
            assert set(found["files"]) <= {WRITERS[writer].name, "progress.json.lock", "filler"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_read_only_folder(tmp_path):
    command = [sys.executable, "-m", "tests.faults", "read_only", tmp_path]
    for writer, found in tried(*command, **as_anybody()).items():
        assert sees(writer)[1] in found["said"]
        assert (found["kept"], found["then"]) == (1, 2), writer
        name = WRITERS[writer].name
        assert set(found["files"]) <= {name, "progress.json.lock", ".ipynb_checkpoints"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_the_doctor_in_a_read_only_folder(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o555)
    done = nnlib("doctor", cwd=tmp_path / "closed", **as_anybody())
    assert done.returncode == 1
    words = (
        "this folder can be written to: no, Permission denied. Copy the course to a folder of your "
    )
    assert f"{words}own, or make this one writable: {tmp_path / 'closed'}" in done.stdout


def nnlib(*arguments, **how):
    how = {"env": os.environ | {"PYTHONPATH": str(ROOT)}} | how
    command = [sys.executable, "-m", "nncourse", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **how)


# a process that has imported all it needs, and forks one for each that is to be killed
HERE = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
HERE.set_forkserver_preload(["tests.faults", "jupyter_server.services.contents.largefilemanager"])


def killed_while_saving(writer, path, moment):
    """Start saving version after version, kill the process, return the last one that it told.

    moment: how many seconds to wait, or "half" to wait for half a file, or a file beside it.
    """
    told, tells = HERE.Pipe(duplex=False)
    process = HERE.Process(target=forever, args=(writer, path, tells))
    process.start()
    tells.close()
    versions = [told.recv() for _ in range(3)]
    if moment == "half":
        wait_for_half(path)
    else:
        time.sleep(moment)
    process.kill()
    process.join()
    with told, contextlib.suppress(EOFError):
        while True:
            versions.append(told.recv())
    return versions[-1]


def wait_for_half(path):
    """Until a save can be seen: the file is shorter, or a temporary one lies beside it."""
    known, whole = set(os.listdir(path.parent)), path.stat().st_size
    end = time.monotonic() + 20
    while time.monotonic() < end:
        now = set(os.listdir(path.parent))
        if now - known or path.stat().st_size < whole - 1000:
            return
        known &= now  # what goes and comes again is temporary


@pytest.mark.parametrize("writer", WRITERS)
def test_a_kill_while_saving(writer, tmp_path):
    path = tmp_path / WRITERS[writer].name
    for moment in ("half", random.Random(writer).uniform(0, 0.1)):
        path.unlink(missing_ok=True)
        told = killed_while_saving(writer, path, moment)
        assert versions(writer, path) & {told, told + 1}


def versions(writer, path):
    """The versions that can be read: of the file, and of the copy that JupyterLab keeps."""
    found = set()
    copies = [path.with_name(f".~{path.name}")] if writer == "JupyterLab" else []
    for file in [path, *copies]:
        try:
            found.add(WRITERS[writer].read(file))
        except Exception:
            if not copies:
                raise
    return found


def test_what_a_killed_kernel_left_goes_with_the_next_points(tmp_path, monkeypatch):
    writer = WRITERS["points"]
    path = tmp_path / writer.name
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    (tmp_path / ".progress.json.12345.tmp").write_text('{"half of', encoding="utf-8")
    writer.write(path, 1)
    assert {file.name for file in tmp_path.iterdir()} == {"progress.json", "progress.json.lock"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_a_killed_jupyterlab_left_can_be_restored(tmp_path):
    for name in ("nncourse/exercises/lesson_07.py", "solutions/07.ipynb", "exercises/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    from nncourse.learner import doctor

    path = tmp_path / "exercises" / WRITERS["JupyterLab"].name
    process = HERE.Process(target=killed_jupyterlab, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(Exception, match=r"not .*JSON|Unterminated"):
        WRITERS["JupyterLab"].read(path)
    (tmp_path / "solutions" / "07_x.ipynb").touch()
    finding = doctor.notebooks("exercises", tmp_path)
    assert finding.answer == f"no, exercises/{path.name} was cut off or altered"
    words = (
        "JupyterLab was stopped while it saved, and kept what was there before. Restore it with: "
    )
    assert words + preflight.rename("exercises/.~", "")[:-4] in finding.advice
    subprocess.run(finding.advice.partition("with: ")[2], shell=True, cwd=tmp_path, check=True)
    assert WRITERS["JupyterLab"].read(path) == 1
    assert doctor.notebooks("exercises", tmp_path).advice == ""


# --- on the way to lesson 00 ------------------------------------------------------------------


def test_the_doctor_in_half_a_clone(tmp_path):
    """nnlib without a data file and the weights, and no lessons/: as a ZIP file cut off leaves."""
    left_out = shutil.ignore_patterns("__pycache__", "t10k-labels*", "mnist_mlp.npz")
    for package in ("nnlib", "nncourse"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = nnlib("doctor", cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "To restore it, get nnlib again from where you had it." in done.stdout
    assert "mnist_mlp.npz" in done.stdout
    assert re.search(
        r"notebooks in lessons/: no, 00, 01.* missing\. Copy from a fresh ", done.stdout
    )


def test_a_missing_module(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nncourse.authoring.release", None)
    assert nnlib_main(["release"]) == 1
    how = preflight.restore("nncourse/authoring/release")
    assert f"nncourse.authoring.release is missing. {how}"[:-1] in capsys.readouterr().err


# --- Python and packages ----------------------------------------------------------------------

PRETEND = """
import sys
sys.version_info = (3, 9, 1)
sys.argv = {arguments}
import nncourse
"""


@pytest.mark.parametrize("arguments", [["-m", "doctor"], ["-m", "grade", "x"], ["-m"]])
def test_the_course_with_an_old_python(arguments):
    code = PRETEND.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("nnlib needs Python 3.11 or newer, and ")
    assert done.stderr == preflight.too_old((3, 9, 1)) + "\n"
    assert "3.9.1. Install a newer one" in done.stderr
    assert "tasks.py lab" in done.stderr


def test_old_pythons_of_this_computer(tmp_path):
    """The real ones, where there are any: they must get as far as the sentence."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    places += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    names = [f"python3.{minor}" for minor in range(4, preflight.PYTHON[1])]
    pythons = {place / name for place in places for name in names if runs(place / name)}
    # where there is no .venv
    shutil.copytree(ROOT / "nncourse", tmp_path / "nncourse", ignore=WRITTEN_NOW)
    for python in sorted(pythons):
        for command in (["-m", "nncourse", "doctor"], ["-c", "import nncourse"]):
            done = subprocess.run([python, "-B", *command], cwd=tmp_path, capture_output=True)
            last = done.stderr.decode().strip().splitlines()[-1]
            assert "nnlib needs Python 3.11 or newer, and " in last, python


@pytest.mark.parametrize("command", [("progress",), ("grade", "my class"), ("doctor",)])
def test_another_python_than_the_courses_own(tmp_path, command):
    """Such as python3 in place of the one that make lab has filled: here it has no NumPy."""
    shutil.copytree(ROOT / "nncourse", tmp_path / "nncourse", ignore=WRITTEN_NOW)
    own = preflight.own_path(tmp_path)
    Path(own).parent.mkdir(parents=True)
    Path(own).touch()
    words = " ".join(preflight.quoted(word) for word in command)
    bare = [sys.executable, "-S", "-m", "nncourse", *command]
    for folder, named in ((tmp_path, os.path.relpath(own, tmp_path)), (Path(own).parent, own)):
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run(bare, cwd=folder, env=environment, capture_output=True, text=True)
        own_command = f"{preflight.quoted(named)} -m nncourse {words}"
        said = f"The course has a Python of its own. Run: {own_command}\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    code = [sys.executable, "-S", "-c", "import nncourse"]
    done = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: This is {sys.executable}, and the course has a Python")
    assert own in last


@pytest.mark.parametrize("name", ["numpy.py", "random.py", "numpy/__init__.py"])
@pytest.mark.parametrize("command", ["progress", "doctor"])
def test_a_file_that_hides_a_module(tmp_path, name, command):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    done = nnlib(command, cwd=tmp_path)
    assert done.returncode == 1
    first = tmp_path / Path(name).parts[0]
    assert done.stderr.startswith(f"{first} stands in the way of the module ")
    assert done.stderr.endswith(" that Python looks for. Give it another name, then start again.\n")


def runs(python):
    return (
        python.is_file()
        and subprocess.run([python, "-c", "pass"], capture_output=True).returncode == 0
    )


@pytest.mark.parametrize("name", ["__init__.py", "preflight.py"])
def test_what_an_old_python_reads_first_is_old_syntax(name):
    source = (ROOT / "nncourse" / name).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, new)]


def with_numpy(folder, text, *command):
    """Run Python with a numpy.py of this text in place of NumPy."""
    packages = folder / "packages"
    packages.mkdir()
    (packages / "numpy.py").write_text(text, encoding="utf-8")
    paths = os.pathsep.join([str(packages), str(ROOT)])
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )


MISSING = "raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')"


@pytest.mark.parametrize(
    "command", [("-m", "nncourse", "progress"), ("-m", "nncourse.authoring.notebooks")]
)
def test_without_numpy(tmp_path, command):
    done = with_numpy(tmp_path, MISSING, *command)
    assert done.returncode == 1
    assert done.stderr == "NumPy is not installed. Run: " + preflight.install("numpy") + "\n"


def test_with_a_broken_numpy(tmp_path):
    done = with_numpy(tmp_path, "raise ImportError('DLL load failed')", "-c", "import nncourse")
    assert done.stderr.splitlines()[-1].startswith("ImportError: NumPy is broken. Run: ")
    assert "--force-reinstall" in done.stderr


def test_a_command_without_its_package(tmp_path):
    text = "raise ModuleNotFoundError(\"No module named 'nbformat'\", name='nbformat')"
    (tmp_path / "nbformat.py").write_text(text, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = nnlib("release", cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths})
    assert done.returncode == 1
    words = "nbformat is not installed. In the course's folder, run: "
    assert done.stderr.startswith(words + preflight.install_all())
    assert "python -m nncourse doctor" in done.stderr
    assert "Traceback" not in done.stderr
