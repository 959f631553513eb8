import json
import math

import numpy as np
import pytest

from nnlib.widgets import explore_values
from nnlib.widgets.models import values as model
from nnlib.widgets.values import EXAMPLES
from tests.widgets.javascript import InJavaScript


class Value:
    """As lesson 13 builds it."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes
        self.grad = 0.0

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = np.tanh(self.data)
        return Value(t, (self,), (1 - t**2,))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),))


def line():
    x, w, b = Value(2.0), Value(3.0), Value(1.0)
    error = w * x + b + Value(-5.0)
    return error * error, {"x": x, "w": w, "b": b, "error": error}


def test_parents_come_before_what_they_made_and_each_value_once():
    loss, _ = line()
    order = model.in_order(loss)
    assert order[-1] is loss
    assert len(order) == len({id(one) for one in order}) == 8
    for k, one in enumerate(order):
        assert all(order.index(parent) < k for parent in one.parents)


def test_a_long_chain_needs_no_recursion():
    value = Value(1.0)
    for _ in range(5_000):
        value = value.relu()
    assert len(model.in_order(value)) == 5_001


def test_the_gradients_are_those_of_lesson_07():
    loss, names = line()
    explorer = explore_values(loss, **names).set(step=9)
    data, gradients = explorer.compute()
    found = {
        node["name"]: (value, gradient)
        for node, value, gradient in zip(explorer.nodes, data, gradients, strict=True)
    }
    assert found["w"] == (3.0, 8.0)
    assert found["x"] == (2.0, 12.0)
    assert found["b"] == (1.0, 4.0)
    assert found["error"] == (2.0, 4.0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_gradients_of_the_examples_agree_with_measured_ones(name):
    nodes, h = EXAMPLES[name], 1e-6
    leaves = model.leaves_of(nodes)
    data, slopes = model.compute(nodes, leaves)
    np.testing.assert_allclose(data, [node["data"] for node in nodes], atol=1e-12)
    found = model.gradients(nodes, slopes, len(model.steps(nodes)) - 1)
    at = [k for k, node in enumerate(nodes) if not node["parents"]]
    for number, k in enumerate(at):
        up, down = (model.compute(nodes, moved(leaves, number, by))[0][-1] for by in (h, -h))
        assert math.isclose(found[k], (up - down) / (2 * h), rel_tol=1e-5, abs_tol=1e-8)


def moved(leaves, number, by):
    return [leaf + by * (k == number) for k, leaf in enumerate(leaves)]


def test_nothing_arrives_before_its_time():
    nodes = EXAMPLES["used twice"]
    _, slopes = model.compute(nodes, model.leaves_of(nodes))
    (h,) = [k for k, node in enumerate(nodes) if node["name"] == "h"]
    arrived = [model.gradients(nodes, slopes, step)[h] for step in range(len(model.steps(nodes)))]
    assert arrived[:9] == [None] * 9
    assert arrived[9:] == [27.0, 27.0, 39.0]


def test_operations_are_recognised_and_others_keep_their_numbers():
    a, b = Value(2.0), Value(2.0)
    nodes = model.graph_of((a * b).tanh() - (a + b).relu(), {}, "it")
    assert [node["op"] for node in nodes] == ["", "", "×", "tanh", "+", "ReLU", "−"]
    nodes = model.graph_of(a.exp(), {"a": a}, "it")
    assert [node["op"] for node in nodes] == ["", model.OTHER]
    assert model.compute(nodes, [7.0])[0][1] == math.exp(2.0)


def test_no_two_nodes_stand_on_one_another():
    loss, _ = line()
    for nodes in [*EXAMPLES.values(), model.graph_of(loss, {}, "it")]:
        places = [node["at"] for node in nodes]
        for k, (column, row) in enumerate(places):
            assert all(column != other or abs(row - below) >= 1 for other, below in places[k + 1 :])
        for node, at in zip(nodes, model.layout(nodes), strict=True):
            assert node["at"] == at
            assert all(nodes[parent]["at"][0] < at[0] for parent in node["parents"])


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    explorers = [explore_values().set(step=step) for step in range(10)]
    for name in EXAMPLES:
        explorers += [explore_values().set(example=name, step=step) for step in (0, 4, 8, 11)]
    loss, names = line()
    explorers += [explore_values(loss, **names), explore_values().set(leaves=[1.5, -2, 0.1, 4])]
    return explorers, InJavaScript("values", explorers, tmp_path_factory.mktemp("values"))


def test_javascript_and_python_agree(both):
    explorers, page = both
    for explorer, answer in zip(explorers, page.answers, strict=True):
        data, gradients = explorer.compute()
        np.testing.assert_allclose(answer["data"], data, rtol=1e-9, atol=1e-12)
        assert [one is None for one in answer["gradients"]] == [one is None for one in gradients]
        np.testing.assert_allclose(
            np.array(answer["gradients"], float), np.array(gradients, float), rtol=1e-9, atol=1e-12
        )
        assert answer["steps"] == len(model.steps(explorer.nodes))


def test_the_page_begins_as_python_does(both):
    _, page = both
    explorer = explore_values()
    for name in ("example", "leaves", "step", "call"):
        assert page.defaults[name] == getattr(explorer, name)


def test_the_copied_code_makes_it_again(both):
    explorers, page = both
    for explorer, code in zip(explorers, page.codes, strict=True):
        if explorer.own:
            assert code == "explore_values(value, x=x, w=w, b=b, error=error)"
            continue
        again = eval(code, {"explore_values": explore_values})
        assert json.dumps(again.compute()) == json.dumps(explorer.compute())


def test_it_has_a_picture_and_words():
    explorer = explore_values()
    assert explorer.still().startswith(b"\x89PNG")
    assert "error 4" in explorer.describe()
    assert "No gradients yet" in explore_values().set(step=0).describe()


@pytest.mark.parametrize("wrong", [3.0, "loss", None])
def test_something_else_is_refused(wrong):
    with pytest.raises(ValueError, match="explore_values expected a"):
        explore_values(wrong, w=Value(1.0))


def test_a_large_graph_is_refused():
    total = Value(0.0)
    for k in range(30):
        total = total + Value(float(k))
    with pytest.raises(ValueError, match="at most 40"):
        explore_values(total)


def test_as_many_leaves_as_there_are():
    with pytest.raises(ValueError, match="4 leaves"):
        explore_values().set(leaves=[1.0])
