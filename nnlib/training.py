"""The training loop, once: epochs() yields what happened, fit() shows it and keeps it."""

import math
import sys
import time

import numpy as np

from nnlib import nn
from nnlib.metrics import History, Metrics


class TrainingError(RuntimeError):
    """Training met a loss or a parameter that is NaN or infinite."""


def predict(model, x, transform=None, batch_size=1000):
    """The model's outputs (N, ...) for x (N, ...), in eval mode; the mode is put back after.

    Raises ValueError when x is empty.
    """
    if len(x) == 0:
        raise ValueError("predict expected at least one example, got none.")
    training = model.training
    model.eval()
    try:
        batches = (x[i : i + batch_size] for i in range(0, len(x), batch_size))
        return np.concatenate([model(transform(b) if transform else b) for b in batches])
    finally:
        model.train(training)


def evaluate(model, loss_fn, dataset):
    """Mean loss and accuracy (None where targets are no classes) on a data set, in eval mode."""
    check_last_layer(model, loss_fn)
    outputs = predict(model, dataset.x, dataset.transform)
    loss = loss_fn(outputs, dataset.y)
    if isinstance(loss_fn, nn.CrossEntropyLoss):
        return loss, float(np.mean(outputs.argmax(axis=1) == dataset.y))
    if isinstance(loss_fn, (nn.BCELoss, nn.BCEWithLogitsLoss)):
        middle = 0.5 if isinstance(loss_fn, nn.BCELoss) else 0  # a probability, or a logit
        return loss, float(np.mean((outputs > middle) == (np.asarray(dataset.y) > 0.5)))
    return loss, None


def epochs(
    model, loss_fn, optimizer, loader, val=None, max_epochs=5, scheduler=None, on_batch=None
):
    """Train, and yield Metrics after each epoch; the caller may stop, or pause, between two.

    loader: a DataLoader; val: an ArrayDataset that is only measured; scheduler: of
    optim.lr_scheduler, its step() is called after each batch; on_batch: called with the loss then.
    Raises TrainingError when a loss is NaN or infinite. Leaves the model in eval mode.
    """
    check_last_layer(model, loss_fn)
    for epoch in range(1, max_epochs + 1):
        start, total, count = time.perf_counter(), 0.0, 0
        model.train()
        for batch, (x, y) in enumerate(loader, 1):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            if not math.isfinite(loss):
                raise TrainingError(_what_went_bad(model, loss, epoch, batch))
            model.backward(loss_fn.backward(), input_grad=False)  # data needs no gradient
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            total, count = total + loss * len(x), count + len(x)
            if on_batch is not None:
                on_batch(loss)
        model.eval()
        val_loss, val_accuracy = (None, None) if val is None else evaluate(model, loss_fn, val)
        seconds = time.perf_counter() - start
        yield Metrics(epoch, total / count, val_loss, val_accuracy, seconds)


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
):
    """Train with a progress bar; returns a History. The arguments of epochs(), and:

    patience: stop when val loss has not improved for so many epochs, and put the best weights
    back (early stopping). Stopping the cell by hand keeps what was learned so far.
    """
    if patience is not None and (val is None or patience < 1):
        raise ValueError("patience expected 1 or more epochs, and a validation set in val.")
    from tqdm import tqdm  # here, so that importing nnlib.training loads NumPy alone

    history, best, best_state = History(), math.inf, None
    bar = tqdm(total=max_epochs * len(loader), unit="batch", file=sys.stdout, disable=not progress)
    arguments = (model, loss_fn, optimizer, loader, val, max_epochs, scheduler)
    try:
        for metrics in epochs(*arguments, lambda loss: bar.update()):
            history.epochs.append(metrics)
            bar.set_postfix_str(_in_words(metrics), refresh=False)
            if patience is None:
                continue
            if metrics.val_loss < best:
                best, best_epoch, best_state = metrics.val_loss, metrics.epoch, model.state_dict()
            elif metrics.epoch - best_epoch >= patience:
                break
    except KeyboardInterrupt:
        bar.write("Stopped by hand; the weights learned so far are kept.", file=sys.stdout)
    finally:
        bar.close()
        model.eval()
    if best_state is not None:
        model.load_state_dict(best_state)
    return history


def check_last_layer(model, loss_fn):
    """ValueError for a last layer that the loss has built in, and so would apply twice.

    That is Softmax under CrossEntropyLoss and Sigmoid under BCEWithLogitsLoss.
    """
    last = model
    while isinstance(last, nn.Sequential) and len(last):
        last = last[-1]
    for loss, layer in ((nn.CrossEntropyLoss, nn.Softmax), (nn.BCEWithLogitsLoss, nn.Sigmoid)):
        if isinstance(loss_fn, loss) and isinstance(last, layer):
            raise ValueError(
                f"{loss.__name__} expected logits, and the network ends in {layer.__name__}: it "
                f"would be applied twice, and learning would crawl. Take the {layer.__name__} out."
            )


def _in_words(metrics):
    words = f"epoch {metrics.epoch}, train loss {metrics.train_loss:.4f}"
    if metrics.val_loss is not None:
        words += f", val loss {metrics.val_loss:.4f}"
    if metrics.val_accuracy is not None:
        words += f", val accuracy {metrics.val_accuracy:.2%}"
    return words


def _what_went_bad(model, loss, epoch, batch):
    bad = [name for name, p in model.named_parameters() if not np.isfinite(p.data).all()]
    where = (
        f"the first parameter that went bad is {bad[0]}"
        if bad
        else ("all parameters are finite, so look at the inputs and targets of this batch")
    )
    return (
        f"The loss became {loss} in epoch {epoch}, batch {batch}; {where}. Try a smaller learning "
        "rate, scaled inputs, or clip_grad_norm_."
    )
