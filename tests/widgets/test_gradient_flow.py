import numpy as np
import pytest

import nnlib
from nnlib import nn
from nnlib.gradcheck import numerical_gradient
from nnlib.nn import init
from nnlib.random import generator
from nnlib.widgets import explore_gradient_flow
from nnlib.widgets.base.numbers import few
from nnlib.widgets.gradient_flow import limits, verdict
from nnlib.widgets.models.gradient_flow import (
    ACTIVATIONS,
    INPUTS,
    STARTS,
    Flow,
    N,
    compute,
    linear_layers,
    make_network,
    measure,
    own_draws,
    rms,
)
from tests.widgets.javascript import answers


def flow(depth=10, width=32, activation="sigmoid", start="Xavier", **extras):
    chosen = {"batch_norm": False, "residual": False, "draw": 0} | extras
    return compute(depth=depth, width=width, activation=activation, start=start, **chosen)


def small_network():
    nnlib.manual_seed(4)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)).to(np.float64)


def test_the_numbers_by_hand():
    model = small_network()
    (first, second), seed = linear_layers(model), 7
    measured = measure(model, seed)
    with own_draws(seed):
        x = generator.standard_normal((N, 3))
        y = generator.integers(0, 2, N)
    a = np.tanh(x @ first.weight.data.T + first.bias.data)
    z = a @ second.weight.data.T + second.bias.data
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    dz2 = p - np.eye(2)[y]  # for one example each
    dz1 = dz2 @ second.weight.data * (1 - a**2)
    np.testing.assert_allclose(measured.size, [rms(x), rms(a)])
    spread = [np.sqrt(np.mean(v.var(axis=0))) for v in (x, a)]
    np.testing.assert_allclose(measured.spread, spread)
    np.testing.assert_allclose(measured.sent, [rms(dz1), rms(dz2)])
    np.testing.assert_allclose(measured.learned, [rms(dz1.T @ x / N), rms(dz2.T @ a / N)])


def test_what_a_layer_learns_is_the_slope_of_the_loss():
    model = small_network()
    measured = measure(model)
    with own_draws(0):
        x, y = generator.standard_normal((N, 3)), generator.integers(0, 2, N)
    weight = linear_layers(model)[0].weight

    def loss(values):
        before, weight.data = weight.data, values
        try:
            return nn.CrossEntropyLoss()(model(x), y)
        finally:
            weight.data = before

    assert np.isclose(rms(numerical_gradient(loss, weight.data)), measured.learned[0], rtol=1e-5)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_network_is_the_one_that_is_asked_for(activation, batch_norm, residual):
    model = make_network(6, 12, activation, "He", batch_norm, residual)
    layers = linear_layers(model)
    assert [layer.in_features for layer in layers] == [INPUTS] + 5 * [12]
    assert [layer.out_features for layer in layers] == 5 * [12] + [2]
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(nn.BatchNorm1d) == (5 if batch_norm else 0)
    assert kinds.count(nn.Residual) == (4 if residual else 0)
    if ACTIVATIONS[activation]:
        assert kinds.count(ACTIVATIONS[activation]) == 5


def test_the_weights_start_as_their_name_says():
    sizes = {}
    for start in STARTS:
        with own_draws(0):
            layers = linear_layers(make_network(12, 64, "ReLU", start))[1:-1]
        sizes[start] = rms(np.array([layer.weight.data for layer in layers]))
        biases = np.concatenate([layer.bias.data for layer in layers])
        assert biases.any() == (start == "as Linear does")
    np.testing.assert_allclose(
        list(sizes.values()), [0.01, 1, 1 / 8, np.sqrt(2) / 8, 1 / np.sqrt(3) / 8], rtol=0.02
    )


def test_a_sigmoid_passes_on_less_than_a_quarter():
    # |dL/dz before| <= 0.25 |W| |dL/dz|: with weights of norm about 1 the gradient has to fall
    measured = flow(10)
    assert (measured.sent[:-1] / measured.sent[1:] < 0.5).all()
    assert (np.diff(np.log10(measured.learned)) > 0.2).all()
    assert measured.learned[0] < 1e-5 * measured.learned[-1]
    assert measured.size[-1] > 0.4  # the numbers look healthy ...
    assert measured.spread[-1] < 1e-4  # ... and say nothing about the example any more


