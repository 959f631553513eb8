"""The race of optimizers as a page that computes and draws by itself, at the screen's own rate."""

import traitlets

from nnlib.widgets.base.javascript import HERE, joined
from nnlib.widgets.optimizer_race import KEYS, MOST, OPTIMIZERS, SIDE, SURFACES, explore_optimizers
from nnlib.widgets.show import Show


class OptimizerRaceShow(Show):
    """The race in the browser. What is chosen there arrives here, and what is set here there.

    `surface`: a name of SURFACES; `runners`: names of those that run; `rates`: the learning rate
    of each; `momentum`: μ of momentum and β1 of Adam; `start`: [x, y]; `step`: the step shown.
    TraitError for values that make no race.
    """

    _esm = joined(HERE / "optimizer_race_show.js")
    surface = traitlets.Enum(list(SURFACES), "bowl").tag(sync=True)
    runners = traitlets.List(traitlets.Enum(list(OPTIMIZERS)), list(OPTIMIZERS)).tag(sync=True)
    rates = traitlets.Dict(default_value=dict.fromkeys(OPTIMIZERS, 0.1)).tag(sync=True)
    momentum = traitlets.Float(0.9, min=0, max=0.99).tag(sync=True)
    start = traitlets.List(traitlets.Float(min=-SIDE, max=SIDE), [4.0, 3.0], 2, 2).tag(sync=True)
    step = traitlets.Int(20, min=0, max=MOST).tag(sync=True)

    @traitlets.validate("rates")
    def _every_rate(self, proposal):
        rates = proposal["value"]
        if set(rates) != set(OPTIMIZERS) or not all(0.001 <= r <= 10 for r in rates.values()):
            raise traitlets.TraitError(
                f"rates expected a rate from 0.001 to 10 for each of {', '.join(OPTIMIZERS)}, "
                f"got {rates}."
            )
        return rates

    def picture(self):
        """The same race in the explorer that Python draws: a still picture and its words."""
        values = {key: name in self.runners for name, key in KEYS.items()}
        values |= {f"lr_{key}": self.rates[name] for name, key in KEYS.items()}
        x, y = self.start
        explorer = explore_optimizers(self.surface)
        return explorer.set(steps=self.step, mu=self.momentum, x=x, y=y, **values)

    def __repr__(self):
        return f"A race of {', '.join(self.runners) or 'nobody'} on the surface {self.surface}."


def race_optimizers(surface="bowl"):
    """Watch SGD, momentum, RMSProp and Adam run: play, pause, drag the start.

    surface: the name of one of the surfaces. The page computes the race itself, so it takes no
    function of your own; explore_optimizers(f) does. ValueError for another name.
    """
    if surface not in list(SURFACES):
        raise ValueError(
            f"race_optimizers expected one of {', '.join(SURFACES)}, got {surface!r}. "
            "For a function of your own there is explore_optimizers(f)."
        )
    return OptimizerRaceShow(surface=surface)
