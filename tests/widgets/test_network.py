from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import traitlets

from nnlib import nn
from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_backpropagation, explore_forward_pass
from nnlib.widgets.models.network import ENTROPY, SQUARED, compute, forwards
from nnlib.widgets.network import Network
from tests.widgets.javascript import answers, assert_rebuilt

PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/network.js";
import { allSteps, compute, descend, explain, forwards } from "HERE/network_model.js";
const found = JSON.parse(readFileSync("asked.json")).map((state) => {
  const both = state.mode === "backward";
  const run = both ? compute(state) : forwards(state);
  const lines = allSteps(state, both).map((step) => explain(state, run, step));
  const after = both ? descend(state, run) : null;
  return { ...run, after, lines, code: codeOf(state, state.mode, state.own) };
});
process.stdout.write(JSON.stringify(found));
"""


def random_networks():
    rng = np.random.default_rng(3)
    found = []
    for k in range(40):
        backward = k % 4 > 0
        widths = rng.integers(1, 5, rng.integers(2, 5))
        names = ["ReLU", "sigmoid", "tanh", "none"] + ["step", "softmax"] * (not backward)
        layers = [
            {
                "weight": rng.normal(0, 2, (high, low)).round(2).tolist(),
                "bias": rng.normal(0, 1, high).round(2).tolist() if rng.random() < 0.8 else None,
                "activation": str(rng.choice(names)),
            }
            for low, high in pairwise(widths)
        ]
        entropy = layers[-1]["activation"] == "sigmoid"
        found.append(
            Network(
                mode="backward" if backward else "forward",
                layers=layers,
                x=rng.normal(0, 2, widths[0]).round(2).tolist(),
                target=rng.integers(0, 2, widths[-1]).astype(float).tolist(),
                loss=ENTROPY if entropy else SQUARED,
                lr=0.3,
            )
        )
    sure = {"weight": [[900.0], [-900.0]], "bias": [0.0, 0.0], "activation": "sigmoid"}
    found.append(Network(layers=[sure], x=[1.0], target=[0.0, 0.0]))
    return [*found, explore_backpropagation().set(step=11, x1_h1=0.5), explore_forward_pass()]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(the networks, what JavaScript makes of the same states)."""
    networks = random_networks()
    names = ["mode", "own", *networks[0].settings()]
    states = [{name: getattr(network, name) for name in names} for network in networks]
    return networks, answers(PROGRAM, tmp_path_factory.mktemp("network"), states)


def test_javascript_and_python_agree(both):
    for network, found in zip(*both, strict=True):
        zs, outputs = forwards(network.triples, network.x)
        pairs = [(found["z"], zs), (found["a"], outputs[1:])]
        if network.mode == "backward":
            run = network.run()
            pairs += [(found[name], getattr(run, name)) for name in ("da", "dz", "dw")]
            np.testing.assert_allclose(found["loss"], run.loss, rtol=1e-9, atol=1e-9)
            settings = {name: getattr(network, name) for name in network.settings()}
            after = Network(**settings).descend()
            pairs.append(([one["weight"] for one in found["after"]], after.weights))
        for theirs, ours in pairs:
            for one, other in zip(theirs, ours, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=repr(network))


def test_every_step_is_written_out(both):
    _, answers = both
    for found in answers:
        for line in found["lines"]:
            text = " ".join([line["head"], line["formula"], line["result"], line["reason"]])
            assert "undefined" not in text
            assert "NaN" not in text
    lines = answers[-2]["lines"]
    assert lines[1]["head"] == "Forwards: the sum of h₁"
    assert [term["text"] for term in lines[1]["terms"]] == ["0.5 × 1", "0.3 × 0.5", "0.1"]
    assert lines[1]["result"] == " = 0.75"
    assert "learning rate" in lines[-1]["formula"]


def test_the_code_that_is_copied_rebuilds_the_state(both):
    networks, answers = both
    codes = [found["code"] for found in answers]
    assert_rebuilt(networks, codes, explore_forward_pass, explore_backpropagation)


