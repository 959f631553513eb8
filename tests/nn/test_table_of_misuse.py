"""Kind of mistake times layer, loss, optimizer and type: right, a clear error, or a warning."""

import copy
import pickle
import warnings
from collections import deque

import numpy as np
import pytest
import torch

from nnlib import nn, optim
from nnlib.gradcheck import gradcheck
from nnlib.nn import functional as F
from nnlib.nn.formulas import mean, sum_products, sum_rows
from tests.nn.helpers import numbers
from tests.nn.test_every_layer import LAYERS, LOSSES

TYPES = [bool, np.uint8, np.int8, np.int64, np.float16, np.float32, np.float64, list]
every_type = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
every_layer = pytest.mark.parametrize(
    ("layer", "shape"), LAYERS, ids=lambda value: str(value).split("\n")[0]
)


def of_kind(array, kind):
    return array.tolist() if kind is list else array.astype(kind)


@every_layer
@every_type
def test_layers_take_every_type_of_number(layer, shape, kind):
    x = np.random.default_rng(0).integers(0, 2, shape).astype(float)
    layer = copy.deepcopy(layer).eval()
    expected = layer(x.astype(np.float32))
    y = layer(of_kind(x, kind))
    np.testing.assert_allclose(y, expected, rtol=1e-3, atol=1e-3)
    dy = np.ones(y.shape)
    dx = layer.backward(of_kind(dy, kind))
    layer(x.astype(np.float32))
    np.testing.assert_allclose(dx, layer.backward(dy), rtol=1e-3, atol=1e-3)
    assert all(p.grad.dtype.kind == "f" for p in layer.parameters())


@pytest.mark.parametrize(("loss_fn", "input", "target"), LOSSES)
@every_type
def test_losses_take_every_type_of_number(loss_fn, input, target, kind):
    loss_fn, input = copy.deepcopy(loss_fn), np.round(np.abs(input)).clip(0, 1)
    expected = loss_fn(input, target)
    gradient = loss_fn.backward()
    assert loss_fn(of_kind(input, kind), target) == pytest.approx(expected, rel=1e-3)
    np.testing.assert_allclose(loss_fn.backward(), gradient, rtol=1e-3, atol=1e-6)


@every_type
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "tanh", "sigmoid", "softmax"])
def test_functions_take_every_type_of_number(name, kind):
    x = np.array([[0.0, 1, 3], [1, 0, 0]])
    x = x > 0 if kind is bool else x
    expected = getattr(F, name)(x.astype(np.float64))
    np.testing.assert_allclose(getattr(F, name)(of_kind(x, kind)), expected, rtol=2e-3)


@every_type
@pytest.mark.parametrize("name", ["weight", "bias"])
@pytest.mark.parametrize("layer", [nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Conv2d(1, 2, 1)])
def test_parameters_stay_floats(layer, name, kind):
    layer = copy.deepcopy(layer).eval()
    p = getattr(layer, name)
    p.data = of_kind(np.ones(p.shape), kind)
    assert p.data.dtype in (np.float32, np.float64)
    x = np.full((1, 1, 1, 1) if isinstance(layer, nn.Conv2d) else (1, 2), 0.5)
    assert (layer(x) != np.round(layer(x))).any()  # not cut down to whole numbers


@pytest.mark.parametrize("dtype", [int, bool, np.float16, np.complex64, "abc", None])
def test_other_types_are_refused_for_parameters(dtype):
    for make in (lambda: nn.Linear(2, 2).to(dtype), lambda: nn.Parameter([1.0], dtype)):
        with pytest.raises(TypeError, match=r"expected np.float32 or np.float64, got"):
            make()


