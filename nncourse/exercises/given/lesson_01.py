"""How an exercise drives a class."""


def build_and_call(answer, settings, *arguments):
    """For a class: make one object of it with these settings, and call its forward()."""
    return answer(*settings).forward(*arguments)


build_and_call.written = lambda name, settings, *arguments: (
    f"{name}{settings}.forward({', '.join(arguments)})"
)


def two_neurons(answer, settings, other_settings, x, y):
    """For a class: make two neurons, and ask the first one three times and the second one once.

    A neuron has to keep its own weights, and has to give the same answer twice.
    """
    first, second = answer(*settings), answer(*other_settings)
    return [first.forward(x), first.forward(y), first.forward(x), second.forward(x)]


two_neurons.written = lambda name, settings, other_settings, x, y: (
    f"first, second = {name}{settings}, {name}{other_settings}; "
    f"first.forward({x}), first.forward({y}), first.forward({x}) again; second.forward({x})"
)
