"""The engine of the course: check() and hint(), quiz() and progress(), and the grader of a class.

What lessons teach is in nnlib; what judges and helps is here. `python -m nncourse` lists what can
be done from a terminal.
"""

from nncourse import preflight

preflight.passed()  # else this ends with a sentence; `python -m nncourse doctor` says more

__all__ = ["check", "hint", "progress", "quiz"]

HOMES = {
    "check": "nncourse.learner.check",
    "hint": "nncourse.learner.check",
    "progress": "nncourse.learner.progress",
    "quiz": "nncourse.learner.quiz",
}


def __getattr__(name):
    """check, hint, progress and quiz are imported when they are asked for: a grader needs none."""
    if name not in HOMES:
        raise AttributeError("module 'nncourse' has no attribute {!r}".format(name))  # noqa: UP032
    import importlib

    return getattr(importlib.import_module(HOMES[name]), name)