@every_layer
@pytest.mark.parametrize(
    "wrong",
    [
        lambda dy: 1.0,
        lambda dy: dy[0],
        lambda dy: dy[:, :1],
        lambda dy: dy[None],
        lambda dy: dy[:-1],
        lambda dy: dy.sum(),
    ],
    ids=["scalar", "row", "column", "axis too many", "short", "sum"],
)
def test_backward_looks_at_the_shape_of_dy(layer, shape, wrong):
    layer = copy.deepcopy(layer)
    dy = np.ones_like(layer(numbers(shape, np.float32)))
    with pytest.raises(ValueError, match=r"backward\(\) expected dy of the shape of its output"):
        layer.backward(wrong(dy))
    layer.backward(dy)


@every_layer
@pytest.mark.parametrize("wrong", [None, "dy", {}, object(), [[1.0], [1.0, 2.0]]])
def test_backward_refuses_what_is_no_array(layer, shape, wrong):
    layer = copy.deepcopy(layer)
    layer(numbers(shape, np.float32))
    with pytest.raises(TypeError, match=r"backward\(dy\) expected an array"):
        layer.backward(wrong)


def test_gradients_have_the_shape_of_their_parameter():
    p = nn.Parameter(np.zeros((2, 3)))
    for wrong in (np.ones(3), 1.0, np.ones((3, 2))):
        with pytest.raises(ValueError, match=r"Parameter.grad expected the shape \(2, 3\)"):
            p.accumulate(wrong)
        with pytest.raises(ValueError, match=r"Parameter.grad expected the shape \(2, 3\)"):
            p.grad = wrong
        with pytest.raises(ValueError, match=r"Parameter.data expected the shape \(2, 3\)"):
            p.data = wrong
    p.grad = np.ones((2, 3), int)
    assert p.grad.dtype == np.float32


class Parts(nn.Module):
    def __init__(self, **attributes):
        super().__init__()
        vars(self).update(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"blocks": [nn.Linear(2, 2)]},
        {"blocks": (nn.ReLU(), nn.Linear(2, 2))},
        {"blocks": {"first": nn.Linear(2, 2)}},
        {"weights": [nn.Parameter([1.0])]},
        {"blocks": [[nn.ReLU(), [nn.Linear(2, 2)]]]},
        {"blocks": {"a": [("first", nn.Linear(2, 2))]}},
        {"blocks": {nn.Linear(2, 2)}},
        {"blocks": deque([nn.Linear(2, 2)])},
    ],
)
def test_parts_that_nobody_registered_are_named(attributes):
    for model in (Parts(**attributes), nn.Sequential(Parts(**attributes))):
        with pytest.raises(TypeError, match=r"inside a list or dict, where it would not"):
            model.parameters()


@pytest.mark.parametrize("part", [nn.Linear(2, 2), nn.Parameter([1.0])])
def test_parts_of_the_class_are_named(part):
    class Net(nn.Module):
        shared = part

    with pytest.raises(TypeError, match=r"Net.shared belongs to the class, where .* Write self.sh"):
        nn.Sequential(Net()).parameters()


def test_registered_parts_may_stand_in_a_list_as_well():
    layer, p = nn.Linear(2, 2), nn.Parameter([1.0])
    assert len(Parts(layer=layer, p=p, all=[layer, p], other=[1, "a"]).parameters()) == 3


def test_an_array_in_the_place_of_a_parameter_is_named():
    layer = nn.Linear(2, 2)
    layer.weight = np.ones((2, 2))
    for use in (layer.parameters, lambda: layer(np.ones((1, 2)))):
        with pytest.raises(TypeError, match=r"Linear.weight expected a Parameter, got an array"):
            use()


def test_one_layer_at_two_places_is_named_and_shared_parameters_come_once():
    layer = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"a new layer at every place"):
        Parts(a=layer, b=layer).parameters()
    tied = nn.Sequential(layer, nn.Linear(2, 2))
    tied[1].weight = layer.weight
    assert [name for name, _ in tied.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    optimizer = optim.SGD([layer.weight, layer.weight], lr=0.1)
    before = layer.weight.data.copy()
    layer.weight.grad = np.ones((2, 2))
    optimizer.step()
    np.testing.assert_allclose(layer.weight.data, before - 0.1, rtol=1e-6)


NETWORKS = [
    lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)),
    lambda: nn.Linear(3, 1),
    lambda: nn.Sequential(nn.Residual(nn.Linear(3, 3)), nn.Linear(3, 1)),
]
every_network = pytest.mark.parametrize("make", NETWORKS)


