import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from nnlib.datasets.toy import gate
from nnlib.widgets import explore_neuron, explore_perceptron
from nnlib.widgets.line import Line
from nnlib.widgets.models.line import STARTS, gate_points, learn, start_weights
from tests.widgets.javascript import answers


def test_the_first_steps_on_and_by_hand():
    run = learn(*gate("and"), (0, 0, 0), lr=1)
    # (0,0), (0,1), (1,0): z = 0, output 0, right. (1,1): z = 0, wrong, add (1, 1) and 1
    np.testing.assert_array_equal(run.weights[:4], np.zeros((4, 3)))
    np.testing.assert_array_equal(run.weights[4], [1, 1, 1])
    # (0,0): z = 1, wrong: take 1 from b. (0,1): z = 1, wrong: take (0, 1) and 1
    np.testing.assert_array_equal(run.weights[5], [1, 1, 0])
    np.testing.assert_array_equal(run.weights[6], [1, 0, -1])
    np.testing.assert_array_equal(run.sums[:6], [0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(run.mistakes[:7], [1, 1, 1, 1, 3, 2, 1])


@pytest.mark.parametrize("name", ["and", "or", "nand"])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lr", [0.1, 0.7, 2.0])
def test_the_gates_that_a_line_can_do_are_learned(name, start, lr):
    run = learn(*gate(name), start_weights(start), lr)
    assert run.mistakes[-1] == 0
    np.testing.assert_array_equal(run.weights[-1], run.weights[-5])


@pytest.mark.parametrize("start", STARTS)
def test_xor_is_never_learned(start):
    run = learn(*gate("xor"), start_weights(start), lr=1.0, steps=2000)
    assert run.mistakes.min() >= 1
    assert (run.weights[-5:-1] != run.weights[-4:]).any()


PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf, compute, spelledOut } from "HERE/line.js";
import { gateNames, gatePoints, STARTS } from "HERE/line_model.js";
const { states, changes } = JSON.parse(readFileSync("asked.json"));
const found = states.map((state) => {
  const { z, a, weights, run } = compute(state, state.mode);
  return { z, a, weights, mistakes: run ? run.mistakes : null, code: codeOf(state, state.mode) };
});
const gates = Object.fromEntries(gateNames.map((name) => [name, gatePoints(name)]));
const spelled = changes.map(spelledOut);
process.stdout.write(JSON.stringify({ found, gates, starts: STARTS, spelled }));
"""
CHANGES = [{"data": "XOR"}, {"start": "random 2"}, {"data": "OR", "start": "random 1", "lr": 0.1}]


def own(z):
    return np.exp(-((z / 3) ** 2))


def random_lines():
    rng = np.random.default_rng(5)
    lines = []
    for k in range(40):
        weights = dict(zip(("w1", "w2", "b", "x1", "x2"), rng.uniform(-5, 5, 5), strict=True))
        line = explore_neuron(("step", "sigmoid", "tanh", "ReLU")[k % 4])
        lines.append(line.set(**weights))
    lines += [explore_neuron().set(w1=400.0 * sign, w2=0.0, b=0.0) for sign in (-1, 1)]
    for _ in range(40):
        points = [[*rng.uniform(-1, 2, 2).round(2), int(rng.integers(2))] for _ in range(9)]
        line = explore_perceptron().set(points=points, lr=round(rng.uniform(0.1, 2), 1))
        lines.append(line.set(w1=float(rng.normal()), step=int(rng.integers(101))))
    return lines


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(the lines, what JavaScript makes of the same states)."""
    lines = random_lines()
    names = ["mode", "table", *lines[0].settings()]
    states = [{name: getattr(line, name) for name in names} for line in lines]
    asked = {"states": states, "changes": CHANGES}
    return lines, answers(PROGRAM, tmp_path_factory.mktemp("line"), asked)


def test_javascript_and_python_agree(both):
    lines, answers = both
    for line, found in zip(lines, answers["found"], strict=True):
        w1, w2, b = line.weights
        z = w1 * line.x1 + w2 * line.x2 + b
        np.testing.assert_allclose(found["weights"], line.weights, atol=1e-9, err_msg=repr(line))
        np.testing.assert_allclose(found["z"], z, atol=1e-9)
        np.testing.assert_allclose(found["a"], line.activate(np.array([z]))[0], atol=1e-9)
        if line.mode == "perceptron":
            assert found["mistakes"] == line.run.mistakes.tolist()


def test_gates_starts_and_what_they_stand_for_are_the_same(both):
    _, answers = both
    for name, points in answers["gates"].items():
        assert points == gate_points(name)
    assert {n: list(start_weights(n)) for n in STARTS} == answers["starts"]
    for change, spelled in zip(CHANGES, answers["spelled"], strict=True):
        line = explore_perceptron().set(step=7).set(**change)
        assert {name: getattr(line, name) for name in spelled} == spelled


def test_the_code_that_is_copied_rebuilds_the_state(both):
    lines, answers = both
    known = {"explore_neuron": explore_neuron, "explore_perceptron": explore_perceptron}
    for line, found in zip(lines, answers["found"], strict=True):
        again = eval(found["code"], known)
        names = [n for n in line.settings() if n not in ("data", "start")]
        assert {n: getattr(again, n) for n in names} == {n: getattr(line, n) for n in names}


def test_an_activation_of_ones_own_is_sent_as_a_table():
    line = explore_neuron(own)
    assert line.activation == "own (yours)"
    at = np.linspace(-10, 10, 77)
    grid = np.linspace(line.table["low"], line.table["high"], len(line.table["values"]))
    np.testing.assert_allclose(np.interp(at, grid, line.table["values"]), own(at), atol=1e-4)


def test_what_does_not_fit_is_said():
    for wrong in (3, "relu"):
        with pytest.raises(ValueError, match="explore_neuron expected one of step, sigmoid"):
            explore_neuron(wrong)
    with pytest.raises(ValueError, match="not a finite number for any z"):
        explore_neuron(lambda z: z * np.nan)
    with pytest.raises(ValueError, match="Line has no setting speed"):
        explore_neuron().set(speed=1)
    with pytest.raises(traitlets.TraitError, match="activation is one of"):
        explore_neuron().set(activation="relu")
    with pytest.raises(ValueError, match="data is one of AND, OR, NAND, XOR"):
        explore_perceptron().set(data="NOR")
    with pytest.raises(ValueError, match="start is one of all zero"):
        explore_perceptron().set(start="random")
    with pytest.raises(ValueError, match="both x and y"):
        explore_perceptron(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"got \(3, 3\) and \(3,\)"):
        explore_perceptron(np.zeros((3, 3)), [0, 1, 0])
    with pytest.raises(ValueError, match="classes 0 and 1 only"):
        explore_perceptron(np.zeros((3, 2)), [-1, 1, 1])
    with pytest.raises(ValueError, match="at least one point"):
        explore_perceptron(np.zeros((0, 2)), [])


def test_the_plane_holds_the_learners_own_points():
    x = np.array([[-30, 10], [25, 40], [10, -20]])
    line = explore_perceptron(x, [0, 1, 1])
    assert line.low < x.min()
    assert line.high > x.max()
    assert isinstance(line.set(step=40), Line)
    assert len(line.run.mistakes) == 101


def test_the_still_picture_has_the_marks_of_the_live_one():
    """A cross on each point that is wrong, a ring around the one looked at, an arrow to drag."""
    explorer = explore_perceptron().set(step=12)
    plane = drawn(explorer)
    crosses = [line for line in plane.lines if line.get_marker() == "x"]
    assert len(crosses) == explorer.run.mistakes[12] == 1
    rings = [line for line in plane.lines if line.get_markersize() > 15]
    looked = explorer.points[explorer.run.looked[11]][:2]
    assert [line.get_xydata()[0].tolist() for line in rings] == [looked]
    (arrow,) = plane.texts
    w1, w2, b = explorer.weights
    x1, x2 = arrow.xyann
    assert w1 * x1 + w2 * x2 + b == pytest.approx(0)  # it begins on the line
    assert not [line for line in drawn(explore_perceptron()).lines if line.get_markersize() > 15]


def drawn(explorer):
    """The plane of a still picture."""
    figure = Figure()
    explorer.draw(figure)
    return figure.axes[0]
