import itertools

import numpy as np
import pytest

import nnlib
from nnlib import nn
from nnlib.widgets import explore_forward_pass
from nnlib.widgets.forward_pass import compute, example_network
from nnlib.widgets.models.functions import relu
from nnlib.widgets.small_network import node_names
from tests.widgets.helpers import buttons, check_picture, press, sweep


def test_the_2_3_1_network_by_hand():
    explorer = explore_forward_pass()
    (z1, a1), (z2, a2) = compute(explorer.layers(explorer.values()), [0.5, 0.8])
    np.testing.assert_allclose(z1, [0.47, -0.35, 0.58], atol=1e-12)
    np.testing.assert_allclose(a1, [0.47, 0, 0.58], atol=1e-12)
    np.testing.assert_allclose(z2, [0.719], atol=1e-12)
    assert a2[0] == pytest.approx(0.6724, abs=5e-5)
    assert example_network()(np.array([[0.5, 0.8]]))[0, 0] == pytest.approx(a2[0], abs=1e-12)


def test_an_unequal_layer_keeps_rows_and_columns_apart():
    weight = np.array([[1.0, 10.0, 100.0], [0.0, 0.0, -1.0]])
    ((z, a),) = compute([(weight, np.array([0.5, 0.0]), relu)], [1, 2, 3])
    np.testing.assert_array_equal(z, [321.5, -3])
    np.testing.assert_array_equal(a, [321.5, 0])


def test_the_network_of_neurons_with_weights_0_and_1():
    explorer = explore_forward_pass()
    press(explorer, "Weights (0, 1)")
    *_, (_, a) = compute(explorer.layers(explorer.values()), [2, 3])
    assert a[0] == pytest.approx(0.7216325609518421, abs=1e-15)
    assert "y = 0.7216" in explorer.description


@pytest.mark.parametrize(("x1", "x2"), list(itertools.product([0, 1], [0, 1])))
def test_xor_by_hand(x1, x2):
    explorer = explore_forward_pass()
    press(explorer, "XOR by hand")
    explorer.set(x1=x1, x2=x2)
    assert f"y = {x1 ^ x2:.4f}" in explorer.description


def test_silent_units_no_longer_see_the_input():
    explorer = explore_forward_pass()
    press(explorer, "All hidden units silent")
    outputs = set()
    for x1, x2 in itertools.product([0, 1], [0, 1]):
        explorer.set(x1=x1, x2=x2)
        outputs.add(explorer.artists["inside"][-1].get_text())
    assert outputs == {"z 0.1\na 0.525"}


def test_every_number_of_a_node_is_written_out():
    explorer = explore_forward_pass()
    assert explorer.artists["formula"].get_text() == (
        "y:   z = 0.7 × 0.47 + (−0.9) × 0 + 0.5 × 0.58 + 0.1"
    )
    assert explorer.artists["result"].get_text() == "z = 0.719      a = sigmoid(z) = 0.6724"
    explorer.set(look="h2")
    assert explorer.artists["formula"].get_text() == ("h₂:   z = 0.5 × 0.5 + (−0.5) × 0.8 + (−0.2)")
    assert explorer.artists["result"].get_text() == "z = (−0.35)      a = ReLU(z) = 0.0000"


def test_a_weight_stands_on_its_own_edge():
    explorer = explore_forward_pass()
    for place, (*_, control) in enumerate(explorer.network.edges()):
        explorer.set(**{control: 2.5})
        texts = [label.get_text() for label in explorer.artists["labels"]]
        assert [text == "2.50" for text in texts].index(True) == place
        explorer.reset()


def test_every_control_at_its_ends():
    sweep(explore_forward_pass(), pairs=False)


def test_pairs_of_controls_at_their_ends():
    explorer = explore_forward_pass()
    some = ["x1", "x1_h1", "b_h1", "act1", "h1_y", "act2"]
    for one, other in itertools.combinations(some, 2):
        for a, b in itertools.product(*(_ends(explorer.controls[name]) for name in (one, other))):
            explorer.set(**{one: a, other: b})
            check_picture(explorer, {one: a, other: b})


def _ends(widget):
    return [widget.min, widget.max] if widget.has_trait("min") else list(widget.options)


def test_the_learners_own_network_is_shown_and_not_changed():
    nnlib.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(3, 4), nn.LeakyReLU(), nn.Linear(4, 2, bias=False), nn.Tanh(), nn.Linear(2, 2)
    )
    model = nn.Sequential(*model, nn.Softmax())
    before = model.state_dict()
    explorer = explore_forward_pass(model, [0.5, -1, 2])
    assert explorer.columns == node_names([3, 4, 2, 2])
    expected = model(np.array([[0.5, -1, 2]], np.float32))[0]
    passed = compute(explorer.layers(explorer.values()), [0.5, -1, 2])
    np.testing.assert_allclose(passed[-1][1], expected, atol=1e-5)
    assert f"y2 = {expected[1]:.4f}" in explorer.description
    # a slider would move the weight to its nearest step
    assert all(explorer.controls[name].typed for name in ("x1_h11", "h11_h21", "b_h11"))
    assert "b_h21" not in explorer.controls
    sweep(explorer, pairs=False)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_dropout_of_a_network_that_predicts_is_left_out():
    model = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Dropout(0.5), nn.Linear(2, 1))
    assert len(explore_forward_pass(model).pairs) == 2


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Linear(2, 1), "expected an nn.Sequential"),
        (nn.Sequential(), "1 to 3 Linear layers"),
        (nn.Sequential(nn.Linear(2, 5)), "at most 4 inputs and units"),
        (nn.Sequential(nn.ReLU(), nn.Linear(2, 2)), "out of place"),
        (nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Tanh()), "out of place"),
        (nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1)), "in_features=3"),
        (nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), "out of place"),
    ],
)
def test_a_network_that_cannot_be_drawn(model, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore_forward_pass(model)


def test_an_input_that_does_not_fit():
    for x in ([1], [1, 2, 3], [1, np.nan]):
        with pytest.raises(ValueError, match=r"x of shape \(2,\)"):
            explore_forward_pass(x=x)


def test_presets_name_controls_that_exist():
    model = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    for explorer in (explore_forward_pass(), explore_forward_pass(model)):
        assert len(buttons(explorer)) == len(explorer.presets) + 1
        for chosen in explorer.presets.values():
            assert set(chosen) <= set(explorer.controls)