@every_network
def test_a_gradient_of_another_forward_pass_is_noticed(make):
    model, loss_fn, target = make(), nn.MSELoss(), np.zeros((5, 1), np.float32)
    x, other = numbers((5, 3), np.float32), numbers((5, 3), np.float32, 1)
    y = model(x)
    model(other)
    loss_fn(y, target)
    with pytest.warns(UserWarning, match=r"not computed on the last output"):
        model.backward(loss_fn.backward())
    loss_fn(1 / (1 + np.exp(-model(x))), target)  # its slope is left out on the way back
    with pytest.warns(UserWarning, match=r"or the output was changed before the loss"):
        model.backward(loss_fn.backward())
    for same in (lambda y: y, np.copy, lambda y: y.astype(np.float64), lambda y: y[:]):
        loss_fn(same(model(x)), target)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.backward(loss_fn.backward())


@every_network
def test_an_eval_pass_in_between_is_noticed(make):
    model, loss_fn, target = make(), nn.MSELoss(), np.zeros((5, 1), np.float32)
    loss_fn(model(numbers((5, 3), np.float32)), target)
    model.eval()(numbers((5, 3), np.float32, 1))
    with pytest.raises(RuntimeError, match=r"found a prediction in eval mode"):
        model.train().backward(loss_fn.backward())


class Own(np.ndarray):
    pass


SHARING = {
    "array": lambda x, path: x,
    "subclass": lambda x, path: x.view(Own),
    "matrix": lambda x, path: x.view(np.matrix),
    "memory map": lambda x, path: np.memmap(path / "x", np.float32, "w+", shape=x.shape),
    "tensor": lambda x, path: torch.tensor(x),
}


@every_network
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("kind", SHARING)
def test_an_input_that_is_changed_in_place_harms_nothing(make, mode, kind, tmp_path):
    array = numbers((5, 3), np.float32)
    model, x = make().train(mode), SHARING[kind](array, tmp_path)
    x[...] = x.new_tensor(array) if kind == "tensor" else array
    model.backward(np.ones_like(model(x)))
    expected = [p.grad for p in model.parameters()]
    model.zero_grad()
    y = model(x)
    x *= 2
    model.backward(np.ones_like(y))
    for p, grad in zip(model.parameters(), expected, strict=True):
        np.testing.assert_array_equal(p.grad, grad)


IN_BETWEEN = {
    "a slice": (lambda model, second: model[:2], 3),
    "the first layer": (lambda model, second: model[0], 3),
    "a layer in the middle": (lambda model, second: model[1], 4),
    "the last layer": (lambda model, second: model[-1], 4),
    "another network": (lambda model, second: second, 3),
    "another network in eval mode": (lambda model, second: second.eval(), 3),
}


@pytest.mark.parametrize("layer", [nn.ReLU, nn.Dropout])
@pytest.mark.parametrize(("pick", "size"), IN_BETWEEN.values(), ids=IN_BETWEEN)
def test_a_layer_that_was_called_in_between_goes_through_its_pass_again(layer, pick, size):
    encoder, x = nn.Linear(3, 4), numbers((5, 3), np.float32)
    model = nn.Sequential(encoder, layer(), nn.Linear(4, 1))
    second = nn.Sequential(encoder, nn.Linear(4, 2))
    model.backward(np.ones_like(model(x)))
    expected = encoder.weight.grad
    model.zero_grad()
    y = model(x)
    pick(model, second)(numbers((5, size), np.float32, 1))
    if layer is nn.Dropout:  # another mask
        with pytest.warns(UserWarning, match=r"A layer of this Sequential, .* was called"):
            model.backward(np.ones_like(y))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.backward(np.ones_like(y))
    np.testing.assert_array_equal(encoder.weight.grad, expected)


