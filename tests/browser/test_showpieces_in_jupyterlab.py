"""The showpieces in a real JupyterLab: dragged with mouse and finger, moved with keys."""

import nbformat
import pytest

from tests.browser.lab import box_of, drag, stroke, until, until_said, until_shown
from tests.browser.notebooks import notebook_of

pytestmark = pytest.mark.browser
CALLS = [
    *("explore_neuron", "explore_perceptron", "explore_backpropagation", "explore_forward_pass"),
    *("explore_gradient_descent", "explore_loss_surface", "explore_values"),
    *("explore_activations", "explore_softmax", "explore_losses", "explore_bumps"),
]


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    cells = [f"from nnlib.widgets import {name}\n\n{name} = {name}()\n{name}" for name in CALLS]
    nbformat.write(notebook_of(*cells), folder / "showpieces.ipynb")
    notebook = open_notebook("showpieces.ipynb")
    notebook.run_all()
    return notebook


def shown(notebook, name):
    return notebook.cell(CALLS.index(name)).wait_for_selector(".nn-show[data-frames]")


def handle(root, name):
    return root.query_selector(f".nn-handle[aria-label^='{name}']")


def test_the_line_is_dragged_and_python_hears_of_it(notebook):
    root = shown(notebook, "explore_neuron")
    drag(notebook.page, handle(root, "The line"), 60, -40)
    notebook.until_python_says("explore_neuron.b != 0.5 and explore_neuron.w1 == 1.0", "True")
    drag(notebook.page, handle(root, "The arrow"), 30, 50)
    notebook.until_python_says("explore_neuron.w1 != 1.0", "True")
    drag(notebook.page, handle(root, "The input"), -40, -40)
    notebook.until_python_says("explore_neuron.x1 < 1 and explore_neuron.x2 > -0.5", "True")
    assert notebook.complaints() == []


def test_the_graph_of_values_is_walked_and_its_leaves_are_moved(notebook):
    page, root = notebook.page, shown(notebook, "explore_values")
    root.query_selector("button:has-text('Next')").click()
    notebook.until_python_says("explore_values.step", "8")
    until_shown(root, "b receives 4 × 1 = 4", ".values-sum")
    leaf = handle(root, "w")
    leaf.focus()
    page.keyboard.press("ArrowUp")
    notebook.until_python_says("explore_values.leaves[0]", "3.1")
    drag(page, leaf, 0, -50)
    notebook.until_python_says("explore_values.leaves[0]", "4.1")
    root.query_selector("button:has-text('Used twice')").click()
    notebook.until_python_says("[explore_values.example, explore_values.step]", "['used twice', 0]")
    assert notebook.complaints() == []


def test_python_moves_the_line(notebook):
    root = shown(notebook, "explore_neuron")
    notebook.set("explore_neuron", w1=2.0, x1=1.5, x2=0.0, b=-3.0)
    until_shown(root, "= 0.5000", ".nn-said")


def test_arrow_keys_move_what_has_the_focus_and_not_the_notebook(notebook):
    root = shown(notebook, "explore_neuron")
    notebook.set("explore_neuron", x1=0.0, x2=0.0)
    active = notebook.page.evaluate("window.testPanel.content.activeCellIndex")
    point = handle(root, "The input")
    point.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        notebook.page.keyboard.press(key)
    notebook.until_python_says("[explore_neuron.x1, explore_neuron.x2]", "[0.2, 1.0]")
    until_said(point, "0.20 and 1.00")
    assert notebook.page.evaluate("window.testPanel.content.activeCellIndex") == active


def test_points_are_painted_dragged_and_deleted_and_the_perceptron_learns(notebook):
    page, root = notebook.page, shown(notebook, "explore_perceptron")
    root.query_selector("input[value=class1]").check()
    box = box_of(root.query_selector(".nn-plane svg"))
    page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"])
    notebook.until_python_says("[len(explore_perceptron.points), explore_perceptron.data]",
                               "[5, 'own points']")  # fmt: skip
    root.query_selector("input[value=move]").check()
    last = root.wait_for_selector(".nn-handle[aria-label='Point 5, class 1']")
    drag(page, last, -20, 20)
    root.query_selector(".nn-play").click()
    notebook.until_python_says("explore_perceptron.step >= 4", "True")
    root.query_selector(".nn-play").click()
    last.focus()
    page.keyboard.press("Delete")
    notebook.until_python_says("len(explore_perceptron.points)", "4")
    assert notebook.complaints() == []


