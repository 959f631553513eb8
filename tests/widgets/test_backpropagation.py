import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest

import nnlib
from nnlib import nn
from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_backpropagation
from nnlib.widgets.backpropagation import ENDS
from nnlib.widgets.models.backprop_steps import (
    ENTROPY,
    SQUARED,
    Step,
    all_steps,
    compute,
    digits,
    explain,
)
from tests.widgets.helpers import buttons, check_picture, extremes, press, sweep

MODULES = {"ReLU": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def texts(artists):
    return [artist.get_text() for artist in artists]


def drawing(explorer):
    return explorer.drawings[explorer._network_name(explorer.values())]


def now(explorer):
    """The scene, the pass, and the lines of the present step."""
    state = explorer.compute(**explorer.values())
    scene, run, order, number = (state[name] for name in ("scene", "run", "order", "now"))
    return scene, run, explain(order[number], number, len(order) - 1, scene, run)


def test_the_2_2_1_network_by_hand():
    explorer = explore_backpropagation()
    _, run, _ = now(explorer)
    np.testing.assert_allclose(run.z[0], [0.65, 0.5], atol=1e-12)
    np.testing.assert_allclose(run.z[1], [0.39], atol=1e-12)
    assert run.a[1][0] == pytest.approx(0.5963, abs=5e-5)
    assert run.loss == pytest.approx(0.517, abs=5e-4)
    assert run.dz[1][0] == pytest.approx(-0.4037, abs=5e-5)
    np.testing.assert_allclose(run.dw[1], [[-0.2624, -0.2019]], atol=5.1e-5)
    np.testing.assert_allclose(run.dz[0], [-0.2422, 0.1615], atol=5e-5)
    as_printed = [[-0.2422, 0.1615], [-0.1211, 0.0807]]  # (inputs, units), as tutorials have it
    np.testing.assert_allclose(run.dw[0].T, as_printed, atol=5.1e-5)


def test_the_single_neuron_by_hand():
    explorer = explore_backpropagation()
    press(explorer, "One neuron")
    _, run, _ = now(explorer)
    assert (run.z[0][0], run.loss, run.dw[0][0, 0], run.db[0][0]) == (7, 4, 8, 4)
    explorer.set(step=99)
    assert explorer.values()["step"] == explorer.controls["step"].max == 5
    _, _, lines = now(explorer)
    assert lines.numbers == ["x₁ → y: 3 − 0.01 × 8 = 2.92"]
    assert lines.reason == "L was 4. With all the new weights and biases it is 3.24."


CASES = list(itertools.product(["ReLU", "sigmoid", "tanh", "none"], ENDS.values(), [1, 3]))


@pytest.mark.parametrize(("hidden", "end", "outputs"), CASES)
def test_every_number_against_backward_and_measured_slopes(hidden, end, outputs):
    rng = np.random.default_rng([len(hidden), len(end[0]), outputs])
    last, loss = end
    sizes, names = [2, 4, 3, outputs], [hidden, hidden, last]
    layers = [
        (rng.normal(size=(o, i)), rng.normal(size=o), name)
        for i, o, name in zip(sizes, sizes[1:], names, strict=False)
    ]
    x, target = rng.normal(size=2), rng.uniform(size=outputs)
    run = compute(layers, x, target, loss)

    modules = []
    for weight, bias, name in layers:
        linear = nn.Linear(*weight.shape[::-1]).to(np.float64)
        linear.weight.data[...], linear.bias.data[...] = weight, bias
        modules += [linear] + ([MODULES[name]()] if name != "none" else [])
    loss_fn = nn.BCELoss() if loss == ENTROPY else nn.MSELoss()
    assert loss_fn(nn.Sequential(*modules)(x[None]), target[None]) == pytest.approx(run.loss)
    dy = loss_fn.backward()
    received = []  # by every module, from the loss back: dL/da of activations, dL/dz of Linears
    for module in reversed(modules):
        received.append(dy[0])
        dy = module.backward(dy)
    expected = []
    for k in reversed(range(3)):
        expected += [run.da[k]] * (names[k] != "none") + [run.dz[k]]
    for got, wanted in zip(received, expected, strict=True):
        np.testing.assert_allclose(wanted, got, rtol=1e-9, atol=1e-12)
    linears = [module for module in modules if isinstance(module, nn.Linear)]
    for k, linear in enumerate(linears):
        np.testing.assert_allclose(run.dw[k], linear.weight.grad, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(run.db[k], linear.bias.grad, rtol=1e-9, atol=1e-12)

        def with_weight(value, k=k):
            changed = [*layers[:k], (value, *layers[k][1:]), *layers[k + 1 :]]
            return compute(changed, x, target, loss)

        measured = numerical_gradient(lambda value: with_weight(value).loss, layers[k][0])
        np.testing.assert_allclose(run.dw[k], measured, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("z", [-40.0, 40.0, 400.0, -800.0])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_cross_entropy_stays_exact_where_the_sigmoid_is_flat(z, target):
    layers = [(np.array([[1.0]]), np.array([0.0]), "sigmoid")]
    run = compute(layers, [z], np.array([target]), ENTROPY)
    loss_fn = nn.BCEWithLogitsLoss()
    assert run.loss == pytest.approx(loss_fn(np.array([z]), np.array([target])))
    assert run.dz[0][0] == pytest.approx(loss_fn.backward()[0])
    assert np.isfinite(run.da[0]).all()


def test_a_sum_that_is_zero_is_not_above_zero():
    layers = [(np.array([[0.1, 0.2, -0.3]]), np.zeros(1), "ReLU")]
    run = compute(layers, [1, 1, 1], np.array([1.0]), SQUARED)
    assert 0.1 + 0.2 - 0.3 != 0
    assert run.z[0][0] == 0
    assert run.dz[0][0] == 0


def test_the_order_of_the_steps():
    layers = [(np.zeros((1, 1)), np.zeros(1), "ReLU"), (np.zeros((1, 1)), np.zeros(1), "none")]
    forwards, backwards = ["z 0", "a 0", "z 1"], ["da 1", "dw 1", "da 0", "dz 0", "dw 0"]
    wanted = ["start", *forwards, "loss", *backwards, "update"]
    steps = [
        step.kind if step.kind in ("start", "loss", "update") else f"{step.kind} {step.layer}"
        for step in all_steps(layers)
    ]
    assert steps == wanted


def test_nothing_is_shown_before_it_is_computed():
    explorer = explore_backpropagation()
    graph = drawing(explorer)
    appears = {}
    for number in range(18):
        explorer.set(step=number)
        shown = texts(graph.known[2:]) + texts(graph.slopes[2:]) + texts(graph.gradients)
        for place, text in enumerate(shown):
            for line in text.split("\n"):
                if line:
                    appears.setdefault((place, line.split()[0] if " " in line else "dw"), number)
    order = all_steps(explorer.scene(explorer.values()).layers)
    h1, h2, y, loss = range(4)
    for place, letter, step in [
        *((h1, "z", Step("z", 0, 0)), (h2, "a", Step("a", 0, 1)), (y, "z", Step("z", 1, 0))),
        *((loss, "L", Step("loss")), (4 + y, "da", Step("da", 1, 0))),
        *((4 + h1, "da", Step("da", 0, 0)), (4 + h2, "dz", Step("dz", 0, 1))),
        *((8 + 0, "dw", Step("dw", 0, 0)), (8 + 3, "dw", Step("dw", 0, 1))),
        (8 + 4, "dw", Step("dw", 1, 0)),
    ]:
        assert appears[place, letter] == order.index(step), (place, letter)
    assert len(appears) == 2 * 3 + 1 + 2 * 3 + 6


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (1, "z = 0.4 × 1 + 0.3 × 0.5 + 0.1 = 0.65"),
        (2, "a = ReLU(0.65) = 0.65"),
        (6, "a = sigmoid(0.39) = 0.5963"),
        (7, "L = −ln 0.5963 = 0.517"),
        (8, "da = (0.5963 − 1) / (0.5963 × 0.4037) = −1.677"),
        (9, "dz = (−1.677) × 0.5963 × 0.4037 = −0.4037"),
        (11, "da = 0.6 × (−0.4037) = −0.2422"),
        (12, "dz = (−0.2422) × 1 = −0.2422"),
    ],
)
def test_the_formula_with_its_numbers(number, line):
    explorer = explore_backpropagation().set(step=number)
    assert line in texts(explorer.numbers)
    assert explorer.headline.get_text().startswith(f"Step {number} of 17, ")
    assert line in explorer.description


def evaluate(text):
    """The value of a written calculation such as 0.4 × 1 + (−0.2) × 0.5."""
    python = text.replace("−", "-").replace("×", "*").replace("÷", "/").replace("²", "**2")
    names = {
        "ReLU": lambda z: max(z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "ln": np.log,
    }
    python = re.sub(r"ln ([\d.]+)", r"ln(\1)", python)
    return eval(python, {"__builtins__": {}}, names)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("hidden", ["ReLU", "sigmoid", "tanh", "none"])
def test_both_sides_of_every_written_line_are_equal(hidden, end):
    nnlib.manual_seed(2)
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2), nn.Sigmoid())
    explorer = explore_backpropagation(model, [0.5, -1.0, 2.0], [0.3, 1.0])
    explorer.set(act1=hidden, end=end)
    checked = 0
    for number in range(explorer.controls["step"].max + 1):
        explorer.set(step=number)
        for entry in re.split(r" {5}", "     ".join(now(explorer)[2].numbers)):
            if number == 0 or entry.startswith("bias"):
                continue
            *_, calculation, result = entry.replace(": ", " = ").split(" = ")
            assert evaluate(calculation) == pytest.approx(evaluate(result), rel=0.01, abs=4e-4)
            checked += 1
    assert checked >= 20