LABELS = np.array([0, 1, 1], np.int64)
YES = np.ones((3, 1), np.float32)


@pytest.mark.parametrize(
    ("loss_fn", "target"),
    [(nn.BCELoss(), YES), (nn.BCEWithLogitsLoss(), YES), (nn.CrossEntropyLoss(), LABELS)],
)
def test_outputs_and_targets_may_be_changed_after_the_loss(loss_fn, target):
    input = np.full((3, 2 if target is LABELS else 1), 0.5, np.float32)
    loss_fn(input, target)
    expected, target = loss_fn.backward(), target.copy()
    loss_fn(input, target)
    input[...], target[...] = 0, 0
    np.testing.assert_array_equal(loss_fn.backward(), expected)


def test_data_of_a_parameter_is_a_copy():
    weights = np.broadcast_to(np.float32(1), (2, 2))  # read-only, one number
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    first.weight.data = weights
    second.weight.data = first.weight.data
    optimizer = optim.SGD([first.weight, second.weight], lr=1.0)
    kept = first.weight.data
    first.weight.data *= 2
    assert first.weight.data is kept  # in place stays in place
    first.weight.grad = second.weight.grad = np.ones((2, 2))
    optimizer.step()
    assert (first.weight.data == 1).all()
    assert (second.weight.data == 0).all()
    assert (weights == 1).all()


def test_freezing_is_said_to_be_the_optimizers():
    p = nn.Parameter([1.0])
    p.requires_grad = p.requires_grad  # as it is
    with pytest.raises(AttributeError, match=r"To freeze a layer, leave it out: optim.SGD"):
        p.requires_grad = False


def test_layers_are_replaced_and_removed():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    model[-1] = nn.Linear(4, 2)
    del model[1]
    assert model(np.ones((5, 3))).shape == (5, 2)
    assert [name for name, _ in model.named_parameters()][2] == "1.weight"
    with pytest.raises(ValueError, match=r"a new layer at every place"):
        model[0] = model[1]
    with pytest.raises(IndexError, match=r"expected i below 2, got 2"):
        del model[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("lr", -1), ("lr", np.nan), ("weight_decay", -1), ("steps", 1.5), ("steps", -1)),
        *(("state.0.step", np.nan), ("betas", [2, 0.5]), ("betas", [0.9, np.nan])),
        *(("units", [0, 1]), ("units", [1, -1])),
    ],
)
def test_a_state_that_cannot_be_changes_no_optimizer(name, value):
    optimizer = optim.Adam([nn.Parameter([1.0])])
    optimizer.params[0].grad = np.ones(1)
    optimizer.step()
    before = optimizer.state_dict()
    changed = {key: array + 1 for key, array in before.items() if key.startswith("state")}
    with pytest.raises((TypeError, ValueError), match=r"expected"):
        optimizer.load_state_dict(before | {"lr": 0.5} | changed | {name: value})
    for key, array in optimizer.state_dict().items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize("fused", [True, False])
def test_a_late_first_gradient_takes_a_first_step(fused):
    early, late = nn.Parameter([1.0]), nn.Parameter([1.0])
    optimizer = optim.Adam([early, late], lr=0.1, fused=fused)
    for step in range(50):
        early.grad, late.grad = np.ones(1), np.ones(1) if step == 49 else None
        optimizer.step()
    assert late.data.item() == pytest.approx(0.9, abs=1e-6)


def test_a_gradient_that_a_step_has_used_is_noticed_when_it_is_used_again():
    model, head = nn.Linear(2, 1), nn.Linear(1, 1)
    optimizer, other = optim.SGD(model.parameters(), lr=0.1), optim.SGD(head.parameters(), lr=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):  # accumulated before a step, or never used again: as of a GAN's judge
            optimizer.zero_grad()
            for _ in range(2):
                model.backward(np.ones_like(model(np.ones((3, 2)))))
            optimizer.step()
            other.zero_grad()
            model.backward(head.backward(np.ones_like(head(model(np.ones((3, 2)))))))
            other.step()
    with pytest.warns(UserWarning, match=r"has already used. Call optimizer.zero_grad\(\) before"):
        optimizer.step()


