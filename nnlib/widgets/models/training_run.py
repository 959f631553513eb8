"""A network in training, a few steps at a time: settings, run, step, arrays. No widgets here.

    run = TrainingRun(Settings(data="circles", units=6))
    run.step(50)                          # 50 optimizer steps, each one nnlib.training.step()
    run.train_losses[-1], run.sentence()
    outputs, hidden = run.look(60)        # the plane and every hidden unit, on a 60 x 60 grid

The same settings and the same number of steps give the same arrays, however the steps are cut,
and the one generator of nnlib is left as it was. training_model.js computes the same.
"""

import contextlib
import copy
import dataclasses

import numpy as np

from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader
from nnlib.datasets import circles, gate, moons, spirals
from nnlib.nn.functional import sigmoid, softmax
from nnlib.random import generator
from nnlib.training import TrainingError, check_last_layer, evaluate, predict, step
from nnlib.widgets.base.numbers import fixed

OWN = "your data"
GATES = ("AND", "XOR")
DATA = (*GATES, "moons", "circles", "spirals", "three spirals", "blobs")
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}
OPTIMIZERS = {"SGD": optim.SGD, "RMSprop": optim.RMSprop, "Adam": optim.Adam}
MOMENTUM = "momentum 0.9"
STARTS = ("usual", "normal × 0.01", "normal × 0.5", "normal × 3", "all zero")
SQUARED, CROSS = "squared error", "cross-entropy"
CHOICES = {
    "data": (*DATA, OWN),
    "activation": tuple(ACTIVATIONS),
    "start": STARTS,
    "loss": (CROSS, SQUARED),
    "optimizer": ("SGD", MOMENTUM, "RMSprop", "Adam"),
}
RANGES = {
    "points": (20, 400),
    "noise": (0, 0.5),
    "validation": (0, 0.5),
    "layers": (0, 3),
    "units": (1, 8),
    "dropout": (0, 0.8),
    "lr": (1e-5, 100),
    "weight_decay": (0, 0.1),
    "batch": (0, 2000),
    "seed": (0, 20),
}
MOST_POINTS = 2000
FEW = 20  # fewer points than this are none to hold back from, and get more room around them
MOST_CLASSES = 7  # as many colours as the palette tells apart
DATA_SEED = 0


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything that a run depends on.

    batch: examples a step, 0 for all of them; validation: the share of the points, 0 to 0.5, that
    is only measured; start: how the initial weights are drawn, one of STARTS. For the others see
    CHOICES and RANGES; ValueError for a value that is not in them.
    """

    data: str = "moons"
    points: int = 200
    noise: float = 0.15
    validation: float = 0.3
    layers: int = 1
    units: int = 4
    activation: str = "tanh"
    start: str = "usual"
    dropout: float = 0.0
    loss: str = CROSS
    optimizer: str = "SGD"
    lr: float = 0.3
    weight_decay: float = 0.0
    batch: int = 16
    seed: int = 0

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            check_setting(name, value)


def check_setting(name, value):
    """The value of one of the Settings; ValueError for one that it cannot have."""
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(
            f"explore_training expected {name} to be one of {', '.join(CHOICES[name])}, got "
            f"{value!r}."
        )
    if name in RANGES:
        low, high = RANGES[name]
        if not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(
                f"explore_training expected {name} from {low:.3g} to {high:.3g}, got {value!r}."
            )
    return value


LIVE = ("lr", "weight_decay")  # may change while a run goes on


class Draws:
    """A state of nnlib's one generator for one run: inside `with` all draws come from it."""

    def __init__(self, seed):
        self.state = np.random.default_rng(seed).bit_generator.state

    @contextlib.contextmanager
    def __call__(self):
        outside = generator.bit_generator.state
        generator.bit_generator.state = self.state
        try:
            yield
        finally:
            self.state = generator.bit_generator.state
            generator.bit_generator.state = outside


def blobs(n=200, noise=0.15):
    """Two round clouds at (-0.6, -0.6) and (0.6, 0.6), classes 0 and 1: x (n, 2), y (n,)."""
    y = np.arange(n) % 2
    x = np.where(y == 1, 0.6, -0.6)[:, None] + generator.normal(0, 0.25 + noise, (n, 2))
    return x.astype(np.float32), y