def test_a_dead_relu_lets_nothing_through():
    explorer = explore_backpropagation()
    press(explorer, "Dead ReLU")
    _, run, lines = now(explorer)
    assert not run.dw[0].any()
    assert not run.db[0].any()
    assert not run.dw[1].any()  # what came in there is 0
    assert run.db[1][0] != 0
    assert lines.reason == "dz is 0: these weights do not learn from this example."


def test_a_saturated_sigmoid_lets_little_through_and_cross_entropy_mends_it():
    explorer = explore_backpropagation()
    press(explorer, "Saturated sigmoid")
    _, run, lines = now(explorer)
    assert run.loss > 0.99
    assert 0 < abs(run.dz[1][0]) < 1e-5
    assert "nearly flat" in lines.reason
    explorer.set(end="sigmoid, BCE")
    _, run, lines = now(explorer)
    assert run.dz[1][0] == pytest.approx(-1, abs=1e-5)
    assert lines.reason == "Sigmoid and cross-entropy together leave a − target."


def test_back_next_and_play_walk_through_the_steps():
    explorer = explore_backpropagation()
    press(explorer, "◀ Back")
    assert explorer.values()["step"] == 0
    for number in range(1, 18):
        press(explorer, "Next ▶")
        assert explorer.values()["step"] == number
    press(explorer, "Next ▶")
    assert explorer.values()["step"] == 17
    explorer.set(step=3)
    frames = explorer.frames
    explorer.play.value += 1  # one tick
    assert explorer.values()["step"] == 4
    assert explorer.frames == frames + 1


