"""How exercise 01.3 drives a class."""


def build_and_call(answer, settings, *arguments):
    """For a class: make one object of it with these settings, and call its forward()."""
    return answer(*settings).forward(*arguments)


build_and_call.written = lambda name, settings, *arguments: (
    f"{name}{settings}.forward({', '.join(arguments)})"
)
