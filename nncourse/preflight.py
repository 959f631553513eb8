"""Can nnlib be imported at all? Asked before anything else, so written for any Python, old or new.

An old Python would stop with a SyntaxError somewhere, a missing NumPy with a long traceback.
Here both become one sentence that says what to do.
"""
# ruff: noqa: UP032 (no f-strings in this file, and nothing newer)

import os
import sys

PYTHON = (3, 11)
NAME = "neural-networks-from-one-neuron"  # what pip lists; "nnlib" on PyPI is somebody else's
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# what lessons import, and what a file of the same name beside a notebook would hide
OF_PACKAGES = {"anywidget", "ipywidgets", "matplotlib", "numpy", "torch", "tqdm"}
IN_A_TAB = sys.platform in ("emscripten", "wasi")  # in a browser: no terminal, threads, signals


def passed():
    """True if nnlib can be imported; False if not, and `python -m nncourse doctor` is to say why.

    Any other `python -m nncourse...` ends with a sentence; an import raises it as an ImportError.
    """
    sentence = too_old() or no_numpy()
    if not sentence:
        return True
    # Python's manual: sys.argv[0] is "-m" while the module to run is still being located
    arguments = getattr(sys, "argv", [""])
    reason = own_python(arguments) or too_old() or in_the_way()
    if arguments[0] != "-m":
        raise ImportError(reason or sentence)
    if arguments[1:2] == ["doctor"] and not reason:
        return False
    return sys.exit(reason or sentence)


def too_old(version=sys.version_info, executable=sys.executable):
    """A sentence if this Python is too old, else an empty text."""
    if tuple(version[:2]) >= PYTHON:
        return ""
    return (
        "nnlib needs Python {} or newer, and {} is {}. Install a newer one from python.org, delete "
        "the folder .venv, and start again: {}"
    ).format(dotted(PYTHON), executable, dotted(version[:3]), start_with("3.13"))


def start_with(python):
    """The command that opens the course with a certain Python, such as "3.13"."""
    if os.name == "nt":
        return "py -{} tasks.py lab".format(python)
    return "make lab PYTHON=python{0} (or python{0} tasks.py lab)".format(python)


def no_numpy():
    """A sentence if NumPy is missing or broken, else an empty text."""
    try:
        import numpy.random  # noqa: F401
    except Exception as error:  # a file of the learner's in its place can do anything
        # numpy.random: of a folder without files, or a numpy.py
        if getattr(error, "name", None) in ("numpy", "numpy.random"):
            how = set_up() if belongs_to_the_system() else install("numpy")
            return "NumPy is not installed. Run: " + how
        return "NumPy is broken. Run: " + install("numpy", "--force-reinstall ")
    return ""