def test_parameters_of_another_model_are_noticed():
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    optimizer = optim.SGD(other.parameters(), lr=0.1)
    model.backward(np.ones_like(model(np.ones((3, 2)))))
    with pytest.warns(UserWarning, match=r"found no gradient.* from the parameters of this same"):
        optimizer.step()


def test_sums_over_many_rows_are_exact():
    rows = np.full((60_000, 1), 0.1, np.float32)
    exact = float(rows.astype(np.float64).sum())
    for n_in, n_out in ((1, 1), (1, 5), (20, 1), (3, 2), (20, 5)):  # BLAS adds each in its own way
        layer = nn.Linear(n_in, n_out)
        layer(np.ones((60_000, n_in)))
        layer.backward(np.repeat(rows, n_out, axis=1))
        np.testing.assert_allclose(layer.bias.grad, exact, rtol=1e-5)
        np.testing.assert_allclose(layer.weight.grad, exact, rtol=1e-5)
    assert sum_rows(rows).item() == pytest.approx(exact, rel=1e-6)
    assert sum_products(rows, np.ones_like(rows)).item() == pytest.approx(exact, rel=1e-6)
    assert mean(rows) == pytest.approx(exact / 60_000, rel=1e-12)
    wide = np.full((60_000, 784), 0.1, np.float32)
    assert nn.MSELoss()(wide, np.zeros_like(wide)) == pytest.approx(0.01, rel=1e-6)
    norm = nn.BatchNorm1d(1)
    norm(rows)
    assert norm.running_mean.item() == pytest.approx(0.01, rel=1e-5)
    p = nn.Parameter(np.zeros(1_000_000))
    p.grad = np.full(1_000_000, 0.1)
    assert nn.utils.clip_grad_norm_([p], 1e9) == pytest.approx(100, rel=1e-5)
    z = np.zeros((40_000, 10), np.float16)
    assert nn.CrossEntropyLoss()(z, np.zeros(40_000, int)) == pytest.approx(np.log(10), rel=1e-5)


@pytest.mark.parametrize("name", ["BCELoss", "BCEWithLogitsLoss"])
@pytest.mark.parametrize("target", [-1, 255, 2, float("nan")])
def test_targets_that_are_no_yes_or_no_are_refused(name, target):
    with pytest.raises(ValueError, match=rf"{name} expected targets in 0 ... 1, got"):
        getattr(nn, name)()(np.full((2, 1), 0.5), [[0], [target]])


def held(model):
    """Every array that a model keeps from its forward passes."""
    kept = []
    for module in model.modules():
        for name in ("saved", "output"):
            value = getattr(module, name)
            kept += [value] if isinstance(value, np.ndarray) else list(value or ())
    return kept


def test_eval_pickles_and_copies_keep_no_activations():
    model = nn.Sequential(
        *(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(4 * 13 * 13, 10)),
    )
    x = numbers((50, 1, 28, 28), np.float32)
    size = len(pickle.dumps(model))
    y = model(x)
    assert held(model)
    assert len(pickle.dumps(model)) <= size + 1000
    assert not held(copy.deepcopy(model))
    np.testing.assert_array_equal(model.eval()(x), y)
    assert not held(model)
    assert model.backward(np.ones_like(y)).shape == x.shape  # goes through the pass once more


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.LeakyReLU(), nn.MaxPool2d(2)])
def test_gradcheck_at_a_corner_says_so_and_checks_beside_it(layer):
    x = np.zeros((2, 1, 4, 4))
    with pytest.warns(UserWarning, match=r"input lies on a corner .* Checked beside it"):
        assert gradcheck(layer, x)