def loss_with(network, k, weight):
    """The loss of a network whose weights of layer k are these."""
    layers = network.triples
    layers[k] = (weight, *layers[k][1:])
    return compute(layers, network.x, np.array(network.target), network.loss).loss


def test_the_gradients_are_those_of_small_differences():
    for network in [one for one in random_networks()[:40] if one.mode == "backward"]:
        for k, (weight, dw) in enumerate(zip(network.weights, network.run().dw, strict=True)):
            slopes = numerical_gradient(partial(loss_with, network, k), weight.copy())
            np.testing.assert_allclose(dw, slopes, rtol=1e-4, atol=1e-5)


def test_the_2_2_1_network_by_hand():
    run = explore_backpropagation().run()
    np.testing.assert_allclose(run.z[0], [0.65, 0.5], atol=1e-12)
    np.testing.assert_allclose(run.z[1], [0.6 * 0.65 - 0.4 * 0.5 + 0.2], atol=1e-12)
    a = 1 / (1 + np.exp(-0.39))
    np.testing.assert_allclose(run.dz[1], [a - 1], atol=1e-12)
    np.testing.assert_allclose(run.dw[1], [[(a - 1) * 0.65, (a - 1) * 0.5]], atol=1e-12)


def test_single_numbers_are_set_by_name():
    network = explore_backpropagation().set(x1=2, x2_h1=0.9, b_h2=-1, t_y=0, act1="tanh", step=11)
    assert network.x == [2.0, 0.5]
    assert network.weights[0][0, 1] == 0.9
    assert network.biases[0].tolist() == [0.1, -1.0]
    assert (network.target, network.step) == ([0.0], 11)
    assert network.layers[0]["activation"] == "tanh"
    with pytest.raises(ValueError, match="Network has no setting x3"):
        network.set(x3=1)
    with pytest.raises(traitlets.TraitError, match="activation is one of"):
        network.set(act1="relu")
    with pytest.raises(traitlets.TraitError, match="loss is"):
        network.set(loss="MSE")


def test_the_learners_own_network_is_shown_and_not_changed():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2, bias=False), nn.Sigmoid())
    before = model.state_dict()
    network = explore_backpropagation(model, [0.5, -1, 2], [1, 0]).set(x1_h1=1.5, step=20)
    assert (network.own, network.loss, network.biases[1]) == (True, ENTROPY, None)
    with pytest.raises(ValueError, match="no setting b_y1"):
        network.set(b_y1=1)
    network.descend()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    soft = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2), nn.Softmax())
    shown = explore_forward_pass(soft, x=[1.0, -0.5])
    out = forwards(shown.triples, shown.x)[1][-1]
    np.testing.assert_allclose(out, soft(np.array([[1.0, -0.5]], np.float32))[0], atol=1e-5)


def test_what_does_not_fit_is_said():
    model = nn.Sequential(nn.Linear(2, 1))
    for x in ([1], [1, 2, 3], [1, np.nan], "ab"):
        with pytest.raises(ValueError, match=r"x of shape \(2,\), one finite number"):
            explore_forward_pass(model, x)
    with pytest.raises(ValueError, match=r"target of shape \(1,\)"):
        explore_backpropagation(model, [1, 2], [1, 2])
    with pytest.raises(ValueError, match="together with a model"):
        explore_backpropagation(x=[1, 2])
    with pytest.raises(ValueError, match="explore_backpropagation knows ReLU, Sigmoid, Tanh, got"):
        explore_backpropagation(nn.Sequential(nn.Linear(2, 2), nn.Softmax()))
    with pytest.raises(ValueError, match="at most 4 inputs and units"):
        explore_forward_pass(nn.Sequential(nn.Linear(2, 5)))
    with pytest.raises(ValueError, match=r"expected an nn\.Sequential"):
        explore_forward_pass(nn.Linear(2, 2))
