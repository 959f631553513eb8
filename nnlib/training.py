"""Training, from one step() to the whole fit(); and what a trained network says."""

import contextlib
import math
import sys
import time
import warnings

import numpy as np

from nnlib import nn, optim
from nnlib.data import check_dataset
from nnlib.expect import called, flag, function, numbers, whole
from nnlib.metrics import History, Metrics, Tally
from nnlib.nn.loss import Loss


class TrainingError(RuntimeError):
    """Training met a loss that is NaN or infinite."""


def step(model, loss_fn, optimizer, x, y):
    """One training step on a batch x (N, ...), y (N, ...): returns loss and outputs (N, ...).

    Raises TrainingError, and changes no parameter, when the loss is NaN or infinite.
    """
    check_parts(model, loss_fn, optimizer)
    with _overflow_in_words():
        return _step(model, loss_fn, optimizer, numbers(x, "step, x,"), numbers(y, "step, y,"))


def _step(model, loss_fn, optimizer, x, y):
    """step() for arguments that have been looked at."""
    optimizer.zero_grad()
    outputs = model.run(x) if model.training else model(x)
    loss = loss_fn(outputs, y)
    if not math.isfinite(loss):
        raise TrainingError(_what_grew(model, loss, x, y))
    model.backward(loss_fn.backward(), input_grad=False)  # nobody needs the data's gradient
    optimizer.step()
    return loss, outputs


@contextlib.contextmanager
def _overflow_in_words():
    """No warning of NumPy's before a TrainingError, and one of ours where none is raised."""
    seen = []
    kinds = {kind: "call" for kind in ("over", "invalid") if np.geterr()[kind] == "warn"}
    with np.errstate(call=lambda kind, flag: seen.append(kind), **kinds):
        yield
    if seen:
        warnings.warn(
            "Numbers grew too large for their type in this training, though the loss is finite. "
            "Try a smaller learning rate, scaled inputs, or nn.utils.clip_grad_norm_.",
            RuntimeWarning,
            stacklevel=4,
        )


def train_epoch(model, loss_fn, optimizer, loader, on_batch=None):
    """One step() on every batch (x, y) of the loader: returns mean loss and accuracy.

    on_batch: called with the loss after each step. Leaves the model in eval mode.
    """
    (one,) = epochs(model, loss_fn, optimizer, loader, max_epochs=1, on_batch=on_batch)
    return one.train_loss, one.train_accuracy


def epochs(
    model, loss_fn, optimizer, loader, val=None, max_epochs=5, scheduler=None, on_batch=None
):
    """Train, and yield Metrics after each epoch; the caller may stop, or pause, between two.

    loader: a DataLoader; val: an ArrayDataset that is only measured; scheduler: of
    optim.lr_scheduler, its step() follows every optimizer step; on_batch: called with the loss
    after each batch. Raises TrainingError when a loss is NaN or infinite.
    """
    check_parts(model, loss_fn, optimizer)
    check_last_layer(model, loss_fn)
    if val is not None:
        check_dataset(val, "val")
    whole(max_epochs, "max_epochs")
    if on_batch is not None:
        function(on_batch, "on_batch")
    _check_fit(model, optimizer, loader, scheduler)
    largest, losses = max(_sizes(model).values()), []  # to say what grew, if it comes to that

    def run():  # so that the checks above come before the first epoch is asked for
        for epoch in range(1, max_epochs + 1):
            start, tally = time.perf_counter(), Tally(loss_fn)
            model.train()
            try:
                with _overflow_in_words():
                    for batch, (x, y) in enumerate(_pairs(loader), 1):
                        loss, outputs = _step(model, loss_fn, optimizer, x, y)
                        tally.add(loss, outputs, y)
                        losses.append((loss, epoch, batch))
                        if scheduler is not None:
                            scheduler.step()
                        if on_batch is not None:
                            on_batch(loss)
            except TrainingError as error:
                since = _since_when(losses, largest)
                raise TrainingError(f"Epoch {epoch}, batch {batch}: {error} {since}") from None
            model.eval()
            measured = (None, None) if val is None else evaluate(model, loss_fn, val)
            yield Metrics(epoch, *tally.means(), *measured, time.perf_counter() - start)

    return run()