def test_gradcheck_still_finds_a_wrong_derivative_at_a_corner():
    class Wrong(nn.ReLU):
        def backward(self, dy):
            return 2 * super().backward(dy)

    message = r"Wrong: the gradient of input differs"
    with pytest.warns(UserWarning, match="corner"), pytest.raises(AssertionError, match=message):
        gradcheck(Wrong(), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.MSELoss()([1.0], [0.0]).backward(), r"Write model.backward\(loss_fn.backw"),
        (lambda: nn.Conv2d(3, 4, 3)(np.zeros((3, 9, 9))), r"single image .* x\[None\]"),
        (lambda: nn.Conv2d(1, 4, 3)(np.zeros((9, 9))), r"single grey image .* x\[None, None\]"),
        (lambda: nn.Conv2d(1, 4, 3)(np.zeros((5, 784))), r"x.reshape\(-1, 1, 28, 28\)"),
        (lambda: np.ones((2, 2)) @ nn.Parameter(np.ones((2, 2))), r"is no array. .* in .data"),
        (lambda: np.sum(nn.Parameter([1.0])), r"is no array. .* in .data"),
        (lambda: np.linalg.norm(nn.Parameter([1.0])), r"is no array. .* in .data"),
        (lambda: nn.Parameter([1.0]).T, r"has no T. Its array is .data"),
        (lambda: nn.Conv2d(3, 4, 3)(np.zeros((2, 9, 9, 3))), r"x.transpose\(0, 3, 1, 2\)"),
        (lambda: nn.MaxPool2d(2)(np.zeros((3, 9, 9))), r"A single image \(C, H, W\)"),
        (lambda: nn.Linear(4, 2)(np.zeros(4)), r"x\[None, :\], a batch of one"),
        (lambda: nn.Linear(4, 2).load_state_dict("model.npz"), r"load_state_dict\(nnlib.load"),
        (lambda: nn.Linear(1, 1)(np.ma.array([[1.0]], mask=[[True]])), r"with gaps"),
        (lambda: nn.Linear(1, 1)(nn.Parameter([[1.0]])), r"has it in .data"),
    ],
)
def test_words(make, message):
    with pytest.raises((AttributeError, TypeError, ValueError, RuntimeError), match=message):
        make()


def test_a_value_that_is_no_array_changes_nothing():
    model = nn.Linear(2, 2)
    before = model.state_dict()
    for bad in (None, "abc", [[1], [2, 3]], object(), np.array([None, 1.0])):
        with pytest.raises((TypeError, ValueError)):
            model.load_state_dict({"weight": np.ones((2, 2)), "bias": bad})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_own_modules_are_watched_and_not_broken():
    class Embedding(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Parameter(np.arange(8.0).reshape(4, 2))

        def forward(self, x):
            self.saved = x
            return self.table.data[x]

        def backward(self, dy):
            grad = np.zeros_like(self.table.data)
            np.add.at(grad, self.saved, dy)
            self.table.accumulate(grad)

    class Flat(nn.Linear):
        def forward(self, x):
            return super().forward(x.reshape(len(x), -1))

        def backward(self, dy):
            return super().backward(dy).reshape(len(dy), 2, 3)

    class Forgetful(nn.Module):
        def forward(self, x):
            x * 2

    model = nn.Sequential(Embedding(), nn.Linear(2, 1))
    model.backward(np.ones_like(model(np.array([0, 3, 3]))), input_grad=False)
    assert (model[0].table.grad[3] == 2 * model[1].weight.data).all()
    layer = Flat(6, 2)
    assert layer.backward(np.ones_like(layer(numbers((4, 2, 3))))).shape == (4, 2, 3)
    with pytest.raises(ValueError, match=r"expected dy of the shape of its output"):
        layer.backward(np.ones((2, 4)))
    with pytest.raises(TypeError, match=r"Forgetful.forward\(\) returned None. Return the output"):
        Forgetful()(np.ones(3))