def test_he_keeps_the_signal_of_relu_and_xavier_halves_its_square():
    many = {
        start: np.mean(
            [np.log2(flow(20, 64, "ReLU", start, draw=draw).size[1:]) for draw in range(10)], axis=0
        )
        for start in ("He", "Xavier")
    }
    layers = np.arange(19)
    assert abs(np.polyfit(layers, many["He"], 1)[0]) < 0.05
    assert np.isclose(np.polyfit(layers, many["Xavier"], 1)[0], -0.5, atol=0.05)


def test_weights_of_std_1_grow_by_the_root_of_the_width():
    for width in (16, 64):
        measured = flow(12, width, "none", "large: std 1")
        growth = (measured.size[-1] / measured.size[1]) ** (1 / 10)
        assert np.isclose(growth, np.sqrt(width), rtol=0.15)


def test_batch_normalisation_and_a_way_around_both_save_a_sigmoid_network():
    plain = flow(20)
    for extras in ({"batch_norm": True}, {"residual": True}):
        helped = flow(20, **extras)
        assert helped.learned[0] > 1e8 * plain.learned[0]
        assert helped.spread[-1] > 0.1


def test_another_draw_is_another_network_and_the_same_draw_the_same():
    compute.cache_clear()
    first = flow(draw=3)
    compute.cache_clear()
    np.testing.assert_array_equal(flow(draw=3), first)
    assert (flow(draw=4).learned != first.learned).all()


def test_the_one_generator_is_left_as_it_was():
    nnlib.manual_seed(5)
    expected = generator.random(3)
    nnlib.manual_seed(5)
    compute.cache_clear()
    explore_gradient_flow(nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 2)))
    nnlib.manual_seed(5)
    explorer = explore_gradient_flow()
    assert explorer.set(seed=7, depth=4).flow
    np.testing.assert_array_equal(generator.random(3), expected)


def test_numbers_in_few_digits():
    words = {0: "0", 3.14159e-8: "3 × 10⁻⁸", 9.96e9: "1 × 10¹⁰", 0.3712: "0.37", 52.3: "52"}
    for value, expected in words.items():
        assert few(value) == expected


def sentence(learned):
    return verdict(Flow(*4 * [np.array(learned)]))


def test_verdicts():
    assert sentence([1e-8, 1e-5, 1e-2]).endswith("10⁻⁶ times the gradient of layer 3: it vanishes")
    assert sentence([10.0, 1e-1, 1e-3]).endswith("times the gradient of layer 3: it explodes")
    assert sentence([0.01, 0.02, 0.03]) == "layer 1 gets 0.33 times the gradient of layer 3"
    assert "tiny in every layer" in sentence([1e-9, 2e-9, 1e-9])
    assert "huge in every layer" in sentence([1e9, 2e9, 1e9])
    assert "exactly 0" in sentence([0.0, 0.0, 0.1])


PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/base/kit/explorer.js";
import { few } from "HERE/base/kit/numbers.js";
import { makeGenerator } from "HERE/base/kit/random.js";
import { DEFAULTS, PRESETS } from "HERE/gradient_flow.js";
import { flowOf, limits, verdictOn } from "HERE/gradient_flow_model.js";
const found = JSON.parse(readFileSync("asked.json")).map((state) => {
  const flow = flowOf(state);
  const code = codeOf("explore_gradient_flow()", Object.keys(DEFAULTS), state, DEFAULTS);
  const [said, written] = [verdictOn(flow), flow.learned.map(few)];
  return { ...flow, said, limits: limits([flow, null]), code, few: written };
});
const presets = Object.fromEntries(Object.entries(PRESETS).map(([label, state]) =>
  [label, verdictOn(flowOf({ ...DEFAULTS, ...state }))]));
const jumps = [0, 1, 1000].map((count) => {
  const [one, other] = [makeGenerator(5), makeGenerator(5)];
  for (let i = 0; i < count; i++) one.random();
  other.skip(count);
  return one.random() === other.random();
});
process.stdout.write(JSON.stringify({ found, presets, defaults: DEFAULTS, jumps }));
"""


def random_explorers():
    rng = np.random.default_rng(0)
    for k in range(80):
        explorer = explore_gradient_flow().set(
            depth=int(rng.integers(2, 21)),
            width=int(4 * rng.integers(1, 17)),
            activation=list(ACTIVATIONS)[k % 4],
            start=list(STARTS)[k % 5],
        )
        batch_norm, residual = (bool(one) for one in rng.integers(0, 2, 2))
        yield explorer.set(batch_norm=batch_norm, residual=residual, seed=int(rng.integers(10)))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(explorers, what JavaScript makes of the same settings)."""
    explorers = [explore_gradient_flow(), *random_explorers()]
    asked = [{name: getattr(one, name) for name in one.settings()} for one in explorers]
    return explorers, answers(PROGRAM, tmp_path_factory.mktemp("flow"), asked)