def fit(
    model,
    loss_fn,
    optimizer,
    loader,
    val=None,
    max_epochs=5,
    scheduler=None,
    patience=None,
    progress=True,
    **unknown,
):
    """Train with a progress bar; returns a History. The arguments of epochs(), and:

    patience: stop when val loss has not improved for so many epochs (early stopping). However
    training ends, the weights of the best epoch are then put back. Stopping the cell by hand
    keeps what was learned so far: without patience, the present weights.
    """
    for name in unknown:
        raise TypeError(f"fit has no argument {name}. {_ELSEWHERE.get(name, 'See help(fit).')}")
    parts = model, loss_fn, optimizer, loader, val, max_epochs, scheduler
    run = epochs(*parts, on_batch=lambda loss: bar.update())
    if patience is not None and (whole(patience, "fit, patience,") and val is None):
        raise ValueError("patience expected a validation set. Pass val=ArrayDataset(x, y).")
    show = flag(progress, "progress")
    from tqdm import tqdm  # here, so that importing nnlib.training loads NumPy alone

    history, ended = History(), ""
    best_loss, best_epoch, best_state = math.inf, 0, None
    total = max_epochs * len(loader) if hasattr(loader, "__len__") else None
    bar = tqdm(total=total, unit="batch", file=sys.stdout, disable=not progress)
    try:
        for metrics in run:
            history.epochs.append(metrics)
            bar.set_postfix_str(_in_words(metrics), refresh=False)
            if patience is None:
                continue
            if metrics.val_loss < best_loss:
                best_loss, best_epoch = metrics.val_loss, metrics.epoch
                best_state = model.state_dict()
            elif metrics.epoch - best_epoch >= patience:
                ended = f"Stopped early: no better val loss in {patience} epochs. "
                break
    except KeyboardInterrupt:
        ended, show = "Stopped by hand. ", True
    except BaseException as error:
        ended, show = f"Stopped by a {type(error).__name__}. ", True
        raise
    finally:
        bar.close()
        model.eval()
        if best_state is not None:
            model.load_state_dict(best_state)
            ended += f"The weights of epoch {best_epoch}, the best, are back in the model."
        else:
            if patience is not None and history.epochs:
                ended, show = f"{ended}No val loss was a finite number. ", True
            if ended:
                ended += "The model keeps the weights that it has now."
        if show and ended:
            print(ended)
    return history


def predict(model, x, transform=None, batch_size=250):
    """The model's outputs (N, ...) for x (N, ...), in eval mode; the mode is put back after.

    transform: applied to each batch of x first. Raises ValueError when x is empty.
    """
    check_parts(model)
    x, batch_size = numbers(x, "predict, x,"), whole(batch_size, "predict, batch_size,")
    if transform is not None:
        function(transform, "transform")
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"predict expected at least one example, got {called(x)}.")
    with _eval_mode(model):
        batches = (x[i : i + batch_size] for i in range(0, len(x), batch_size))
        y = np.concatenate([model(transform(b) if transform else b) for b in batches])
    if len(y) != len(x):
        raise ValueError(f"predict expected {len(x)} outputs, one per example, got {len(y)}.")
    return y


def evaluate(model, loss_fn, dataset, batch_size=250):
    """Mean loss and accuracy on an ArrayDataset, in eval mode; the mode is put back after.

    nnlib.metrics.Tally says how accuracy is counted, and where it is None.
    """
    check_last_layer(model, loss_fn)
    check_dataset(dataset, "evaluate")
    batch_size, tally = whole(batch_size, "evaluate, batch_size,"), Tally(loss_fn)
    with _eval_mode(model), np.errstate(over="ignore", invalid="ignore"):  # the loss will tell
        for i in range(0, len(dataset), batch_size):
            x, y = dataset[i : i + batch_size]
            outputs = model(x)
            tally.add(loss_fn(outputs, y), outputs, y)
    return tally.means()


@contextlib.contextmanager
def _eval_mode(model):
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


def check_last_layer(model, loss_fn):
    """ValueError for a last layer, Softmax or Sigmoid, that the loss has built in already."""
    check_parts(model, loss_fn)
    last = model
    while isinstance(last, nn.Sequential) and len(last):
        last = last[-1]
    for loss, layer in ((nn.CrossEntropyLoss, nn.Softmax), (nn.BCEWithLogitsLoss, nn.Sigmoid)):
        if isinstance(loss_fn, loss) and isinstance(last, layer):
            raise ValueError(
                f"{loss.__name__} expected logits, and the network ends in {layer.__name__}, which "
                "would be applied twice. Take it out."
            )