def make_points(settings, own=None):
    """Return (train, validation or None), two ArrayDatasets; own: the learner's x and y."""
    with Draws(DATA_SEED)():
        n, noise = settings.points, settings.noise
        if settings.data == OWN:
            x, y = own
        elif settings.data in GATES:
            x, y = gate(settings.data.lower())
        else:
            x, y = {
                "moons": lambda: moons(n, noise),
                "circles": lambda: circles(n, noise),
                "spirals": lambda: spirals(n, noise / 2, classes=2),
                "three spirals": lambda: spirals(n, noise / 2, classes=3),
                "blobs": lambda: blobs(n, noise),
            }[settings.data]()
        held_back = 0 if settings.data in GATES else round(settings.validation * len(x))
        order = generator.permutation(len(x)) if held_back else np.arange(len(x))
    train, kept = order[held_back:], order[:held_back]
    return ArrayDataset(x[train], y[train]), ArrayDataset(x[kept], y[kept]) if held_back else None


def make_network(settings, classes):
    """Return a network of `layers` hidden layers of `units` each; draws from the generator.

    One output for two classes, otherwise one a class. A squared error gets a sigmoid or a softmax
    at the end; cross-entropy takes logits.
    """
    outputs = 1 if classes == 2 else classes
    layers, width = [], 2
    for _ in range(settings.layers):
        layers += [nn.Linear(width, settings.units), ACTIVATIONS[settings.activation]()]
        if settings.dropout:
            layers.append(nn.Dropout(settings.dropout))
        width = settings.units
    layers.append(nn.Linear(width, outputs))
    if settings.loss == SQUARED:
        layers.append(nn.Sigmoid() if outputs == 1 else nn.Softmax())
    model = nn.Sequential(*layers)
    if settings.start != "usual":
        scale = 0.0 if settings.start == "all zero" else float(settings.start.split()[-1])
        for parameter in model.parameters():
            drawn = generator.standard_normal(parameter.shape)
            parameter.data[...] = scale * drawn if len(parameter.shape) == 2 else 0.0
    return model


def make_optimizer(settings, parameters):
    chosen = {"lr": settings.lr, "weight_decay": settings.weight_decay}
    if settings.optimizer == MOMENTUM:
        return optim.SGD(parameters, momentum=0.9, **chosen)
    return OPTIMIZERS[settings.optimizer](parameters, **chosen)


def check_network(model):
    """How many outputs a learner's network has. TypeError or ValueError when it cannot be shown."""
    if not isinstance(model, nn.Sequential):
        raise TypeError(
            f"explore_training expected an nn.Sequential, got {model!r}. "
            "Build one: nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))."
        )
    if not model.parameters():
        raise ValueError(f"explore_training expected a network that can learn, got {model!r}.")
    try:
        with np.errstate(all="ignore"):
            outputs = predict(model, np.zeros((2, 2), np.float32))
    except Exception as error:
        raise ValueError(
            "explore_training expected a network with 2 inputs, to draw the plane of both. Asked "
            f"about two points, this one failed: {error}"
        ) from error
    if outputs.ndim != 2 or len(outputs) != 2 or outputs.shape[1] > MOST_CLASSES:
        raise ValueError(
            "explore_training expected a network that turns two points (2, 2) into (2, outputs), "
            f"1 to {MOST_CLASSES} outputs, got {outputs.shape}."
        )
    return outputs.shape[1]