def test_javascript_and_python_agree(both):
    """Nearly equal examples differ by less than the last digit of their size."""
    for ours, theirs in zip(both[0], both[1]["found"], strict=True):
        expected = ours.flow
        for name, least in zip(expected._fields, (0, 1e-16, 0, 0), strict=True):
            close = {"rtol": 1e-9, "atol": least, "err_msg": repr(ours)}
            np.testing.assert_allclose(theirs[name], getattr(expected, name), **close)
        assert theirs["said"] == verdict(expected)
        assert theirs["few"] == [few(value) for value in expected.learned]
        exponents = np.log10(limits([expected, None]))
        np.testing.assert_allclose(theirs["limits"], exponents, atol=1e-9)


def test_it_begins_with_the_same_settings_and_copied_code_rebuilds_them(both):
    names = both[0][0].settings()
    assert both[1]["defaults"] == {name: getattr(both[0][0], name) for name in names}
    for ours, theirs in zip(both[0], both[1]["found"], strict=True):
        again = eval(theirs["code"], {"explore_gradient_flow": explore_gradient_flow})
        assert {n: getattr(again, n) for n in names} == {n: getattr(ours, n) for n in names}


def test_numbers_that_are_not_needed_are_jumped_over(both):
    assert both[1]["jumps"] == [True, True, True]


def test_the_presets_do_what_they_say(both):
    said = both[1]["presets"]
    assert said["Ten sigmoid layers"].endswith("it vanishes")
    assert said["Explodes"].endswith("it explodes")
    assert "tiny in every layer" in said["Too small"]
    for healthy in ("ReLU and He", "Residual"):
        assert said[healthy].startswith("layer 1 gets")
        assert said[healthy][-2:].strip().isdigit()


def test_what_is_switched_on_is_described():
    explorer = explore_gradient_flow().set(batch_norm=True)
    assert "batch normalisation, before any training" in explorer.describe()
    assert "way around" not in explorer.describe()
    assert "a way around" in explorer.set(residual=True).describe()


@pytest.mark.parametrize(
    "last", [[nn.Linear(6, 1)], [nn.Linear(6, 1), nn.Sigmoid()], [nn.Linear(6, 4), nn.Softmax()]]
)
def test_the_learners_own_network(last):
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Residual(nn.Linear(6, 6)), *last)
    before = model.state_dict()
    explorer = explore_gradient_flow(model)
    assert "Yours: layer 1 gets" in explorer.describe()
    assert [len(explorer.own[name]) for name in explorer.measured._fields] == [3, 3, 3, 3]
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert model[0].weight.data.dtype == np.float32
    assert model[0].weight.grad is None
    assert model[0].saved is None
    assert "backward" not in vars(model[0])


def test_a_network_of_the_learner_in_numbers():
    with own_draws(0):
        model = make_network(10, 32, "sigmoid", "Xavier")
    own = explore_gradient_flow(model).measured
    np.testing.assert_allclose(own, flow(), rtol=1e-12)
    for layer in linear_layers(model):
        init.kaiming_normal_(layer.weight)
    assert explore_gradient_flow(model).measured.learned[0] > 2 * own.learned[0]


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (3, TypeError, "expected a network"),
        (nn.Sequential(nn.Linear(2, 2)), ValueError, "two Linear layers or more, got 1"),
        (nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 2)), ValueError, "Your network failed"),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(4, 4), nn.Linear(4, 2)), ValueError, "rows"),
    ],
)
def test_a_network_that_cannot_be_measured(model, error, words):
    with pytest.raises(error, match=words):
        explore_gradient_flow(model)


def test_a_network_of_infinities():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    model[0].weight.data[...] = np.inf
    with pytest.raises(ValueError, match="not finite"):
        explore_gradient_flow(model)