def check_parts(model, *others):
    """TypeError unless the arguments are a network and, after it, a loss and an optimizer."""
    loss_fn, optimizer = (*others, None, None)[:2]
    own = callable(loss_fn) and hasattr(loss_fn, "backward") and not isinstance(loss_fn, type)
    if not isinstance(model, nn.Module) or isinstance(model, Loss):
        name, value, example = "model", model, "nn.Sequential(nn.Linear(784, 10))"
    elif others and (not own or type(loss_fn).__call__ is nn.Module.__call__):
        name, value, example = "loss_fn", loss_fn, "nn.CrossEntropyLoss()"
    elif others[1:] and not isinstance(optimizer, optim.Optimizer):
        name, value, example = "optimizer", optimizer, "optim.Adam(model.parameters())"
    else:
        return
    raise TypeError(f"{name} expected an object such as {example}, got {called(value)}.")


def _check_fit(model, optimizer, loader, scheduler):
    """TypeError or ValueError unless each fits the others; a warning for half an optimizer."""
    if isinstance(loader, (str, bytes, dict, np.ndarray, type)) or not hasattr(loader, "__iter__"):
        raise TypeError(f"loader expected batches, got {called(loader)}. Try DataLoader(data, 64).")
    if scheduler is not None and not callable(getattr(scheduler, "step", None)):
        raise TypeError(
            f"scheduler expected one of optim.lr_scheduler, got {called(scheduler)}. "
            "The learning rate itself belongs to the optimizer: optim.Adam(params, lr=0.001)."
        )
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError("scheduler expected one of this optimizer, got another's: make it again.")
    ours, held = set(model.parameters()), set(optimizer.params)
    if not ours & held:
        raise ValueError("The optimizer holds none of model.parameters(): make it from them.")
    if ours - held and held - ours:
        warnings.warn(
            "The optimizer misses parameters of this network, and holds some that are not in it. "
            "After a layer or a Parameter was replaced, make the optimizer again.",
            stacklevel=3,
        )


def _pairs(loader):
    """The batches of a loader; TypeError for one that is no pair, ValueError for none at all."""
    batch = None
    for batch in loader:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise TypeError(
                f"loader expected pairs (x, y), got {called(batch)}. Try DataLoader(data, 64)."
            )
        x, y = batch
        yield numbers(x, "The batch of the loader, x,"), numbers(y, "The batch of the loader, y,")
    if batch is None:
        raise ValueError("loader gave no batch: a generator lasts one epoch. Pass a DataLoader.")


def _in_words(metrics):
    words = f"epoch {metrics.epoch}, train loss {metrics.train_loss:.4f}"
    if metrics.val_loss is not None:
        words += f", val loss {metrics.val_loss:.4f}"
    if metrics.val_accuracy is not None:
        words += f", val accuracy {metrics.val_accuracy:.2%}"
    return words


def _sizes(model):
    """Name and largest entry of every parameter, in size."""
    return {name: float(np.abs(p.data).max()) for name, p in model.named_parameters()}


def _what_grew(model, loss, x, y):
    """Why a loss is no finite number, as far as the network and its batch can tell."""
    says = f"The loss became {loss}: "
    for name, array in (("x", x), ("y", y)):
        if not np.isfinite(array).all():
            return f"{says}{name} of this batch holds NaN or infinity. Fix or drop those rows."
    sizes = _sizes(model)
    for name, size in sizes.items():
        if not math.isfinite(size):
            return f"{says}the first parameter that is no longer finite is {name}."
    name = max(sizes, key=sizes.get)
    return (
        f"{says}all parameters are finite, the largest entry is {sizes[name]:.3g}, in {name}; "
        f"the largest input of this batch is {float(np.abs(x).max()):.3g}."
    )


def _since_when(losses, largest):
    """How the training came to an error, from (loss, epoch, batch) so far, and what may help."""
    says = f"Before training no entry was larger than {largest:.3g}."
    if losses:
        first = losses[0][0]
        _, epoch, batch = [one for one in losses if one[0] <= first][-1]
        since = f"since batch {batch} of epoch {epoch}"
        says += f" The loss has been above its first value, {first:.3g}, {since}."
    return f"{says} Try a smaller learning rate, scaled inputs, or nn.utils.clip_grad_norm_."


_ELSEWHERE = {  # what learners pass to fit() that belongs to another place
    "lr": "The learning rate belongs to the optimizer: optim.Adam(model.parameters(), lr=0.001).",
    "epochs": "Write max_epochs=5.",
    "batch_size": "It belongs to the loader: DataLoader(dataset, batch_size=64).",
    "shuffle": "It belongs to the loader: DataLoader(dataset, 64, shuffle=True).",
    "validation_data": "Write val=ArrayDataset(x, y).",
    "verbose": "Write progress=False.",
}