def check_points(data):
    """Return a learner's data as x float32 (N, 2) and y int (N,); ValueError for anything else."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ValueError(
            "explore_training expected data as a pair (X, y), or the name of a data set, "
            f"one of {', '.join(DATA)}; got {type(data).__name__}."
        )
    x, y = (np.asarray(part) for part in data)
    if y.shape == (len(y), 1):
        y = y[:, 0]
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != (len(x),) or len(x) < 2:
        raise ValueError(
            "explore_training expected X of shape (N, 2) and y of shape (N,), got "
            f"{x.shape} and {np.shape(data[1])}."
        )
    if len(x) > MOST_POINTS:
        raise ValueError(
            f"explore_training draws at most {MOST_POINTS:,} points, got {len(x):,}. "
            f"Take a sample: X[:{MOST_POINTS}], y[:{MOST_POINTS}]."
        )
    if x.dtype.kind not in "buif" or y.dtype.kind not in "buif" or not np.isfinite(x).all():
        raise ValueError("explore_training expected finite numbers in X, and classes in y.")
    if (y != np.round(y)).any() or y.min() < 0 or y.max() >= MOST_CLASSES:
        raise ValueError(
            f"explore_training expected classes 0 to at most {MOST_CLASSES - 1} in y, got "
            f"{np.unique(y)[:5]}."
        )
    return x.astype(np.float32), y.astype(int)


class TrainingRun:
    """One training: the state after `steps` optimizer steps, and the losses on the way.

    model: the learner's network, which is copied, or None for the network of the settings.
    own: the learner's (x, y) for settings.data == OWN. Attributes: `model`, `train`, `validation`,
    `at` (the steps at which was measured), `train_losses`, `validation_losses`, `broken` (a
    sentence once it has diverged, otherwise None). ValueError when network and data do not fit.
    """

    def __init__(self, settings, model=None, own=None):
        self.settings = settings
        self.train, self.validation = make_points(settings, own)
        self.frame = self._frame()
        self.classes = max(2, int(max(part.y.max() for part in self.parts())) + 1)
        self.draws = Draws(settings.seed)
        with self.draws():
            self.model = copy.deepcopy(model) if model else make_network(settings, self.classes)
        self.model.zero_grad()
        with np.errstate(all="ignore"):
            self.outputs = predict(self.model, self.train.x[:1]).shape[1]
        last = self.model[len(self.model) - 1]
        self.sigmoid = isinstance(last, nn.Sigmoid)
        self.softmax = isinstance(last, nn.Softmax)
        # the layers whose outputs are drawn: all that are no sums, before the last sum
        final = max(i for i, layer in enumerate(self.model) if layer.parameters())
        plain = (nn.Linear, nn.Dropout, nn.BatchNorm1d)
        self.hidden = [i for i in range(final) if not isinstance(self.model[i], plain)]
        self.loss_fn = self._loss()
        for part in self.parts():
            part.y = self._targets(part.y)
        self.optimizer = make_optimizer(settings, self.model.parameters())
        self._load()
        self.steps, self.broken = 0, None
        self.at, self.train_losses, self.validation_losses = [], [], []
        with np.errstate(all="ignore"):
            self._measure()

    def _load(self):
        """Begin an epoch, with all points that there are now."""
        n = len(self.train)
        size = min(self.settings.batch, n) or n
        self.loader, self.batches = DataLoader(self.train, size, shuffle=size < n), iter(())

    def _batch(self):
        """The next batch of the loader, of one epoch after another."""
        batch = next(self.batches, None)
        if batch is None:
            self.batches = iter(self.loader)
            batch = next(self.batches)
        return batch

    def add(self, points):
        """Train on more points from here on: rows x1, x2, class, of classes that there are."""
        points = np.asarray(points, np.float32).reshape(-1, 3)
        if len(points):
            x, y = points[:, :2], points[:, 2].astype(int)
            if y.min() < 0 or y.max() >= self.classes:
                raise ValueError(f"A point expected a class from 0 to {self.classes - 1}.")
            both = (
                np.concatenate([self.train.x, x]),
                np.concatenate([self.train.y, self._targets(y)]),
            )
            self.train = ArrayDataset(*both)
            self._load()

    def parts(self):
        return [part for part in (self.train, self.validation) if part is not None]

    def _loss(self):
        if self.outputs == 1:
            if self.classes > 2:
                raise ValueError(
                    f"The network has 1 output, and the data has {self.classes} classes. "
                    f"Give the last layer {self.classes} outputs"
                )
            if self.settings.loss == SQUARED:
                return nn.MSELoss()
            return nn.BCELoss() if self.sigmoid else nn.BCEWithLogitsLoss()
        if self.outputs < self.classes:
            raise ValueError(
                f"The network has {self.outputs} outputs, and the data has {self.classes} classes. "
                "Give the last layer one output per class"
            )
        loss_fn = nn.MSELoss() if self.settings.loss == SQUARED else nn.CrossEntropyLoss()
        check_last_layer(self.model, loss_fn)
        return loss_fn

    def _targets(self, y):
        if isinstance(self.loss_fn, nn.CrossEntropyLoss):
            return y
        if self.outputs == 1:
            return y.reshape(-1, 1).astype(np.float32)
        return np.eye(self.outputs, dtype=np.float32)[y]

    def labels(self, part):
        """The classes (N,) of one of the parts."""
        if part.y.ndim == 1:
            return part.y
        return part.y[:, 0].astype(int) if self.outputs == 1 else part.y.argmax(axis=1)

    def step(self, count=1):
        """Take `count` optimizer steps and measure; once it has diverged, do nothing."""
        if self.broken:
            return
        self.model.train()
        with self.draws(), np.errstate(all="ignore"):  # overflow is shown, not warned of
            try:
                for _ in range(count):
                    step(self.model, self.loss_fn, self.optimizer, *self._batch())
                    self.steps += 1
            except TrainingError:
                self._diverged()
                return
            except Exception as error:
                self.broken = f"Training stopped: {error}"
                raise
            self._measure()

    def tune(self, **live):
        """Change the learning rate or the weight decay from here on."""
        self.settings = dataclasses.replace(self.settings, **live)
        self.optimizer.lr = self.settings.lr
        self.optimizer.weight_decay = self.settings.weight_decay

    def _measure(self):
        losses = [evaluate(self.model, self.loss_fn, part)[0] for part in self.parts()]
        if not np.isfinite(losses).all():
            self._diverged()
            return
        self.at.append(self.steps)
        self.train_losses.append(losses[0])
        if self.validation is not None:
            self.validation_losses.append(losses[1])

    def _diverged(self):
        self.broken = (
            f"It broke down within {self.steps} steps: the loss is no longer a finite number. "
            "Take a smaller learning rate, and start over"
        )

    @property
    def epoch(self):
        """How many times every training example was used, a fraction."""
        return self.steps * self.loader.batch_size / len(self.train)

    def right(self):
        """Return how many points are classified right, training and validation (or None)."""
        counts = []
        for part in self.parts():
            with np.errstate(all="ignore"):
                answers = self.classify(self.chances(predict(self.model, part.x)))
            counts.append(int((answers == self.labels(part)).sum()))
        return counts if len(counts) == 2 else [*counts, None]

    def chances(self, outputs):
        """Network outputs (N, K) as (N,) for class 1 where K is 1, otherwise (N, K) of classes.

        Probabilities, except where a learner's network is trained on a squared error without a
        sigmoid or softmax at its end: then its outputs as they are.
        """
        if isinstance(self.loss_fn, nn.BCEWithLogitsLoss):
            outputs = sigmoid(outputs)
        elif isinstance(self.loss_fn, nn.CrossEntropyLoss):
            outputs = softmax(outputs)
        return outputs[:, 0] if self.outputs == 1 else outputs

    @staticmethod
    def classify(chances):
        """The class for each row of what chances() returns."""
        return (chances > 0.5).astype(int) if chances.ndim == 1 else chances.argmax(axis=1)

    def _frame(self):
        """(left, right, bottom, top) of the part of the plane to draw."""
        x = np.concatenate([part.x for part in self.parts()]).astype(float)
        low, high = x.min(axis=0), x.max(axis=0)
        share = 0.15 if len(x) > FEW else 0.35
        margin = share * np.where(high > low, high - low, 1.0)
        if self.settings.data in GATES:
            margin = 0.5
        (left, bottom), (right, top) = low - margin, high + margin
        return float(left), float(right), float(bottom), float(top)

    def grid(self, side):
        """Return (side,) x1, (side,) x2 and (side², 2) points: the middles of side² squares."""
        left, right, bottom, top = self.frame
        middle = (np.arange(side) + 0.5) / side
        first, second = left + middle * (right - left), bottom + middle * (top - bottom)
        points = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
        return first, second, points.astype(np.float32)

    def look(self, side=60):
        """Return what the network answers over the window, and what each hidden layer does.

        First chances() as (side, side) or (side, side, K), row 0 at the bottom; then a list of
        arrays (units, side, side), the outputs of the layers in `hidden`.
        """
        outputs, hidden = self._pass(self.grid(side)[2])
        with np.errstate(all="ignore"):
            chances = self.chances(outputs)
        shaped = [a.T.reshape(-1, side, side) for a in hidden]
        return chances.reshape(side, side, *chances.shape[1:]), shaped

    def dead_units(self):
        """Return (dead, all): how many hidden ReLU units are 0 for every training point."""
        _, hidden = self._pass(self.train.x)
        layers = zip(self.hidden, hidden, strict=True)
        units = [a for i, a in layers if isinstance(self.model[i], nn.ReLU)]
        return sum(int((a == 0).all(axis=0).sum()) for a in units), sum(a.shape[1] for a in units)

    def _pass(self, x):
        """Return the outputs for x (N, 2), and those (N, units) of every layer in `hidden`."""
        hidden = []
        self.model.eval()
        with np.errstate(all="ignore"):
            for i, layer in enumerate(self.model):
                x = layer(x)
                if i in self.hidden:
                    hidden.append(x)
        return x, hidden

    def sentence(self):
        """Say where the training stands: a line for each part, and one where units are dead."""
        if self.broken:
            return self.broken
        right, also_right = self.right()
        text = (
            f"Step {self.steps:,}, epoch {self.epoch:,.0f}.  Training: loss "
            f"{fixed(self.train_losses[-1], 4)}, {right} of {len(self.train)} right"
        )
        if self.validation is not None:
            text += (
                f"\nValidation: loss {fixed(self.validation_losses[-1], 4)}, "
                f"{also_right} of {len(self.validation)} right"
            )
        dead, units = self.dead_units()
        if dead:
            text += f"\nDead: {dead} of {units} hidden units"
        return text
