"""The controls of an explorer: what each holds, and what the page needs to know of it.

The page (kit/controls.js) draws them. A control's `value` may be set from Python at any time.
"""

import math
from decimal import Decimal

import traitlets


class Control(traitlets.HasTraits):
    """A label; `hidden` takes it off the page. A subclass may have a trait `value`."""

    label = traitlets.Unicode()
    hidden = traitlets.Bool(False)
    tip = traitlets.Unicode()

    def spec(self):
        """Return what the page needs: a dictionary of plain values."""
        return {"label": self.label, "hidden": self.hidden, "tip": self.tip}

    def wire(self):
        """The value as the page gets it."""
        return self.value

    def unwire(self, sent):
        """A value that the page sent, as the control holds it."""
        return sent


class Slider(Control):
    """A number from min to max; `integer`, or with so many `decimals`."""

    min, max, step, value = (traitlets.Float() for _ in range(4))
    decimals = traitlets.Int(1)

    @traitlets.validate("value")
    def _inside(self, proposal):
        return min(max(proposal["value"], self.min), self.max)

    @traitlets.observe("min", "max")
    def _narrowed(self, _):
        if self.trait_has_value("value") and self.min <= self.max:
            self.value = min(max(self.value, self.min), self.max)

    def spec(self):
        spec = {"kind": "slider", "decimals": self.decimals}
        return super().spec() | spec | {"min": self.min, "max": self.max, "step": self.step}

    def ends(self):
        """Return the values at both ends."""
        return [self.min, self.max]


class IntSlider(Slider):
    """A whole number from min to max."""

    min, max, step, value = (traitlets.CInt() for _ in range(4))
    decimals = traitlets.Int(0)

    def unwire(self, sent):
        return round(sent)


class LogSlider(Control):
    """A number from 10**low to 10**high; the slider moves its power, `step` at a time."""

    low, high, step, value = (traitlets.Float() for _ in range(4))

    @traitlets.validate("value")
    def _inside(self, proposal):
        return min(max(proposal["value"], 10.0**self.low), 10.0**self.high)

    def spec(self):
        spec = {"kind": "log", "min": self.low, "max": self.high, "step": self.step}
        return super().spec() | spec

    def wire(self):
        return math.log10(self.value)

    def unwire(self, sent):
        return 10.0**sent

    def ends(self):
        """Return the values at both ends."""
        return [10.0**self.low, 10.0**self.high]


class Choice(Control):
    """One of several values, each with its words: `options` is a dictionary from words to values.

    TraitError for a value that is not among them.
    """

    options = traitlets.Dict()
    value = traitlets.Any()

    @traitlets.validate("value")
    def _known(self, proposal):
        if proposal["value"] not in self.options.values():
            words = ", ".join(self.options)
            raise traitlets.TraitError(f"{proposal['value']!r} is not one of: {words}")
        return proposal["value"]

    def spec(self):
        return super().spec() | {"kind": "choice", "options": list(self.options)}

    def wire(self):
        return list(self.options.values()).index(self.value)

    def unwire(self, sent):
        return list(self.options.values())[sent]

    def ends(self):
        """Return all the values."""
        return list(self.options.values())


class Toggle(Control):
    """A tick box."""

    value = traitlets.Bool(False)

    def spec(self):
        return super().spec() | {"kind": "toggle"}

    def ends(self):
        """Return both values."""
        return [False, True]


class Player(IntSlider):
    """Play and pause: the value counts up to max, each `interval` milliseconds.

    `each` is called at every count, where what plays has to be moved.
    """

    interval = traitlets.Int(100)
    playing = traitlets.Bool(False)
    each = None

    def spec(self):
        return super().spec() | {
            "kind": "player",
            "interval": self.interval,
            "playing": self.playing,
        }


class Button(Control):
    """Calls `act()` when it is pressed."""

    def __init__(self, act, **traits):
        super().__init__(**traits)
        self.act = act

    def spec(self):
        return super().spec() | {"kind": "button"}

    def click(self):
        """Press it, as the page does."""
        self.act()


def slider(label, low, high, value, step=0.1, decimals=None):
    """A slider over the floats from low to high; shows as many decimals as its step has."""
    if decimals is None:
        decimals = max(0, -Decimal(f"{step:.6g}").as_tuple().exponent)
    return Slider(label=label, min=low, max=high, value=value, step=step, decimals=decimals)


def int_slider(label, low, high, value, step=1):
    """A slider over the integers from low to high."""
    return IntSlider(label=label, min=low, max=high, value=value, step=step)


def log_slider(label, low, high, value, step=0.05):
    """A slider over the powers of ten from 10**low to 10**high, `step` of a power apart."""
    return LogSlider(label=label, low=low, high=high, value=value, step=step)


def choice(label, options, value=None):
    """A drop-down list; options: values, or a dictionary from words to values; the first chosen."""
    if not isinstance(options, dict):
        options = {str(option): option for option in options}
    if value is None:
        value = next(iter(options.values()))
    return Choice(label=label, options=options, value=value)


def player(label, most, interval):
    """A button that plays and pauses: the value counts 0 ... most, each `interval` ms."""
    return Player(label=label, min=0, max=most, value=0, step=1, interval=interval)


def toggle(label, value=False):
    """A tick box."""
    return Toggle(label=label, value=value)