def test_an_edge_is_dragged_and_a_nudge_is_compared_with_the_gradient(notebook):
    page, root = notebook.page, shown(notebook, "explore_backpropagation")
    until_shown(root, "Forwards: the loss")  # it begins at a finished forward pass
    edge = handle(root, "weight x₁ → h₁")
    drag(page, edge.query_selector(".network-line"), 0, -50)
    notebook.until_python_says("explore_backpropagation.weights[0][0, 0].item() > 1", "True")
    until_shown(root, "ΔL = ", ".network-editor")
    edge.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    notebook.until_python_says("explore_backpropagation.weights[0][0, 0].item() < 1.3", "True")
    until_said(edge, root.query_selector(".network-weight").text_content())


def test_a_number_is_typed_and_the_scrubber_runs_backwards(notebook):
    page, root = notebook.page, shown(notebook, "explore_backpropagation")
    handle(root, "bias of y").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("-0.75")
    page.keyboard.press("Enter")
    notebook.until_python_says("explore_backpropagation.biases[1].item()", "-0.75")
    slider = root.query_selector("[data-name=step] input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    notebook.until_python_says("explore_backpropagation.step", "8")
    until_shown(root, "Backwards: how the loss changes with y")
    page.keyboard.press("End")
    notebook.until_python_says("explore_backpropagation.step", "17")
    root.wait_for_selector(".network-slope:not(:empty)")
    assert notebook.complaints() == []


def test_hovering_a_node_lights_its_edges(notebook):
    root = shown(notebook, "explore_forward_pass")
    handle(root, "bias of y").hover()
    until(root, "root.querySelectorAll('.network-line.lit').length === 3")


def test_the_ball_is_dragged_and_rolls_when_it_is_let_go(notebook):
    root = shown(notebook, "explore_gradient_descent")
    drag(notebook.page, handle(root, "The ball"), 60, 30)
    notebook.until_python_says("explore_gradient_descent.steps > 5", "True")
    notebook.until_python_says("explore_gradient_descent.w > -2.4", "True")
    drag(notebook.page, handle(root, "Example 3"), 0, -40)
    notebook.until_python_says("len(explore_gradient_descent.points)", "40")
    assert notebook.complaints() == []


def test_the_arrow_of_the_ball_is_the_learning_rate(notebook):
    root = shown(notebook, "explore_loss_surface")
    arrow = handle(root, "The arrow")
    arrow.focus()
    for _ in range(4):
        notebook.page.keyboard.press("ArrowRight")
    notebook.until_python_says("explore_loss_surface.lr != 4", "True")
    until_said(arrow, "learning rate ")
    box = box_of(root.query_selector(".nn-plane"))
    notebook.page.mouse.move(box["x"] + 200, box["y"] + 60)
    until_shown(root, "loss at ", ".ball-hover")


def inside(plane, right, up):
    """The place on the screen that is a share of the way into a plane, from below on the left."""
    box = box_of(plane.query_selector(".nn-frame-line"))
    return box["x"] + right * box["width"], box["y"] + (1 - up) * box["height"]


def test_the_point_slides_along_an_activation_and_another_curve_is_taken(notebook):
    root = shown(notebook, "explore_activations")
    drag(notebook.page, handle(root, "The point"), -60, 40)
    notebook.until_python_says("explore_activations.z < 0", "True")
    root.query_selector(".nn-legend label:has-text('tanh') input").check()
    notebook.until_python_says("explore_activations.shown", "['sigmoid', 'tanh']")
    plane = root.query_selector(".nn-plane")
    stroke(notebook.page, inside(plane, 0.25, 0.09), inside(plane, 0.75, 0.5))  # tanh(-3) = -0.995
    notebook.until_python_says("explore_activations.activation", "'tanh'")
    notebook.until_python_says("2.8 < explore_activations.z < 3.2", "True")
    until_shown(root, "tanh(", ".nn-said")
    root.query_selector(".nn-button:has-text('On the corner')").click()
    notebook.until_python_says("(explore_activations.activation, explore_activations.z)",
                               "('ReLU', 0.0)")  # fmt: skip
    until_shown(root, "a corner: slope 0.0000 left of it, 1.0000")


def test_the_arm_of_leaky_relu_is_its_leak(notebook):
    root = shown(notebook, "explore_activations")
    notebook.set("explore_activations", activation="leaky ReLU", leak=0.2, z=1.0)
    arm = handle(root, "The left arm")
    arm.wait_for_element_state("visible")
    drag(notebook.page, arm, 0, 30)
    notebook.until_python_says("explore_activations.leak > 0.3", "True")
    assert notebook.complaints() == []


def test_bars_of_logits_and_of_probabilities_are_dragged(notebook):
    root = shown(notebook, "explore_softmax")
    drag(notebook.page, handle(root, "Logit C"), 0, -60)
    notebook.until_python_says("explore_softmax.z3 > 1", "True")
    drag(notebook.page, handle(root, "Probability of B"), 0, -60)
    notebook.until_python_says("explore_softmax.z2 > 1.2", "True")
    handle(root, "Probability of A").focus()
    notebook.page.keyboard.press("ArrowUp")
    notebook.until_python_says("explore_softmax.z1 > 2", "True")
    root.query_selector(".nn-button:has-text('Overflow')").click()
    notebook.until_python_says("explore_softmax.shift", "100.0")
    until_shown(root, "inf / inf is nan", ".nn-said")
    last = "root.querySelector('tbody tr:last-child').innerText.trim().split(/\\s+/)"
    until(root, f"{last}.join(' ') === 'sum – inf nan'")


def test_the_prediction_slides_along_the_losses(notebook):
    root = shown(notebook, "explore_losses")
    drag(notebook.page, handle(root, "The prediction"), 60, 0)
    notebook.until_python_says("explore_losses.z > -2", "True")
    root.query_selector("[data-name=against] select").select_option("the probability p")
    notebook.until_python_says("explore_losses.against", "'p'")
    planes = root.query_selector_all(".nn-plane")
    stroke(notebook.page, inside(planes[1], 0.2, 0.5), inside(planes[1], 0.5, 0.4))
    notebook.until_python_says("(explore_losses.against, abs(explore_losses.z) < 0.1)",
                               "('p', True)")  # fmt: skip
    until_shown(root, "p = sigmoid(")


def test_heights_of_bumps_are_painted_in_one_stroke_and_moved_with_keys(notebook):
    root = shown(notebook, "explore_bumps")
    plane = root.query_selector(".nn-plane")
    stroke(notebook.page, inside(plane, 0.2, 0.25), inside(plane, 0.8, 0.25))
    notebook.until_python_says("max(abs(one + 1) for one in explore_bumps.heights) < 0.1", "True")
    handle(root, "A bump").focus()
    for key in ("ArrowLeft", "Shift+ArrowUp"):
        notebook.page.keyboard.press(key)
    notebook.until_python_says("round(explore_bumps.heights[4]) == 0", "True")
    notebook.set("explore_bumps", mode="read off", n=20)
    stroke(notebook.page, inside(plane, 0.5, 0.9), inside(plane, 0.5, 0.9))
    notebook.until_python_says("(explore_bumps.mode, len(explore_bumps.heights))",
                               "('by hand', 20)")  # fmt: skip
    assert notebook.complaints() == []


def test_the_code_that_is_copied_is_a_line_of_python(notebook):
    root = shown(notebook, "explore_neuron")
    root.query_selector(".nn-copy").click()
    code = root.wait_for_selector(".nn-code:not(:empty)").inner_text()
    assert code.startswith("explore_neuron().set(w1=")


def test_the_log_console_stays_empty(notebook):
    assert notebook.log_entries() == 0