def own_path(root=ROOT):
    """The interpreter that make lab fills with all that the course needs."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(str(root), ".venv", *parts)


def own_python(arguments, root=ROOT):
    """A sentence if the course has a Python of its own, and this is another one."""
    own = own_path(root)
    folder = os.path.dirname(os.path.dirname(own))
    if not os.path.exists(own) or os.path.realpath(sys.prefix) == os.path.realpath(folder):
        return ""
    if arguments[0] != "-m":
        return (
            "This is {}, and the course has a Python of its own, with all it needs: {}. "
            "Start it with make lab, or choose that Python as the kernel."
        ).format(sys.executable, own)
    if os.path.realpath(os.getcwd()) == os.path.realpath(str(root)):
        own = os.path.relpath(own, str(root))
    words = " ".join(["-m nncourse"] + [quoted(word) for word in arguments[1:]])
    return "The course has a Python of its own. Run: " + typed(own, words)


# -------------------------------------------------------- files that stand in the way of modules
def hiding(*folders):
    """Python files in these folders that hide a module of Python or of a package, as paths."""
    names = set(getattr(sys, "stdlib_module_names", ())) | OF_PACKAGES
    found = []
    for folder in folders:
        listed = os.listdir(folder) if os.path.isdir(folder) else ()
        for name in sorted(listed):
            path = os.path.join(folder, name)
            package = os.path.isfile(os.path.join(path, "__init__.py"))
            if (name[:-3] if name.endswith(".py") else name if package else "") in names:
                found.append(path)
    return found


def in_the_way():
    """A sentence if a file in this folder hides a module, else an empty text."""
    found = hiding(os.getcwd())
    return hides(found) if found else ""


def hides(paths):
    """What to say of a file that hides a module."""
    name = os.path.basename(paths[0])
    return (
        "{} stands in the way of the module {} that Python looks for. Give it another name, then "
        "start again."
    ).format(paths[0], name[:-3] if name.endswith(".py") else name)


class Missing(ImportError):
    """An error that a notebook shows as its sentence alone, without the lines that led there."""

    def _render_traceback_(self):
        """IPython shows this in place of a traceback."""
        return [str(self)]


def need_torch():
    """For the first cell of a notebook with PyTorch: raises Missing, one sentence, without it."""
    sentence = no_torch()
    if sentence:
        raise Missing(sentence)


def no_torch():
    """A sentence if PyTorch is missing or broken, else an empty text."""
    if IN_A_TAB:
        return (
            "PyTorch does not run in a browser. You can read this notebook; to run it, use the "
            "course on a computer: make lab, then make torch."
        )
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: a library of the system is not found
        missing = getattr(error, "name", None) == "torch"
        what = "not installed" if missing else "installed, but broken ({})".format(error)
        return (
            "PyTorch is {}. In a terminal, in the course's folder, run: {}. Then choose Kernel, "
            "Restart Kernel."
        ).format(what, install_torch())
    return ""


def install(requirement, options="", executable=sys.executable):
    """The command for a terminal that installs a package into this Python."""
    return typed(executable, '-m pip install {}"{}"'.format(options, requirement))


def belongs_to_the_system():
    """Does pip refuse to install into this Python, as under Debian, Ubuntu and Homebrew?"""
    import sysconfig

    mark = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")  # PEP 668
    return sys.prefix == getattr(sys, "base_prefix", sys.prefix) and os.path.exists(mark)


def set_up():
    """The command that makes .venv, installs there, and looks at it; in the course's folder."""
    if os.name == "nt":
        return "py tasks.py doctor"
    return "make doctor (without make: python3 tasks.py doctor)"


def install_all(executable=sys.executable):
    """The command that installs what lessons 00 to 12 need; it is run in the course's folder."""
    if belongs_to_the_system():
        return set_up()
    return typed(executable, "-m pip install -r requirements/learn.txt -e .")


def install_torch(executable=sys.executable):
    """The command that installs PyTorch; it is run in the course's folder."""
    if os.name == "nt":
        return "py tasks.py torch"
    return "make torch (without make: {} tasks.py torch)".format(quoted(executable))


# ------------------------------------------------------- advice in the words of this computer
def restore(*paths, **here):
    """How to get files of the course back; paths from its folder, * stands for any ending.

    root: where the course is. Git is advised only where there is git, and this is a clone.
    """
    root = here.get("root", ROOT)
    if os.path.exists(os.path.join(str(root), ".git")) and on_path("git"):
        return "Restore with: git checkout -- " + " ".join('"{}"'.format(path) for path in paths)
    names = ", ".join(own_slashes(path) for path in paths)
    return "Copy from a fresh download of the course into this one: {}".format(names)


def on_path(program):
    """Can this program be started from a terminal?"""
    import shutil

    return shutil.which(program) is not None


def rename(old, new):
    """The command that gives a file another name; paths from the folder of the course."""
    word = "move" if os.name == "nt" else "mv"
    return '{} "{}" "{}"'.format(word, own_slashes(old), own_slashes(new))


def setting(name, value):
    """The command that sets a variable of the environment."""
    if os.name == "nt":
        return '$env:{0} = "{1}" in PowerShell, set {0}={1} in cmd'.format(name, value)
    return "export {}={}".format(name, value)


def own_slashes(path):
    return str(path).replace("/", os.sep)


def typed(program, words):
    """A command line; in PowerShell a program in quotes is no command without an &."""
    line = "{} {}".format(quoted(program), words)
    if os.name == "nt" and " " in program:
        return "& {} (in PowerShell; in cmd without the &)".format(line)
    return line


def quoted(word):
    """A word as the terminal of this system takes it as one."""
    if os.name == "nt":
        return '"{}"'.format(word) if " " in word else word
    import shlex

    return shlex.quote(word)


def dotted(version):
    """(3, 11) as "3.11"."""
    return ".".join(str(number) for number in version)
