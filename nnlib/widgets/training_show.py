"""A network in training as a page that computes and draws by itself, at the screen's own rate."""

import traitlets

from nnlib.widgets.base.javascript import HERE, joined
from nnlib.widgets.show import Show
from nnlib.widgets.training_live import explore_training

DATA = ("XOR", "blobs", "moons", "circles", "spirals")
STILL_STEPS = 300  # after so many steps the stored notebook shows it


class TrainingShow(Show):
    """Training in the browser: all points in each step, cross-entropy, float64.

    What is chosen there arrives here, and what is set here there. `data`, `layers` (hidden),
    `units` in each, `activation`, `optimizer`, `lr`, `seed`. TraitError for other values.
    """

    _esm = joined(HERE / "training_show.js")
    data = traitlets.Enum(DATA, "moons").tag(sync=True)
    layers = traitlets.Int(1, min=0, max=2).tag(sync=True)
    units = traitlets.Int(6, min=1, max=8).tag(sync=True)
    activation = traitlets.Enum(("sigmoid", "tanh", "ReLU"), "tanh").tag(sync=True)
    optimizer = traitlets.Enum(("SGD", "Adam"), "Adam").tag(sync=True)
    lr = traitlets.Float(0.03, min=0.001, max=10).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=20).tag(sync=True)

    def picture(self):
        """The explorer that Python draws, with these settings: a still picture and its words."""
        names = ("data", "layers", "units", "activation", "optimizer", "lr", "seed")
        chosen = {name: getattr(self, name) for name in names}
        return explore_training(steps=STILL_STEPS, batch=0, validation=0.0, **chosen)

    def __repr__(self):
        return f"A network that learns {self.data} while you watch."


def watch_training(data="moons"):
    """Watch a network learn at the screen's own rate: boundary, loss, every hidden unit.

    data: "XOR", "blobs", "moons", "circles" or "spirals". The page computes by itself, so it takes
    no network of your own; explore_training(model) does. ValueError for other data.
    """
    if data not in DATA:
        raise ValueError(
            f"watch_training expected one of {', '.join(DATA)}, got {data!r}. "
            "For a network or data of your own there is explore_training(model, (X, y))."
        )
    return TrainingShow(data=data)