def test_only_the_controls_of_the_present_network_are_shown():
    explorer = explore_backpropagation()
    hidden = {n for n, w in explorer.controls.items() if w.hidden}
    assert hidden == {"x1_y"}
    explorer.set(network="one neuron")
    shown = {n for n, w in explorer.controls.items() if not w.hidden}
    always = {"network", "step", "back", "next", "play", "end", "lr"}
    assert shown == always | {"x1", "t_y", "x1_y", "b_y"}
    assert explorer.values()["t_y"] == 5


def test_a_target_of_cross_entropy_lies_between_0_and_1():
    explorer = explore_backpropagation()
    target = explorer.controls["t_y"]
    assert (target.min, target.max) == (0, 1)
    press(explorer, "One neuron")
    assert (target.min, target.max, target.value) == (-8, 8, 5)
    explorer.set(end="sigmoid, BCE")
    assert (target.min, target.max, target.value) == (0, 1, 1)


def test_a_preset_gives_the_same_whatever_was_before():
    explorer = explore_backpropagation()
    for one, other in itertools.permutations(explorer.presets, 2):
        press(explorer, other)
        expected = explorer.values()
        press(explorer, one)
        press(explorer, other)
        now_values = explorer.values()
        mine = explorer._belongs[expected["network"]] | {"network", "end", "step"}
        assert {n: now_values[n] for n in mine} == {n: expected[n] for n in mine}
        press(explorer, "Reset")
        assert explorer.values() == explorer.defaults


def test_every_control_at_its_ends():
    sweep(explore_backpropagation().set(step=13), pairs=False)


def test_pairs_of_controls_at_their_ends():
    explorer = explore_backpropagation().set(step=16)
    some = ["network", "step", "end", "x1", "t_y", "act1", "h1_y", "b_y"]
    for one, other in itertools.combinations(some, 2):
        for a in extremes(explorer.controls[one]):
            explorer.set(**{one: a})
            for b in extremes(explorer.controls[other]):
                explorer.set(**{other: b})
                check_picture(explorer, {one: a, other: b})
        explorer.reset()


