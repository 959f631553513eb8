"""python -m nncourse COMMAND: everything that is done from a terminal."""

import importlib
import os
import sys

from nncourse import preflight

COMMANDS = {  # name: (module, function that takes the arguments and returns an exit code, help)
    "progress": ("nncourse.learner.progress", "main", "the map of lessons and points"),
    "doctor": ("nncourse.learner.doctor", "main", "is everything there? and what to do if not"),
    "my": ("nncourse.learner.my", "main", "your own copies of lessons and exercises, in my/"),
    "mine": ("nncourse.learner.mine", "main", "my_nn.py: your own library, of right answers"),
    "hint": ("nncourse.learner.check", "hint_command", "a hint: hint 05.2, or hint 05.2 3"),
    "reset": ("nncourse.authoring.release", "reset_command", "exercises 05 new again: reset 05"),
    "ready": ("nncourse.grading.ready", "main", "before you hand in: ready 05"),
    "grade": ("nncourse.grading.__main__", "main", "mark a folder of submissions"),
    "release": (
        "nncourse.authoring.release",
        "main",
        "exercises/ from solutions/ (for authors)",
    ),
}


def usage():
    lines = ["usage: python -m nncourse COMMAND ...", ""]
    lines += [f"  {name:<10} {help}" for name, (_, _, help) in COMMANDS.items()]
    return "\n".join([*lines, "", "python -m nncourse COMMAND --help says more."])


def main(arguments=None):
    """Run one command; the exit code is 2 when there is no such command."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"There is no command {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Windows into a file: cp1252, which has no check mark
            stream.reconfigure(errors="replace")
    module, function, _ = COMMANDS[name]
    try:
        return getattr(importlib.import_module(module), function)(rest)
    except ModuleNotFoundError as error:
        print(without(error.name), file=sys.stderr)
        return 1
    except BrokenPipeError:  # "| head" has read enough; Python must not complain when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def without(module):
    """What to do about a module that is not there, one of ours or one of a package."""
    if module.startswith(("nnlib.", "nncourse.")):
        path = module.replace(".", "/")
        return f"{module} is missing. {preflight.restore(path, path + '.py')}"
    elsewhere = preflight.own_python(["-m", *sys.argv[1:]])
    if elsewhere:
        return elsewhere
    return (
        f"{module} is not installed. In the course's folder, run: {preflight.install_all()}\n"
        "To see what else is missing: python -m nncourse doctor"
    )


if __name__ == "__main__":
    sys.exit(main())
