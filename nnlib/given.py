"""Functions that an exercise hands to a learner's answer, or drives it with; none holds an answer.

A grader runs answers in a process that can import this file and not the exercises. A driver says in
.written(name, arguments as text...) how its call reads as Python.
"""


def build_and_call(answer, settings, *arguments):
    """For a class: make one object of it with these settings, and call its forward()."""
    return answer(*settings).forward(*arguments)


build_and_call.written = lambda name, settings, *arguments: (
    f"{name}{settings}.forward({', '.join(arguments)})"
)
