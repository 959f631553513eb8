"""The second way to shut a learner's code in: a container of Docker or Podman.

For macOS, and wherever bubblewrap may not run. The same worker, the same protocol and the same
limits. The image holds Python and the packages (the stage "sandbox" of the course's Dockerfile) and
nothing of the course: what a worker may read is shown to it, as bubblewrap shows it. The image is
built when it is first needed. Not tried on a machine with an engine: the tests look at the command
line alone.
"""

import functools
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

IMAGE = "nncourse-sandbox"
ENGINES = ("docker", "podman")
PATIENCE = 20  # seconds for a question to the engine
BUILDING = 1800  # seconds to build the image


@functools.cache
def engine():
    """The path of docker or podman, whichever answers first; None where neither does."""
    for name in ENGINES:
        found = shutil.which(name)
        if found and answers(found, "info"):
            return found
    return None


def answers(*words):
    try:
        done = subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@functools.cache
def why_not(build=True):
    """A sentence when no container can be started, else ""; a missing image is built first.

    build=False: a missing image is a reason too, and nothing is built.
    """
    from nncourse.grading import sandbox

    if os.name != "posix":
        return "Windows: install WSL 2, and grade in its Linux."
    if engine() is None:
        return "No container either: neither Docker nor Podman is installed and running."
    if answers(engine(), "image", "inspect", image()):
        return ""
    if not build:
        return (
            f"{Path(engine()).stem} runs here: when you first grade, it makes an image to shut a "
            "learner's code in, which takes some minutes and a network."
        )
    dockerfile = sandbox.ROOT / "Dockerfile"
    if not dockerfile.is_file():
        return f"The container's image {image()} is not there, and no Dockerfile to build it from."
    words = [engine(), "build", "--target", "sandbox", "--tag", image(), str(sandbox.ROOT)]
    try:
        done = subprocess.run(words, capture_output=True, timeout=BUILDING, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"The container's image could not be built: {error}."
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return f"The container's image could not be built: {' '.join(said)}"
    return ""


def image():
    """The image's name: another one for each version of the course."""
    import nnlib

    return f"{IMAGE}:{nnlib.__version__}"


def command(limits, name, labels):
    """The command line of the worker in its container; labels: a file with the masked ones."""
    from nncourse.grading import sandbox

    words = [engine(), "run", "--rm", "--interactive", "--name", name, "--network", "none"]
    words += ["--read-only", "--user", "65534:65534", "--cap-drop", "ALL", "--hostname", "sandbox"]
    words += ["--security-opt", "no-new-privileges", "--ipc", "private", "--init"]
    words += ["--memory", str(limits.memory), "--memory-swap", str(limits.memory), "--cpus", "1"]
    words += ["--pids-limit", str(limits.processes), "--shm-size", str(limits.file)]
    words += ["--ulimit", f"nofile={limits.files}", "--ulimit", f"fsize={limits.file}"]
    words += ["--ulimit", "core=0", "--stop-timeout", "1", "--log-driver", "none"]
    words += ["--tmpfs", f"/tmp:rw,nosuid,nodev,mode=1777,size={limits.file}"]
    words += ["--tmpfs", f"{sandbox.FONTS}:rw,mode=1777,size=1000000", "--workdir", "/tmp"]
    for path, inside in sandbox.shown_of_course():
        words += ["--mount", mounted(path, inside)]
    words += ["--mount", mounted(labels, f"/course/nnlib/datasets/files/{sandbox.LABELS}")]
    for variable, value in sandbox.ENVIRONMENT.items():
        words += ["--env", f"{variable}={value}"]
    # the worker ends with its time, also when nobody is left to end it
    words += [image(), "timeout", "-s", "KILL", str(int(limits.total + limits.start)), "python"]
    return [
        *words,
        "-E",
        "-s",
        "-B",
        "-c",
        sandbox.START.format(folder="/course/worker"),
        "/course",
    ]


def mounted(path, inside):
    """The words of --mount; a comma or a quote in a path would end them."""
    if any(sign in str(path) for sign in ',"'):
        raise OSError(f"a container cannot be shown {path}: rename the folder without , and quotes")
    return f"type=bind,source={path},target={inside},readonly"


def start(limits):
    """The process of the engine's client; its pipes lead to the worker."""
    name = f"nncourse-{os.getpid()}-{secrets.token_hex(6)}"
    process = subprocess.Popen(
        command(limits, name, labels_file()),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    process.container = name
    return process


@functools.cache
def labels_file():
    """A file with the labels as the worker may see them; it stays for the next run."""
    from nncourse.grading import sandbox

    path = Path(tempfile.mkdtemp(prefix="nncourse-")) / sandbox.LABELS
    path.write_bytes(sandbox.masked_labels())
    path.chmod(0o444)
    path.parent.chmod(0o755)
    return str(path)


def end(process):
    """End the container itself: the client alone would leave it running."""
    answers(engine(), "rm", "--force", process.container)
