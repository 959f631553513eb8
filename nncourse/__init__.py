"""The engine of the course: check() and hint(), quiz() and progress(), and the grader of a class.

What lessons teach is in nnlib; what judges and helps is here. `python -m nncourse` lists what can
be done from a terminal.
"""

from nncourse import preflight

preflight.passed()  # else this ends with a sentence; `python -m nncourse doctor` says more

__all__ = ["blank", "certificate", "check", "hint", "mine", "need_torch", "progress", "quiz"]

HOMES = {
    "blank": "nncourse.learner.blank",
    "certificate": "nncourse.learner.certificate",
    "check": "nncourse.learner.check",
    "hint": "nncourse.learner.check",
    "mine": "nncourse.learner.mine",
    "need_torch": "nncourse.preflight",
    "progress": "nncourse.learner.progress",
    "quiz": "nncourse.learner.quiz",
}


def __getattr__(name):
    """What is asked for is imported then: a grader needs none of it."""
    if name not in HOMES:
        raise AttributeError("module 'nncourse' has no attribute {!r}".format(name))  # noqa: UP032
    import importlib

    return getattr(importlib.import_module(HOMES[name]), name)