def test_every_step_of_every_preset_is_drawn():
    explorer = explore_backpropagation()
    for label in explorer.presets:
        press(explorer, label)
        for number in range(explorer.controls["step"].max + 1):
            explorer.set(step=number)
            check_picture(explorer, (label, number))
            assert f"Step {number} of" in explorer.description


def test_the_learners_own_network_is_shown_and_not_changed():
    nnlib.manual_seed(3)
    model = nn.Sequential(
        *(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4, bias=False), nn.ReLU()),
        *(nn.Linear(4, 2), nn.Sigmoid()),
    )
    before = model.state_dict()
    x, target = np.array([[0.5, -1, 2]], np.float32), np.array([[1, 0]], np.float32)
    explorer = explore_backpropagation(model, x[0], target[0])
    scene, run, _ = now(explorer)
    assert "network" not in explorer.controls
    assert "b_h21" not in explorer.controls
    assert scene.loss == ENTROPY
    for number in range(explorer.controls["step"].max + 1):
        explorer.set(step=number)
        check_picture(explorer, number)
        for text in explorer.numbers:
            width = text.get_window_extent().width / explorer.size[0] / explorer.dpi
            assert width < 0.99, text.get_text()

    loss_fn = nn.BCELoss()
    assert run.loss == pytest.approx(loss_fn(model(x), target), rel=1e-5)
    model.backward(loss_fn.backward())
    for k, linear in enumerate((model[0], model[2], model[4])):
        np.testing.assert_allclose(run.dw[k], linear.weight.grad, rtol=1e-4, atol=1e-6)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_labels_of_a_crowded_network_stand_on_the_active_edges():
    nnlib.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
    explorer = explore_backpropagation(model)
    order = all_steps(explorer.scene(explorer.values()).layers)
    explorer.set(step=order.index(Step("z", 1, 2)))
    shown = [t.get_text() for t in drawing(explorer).values if t.get_visible()]
    assert shown == [digits(round(float(w), 6)) for w in model[2].weight.data[2]]
    explorer.set(step=order.index(Step("dz", 1, 2)))
    assert not any(t.get_visible() for t in drawing(explorer).values)


def test_the_own_networks_loss_fits_its_output_and_targets():
    linear = explore_backpropagation(nn.Sequential(nn.Linear(1, 1)), [2], [5])
    assert linear.values()["end"] == "no activation, MSE"
    classifier = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid())
    assert explore_backpropagation(classifier).values()["end"] == "sigmoid, BCE"
    beyond = explore_backpropagation(classifier, [1], [5])
    assert beyond.values()["end"] == "sigmoid, MSE"


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Linear(2, 1), "explore_backpropagation expected an nn.Sequential"),
        (nn.Sequential(), "1 to 3 Linear layers"),
        (nn.Sequential(nn.Linear(2, 5)), "at most 4 inputs and units"),
        (nn.Sequential(nn.Linear(2, 2), nn.LeakyReLU()), "knows the slopes of ReLU, Sigmoid, Tanh"),
        (nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1)), "in_features=3"),
    ],
)
def test_a_network_that_cannot_be_shown(model, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore_backpropagation(model)


def test_an_input_or_a_target_that_does_not_fit():
    model = nn.Sequential(nn.Linear(2, 1))
    for x in ([1], [1, 2, 3], [1, np.nan], "ab"):
        with pytest.raises(ValueError, match=r"x of shape \(2,\), one finite number"):
            explore_backpropagation(model, x)
    with pytest.raises(ValueError, match=r"target of shape \(1,\)"):
        explore_backpropagation(model, [1, 2], [1, 2])
    with pytest.raises(ValueError, match="together with a model"):
        explore_backpropagation(x=[1, 2])


def test_an_error_is_shown_in_the_explorer():
    explorer = explore_backpropagation()
    explorer.networks["2-2-1"] = (SimpleNamespace(parameters=lambda values: []), [1.0], [1.0])
    explorer.set(x1=0.5)
    assert explorer.last_error is not None
    assert "could not be drawn" in explorer.widget.alert


def test_numbers_are_written_short():
    written = [digits(v) for v in (0.65, -0.40372, 12.345678, 0, 1e-17, 4.8e-6, -2e7, 100.0)]
    assert written == ["0.65", "−0.4037", "12.35", "0", "0", "4.8e−6", "−2.0e7", "100"]


def test_buttons():
    explorer = explore_backpropagation()
    assert [b.label for b in buttons(explorer)][:4] == list(explorer.presets)
