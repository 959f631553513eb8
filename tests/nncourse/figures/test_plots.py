"""The plots show the numbers they were given, with labelled axes, and refuse what is not theirs."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from nncourse.figures import plots
from nnlib import datasets, nn
from nnlib.metrics import History, Metrics, confusion_matrix
from nnlib.palette import CLASS_COLOURS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn(figure):
    """The picture as pixels (height, width, 4)."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


def test_history_shows_both_losses_and_the_accuracy():
    history = History([Metrics(1, 0.9, 0.6, 0.8, 0.7, 1.0), Metrics(2, 0.5, 0.9, 0.6, 0.75, 1.0)])
    figure = plots.plot_history(history)
    loss, accuracy = figure.axes
    assert [list(line.get_ydata()) for line in loss.lines] == [[0.9, 0.5], [0.8, 0.6]]
    assert [list(line.get_ydata()) for line in accuracy.lines] == [[0.6, 0.9], [0.7, 0.75]]
    assert all(ax.get_xlabel() == "epoch" and ax.get_ylabel() for ax in figure.axes)
    assert drawn(figure).std() > 0


def test_history_without_validation_shows_one_loss():
    figure = plots.plot_history(History([Metrics(1, 0.9, None, None, None, 1.0)]))
    assert len(figure.axes) == 1
    assert len(figure.axes[0].lines) == 1
    with pytest.raises(ValueError, match="at least one epoch"):
        plots.plot_history(History())
    with pytest.raises(TypeError, match=r"what fit\(\) returned, got a list"):
        plots.plot_history([0.9, 0.5])


def test_image_grid_shows_every_image_with_its_title():
    images = np.arange(12 * 4 * 4).reshape(12, 4, 4)
    figure = plots.image_grid(images, titles=range(12), columns=5)
    used = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in used] == [str(i) for i in range(12)]
    np.testing.assert_array_equal(used[7].images[0].get_array(), images[7])
    assert len(figure.axes) == 15
    scale = plots.image_grid(images - 50.0, symmetric=True).axes[0].images[0].get_clim()
    assert scale == (-141, 141)
    assert drawn(figure).std() > 0


@pytest.mark.parametrize("shape", [(28, 28), (5, 784), (0, 28, 28)])
def test_image_grid_names_the_shape_it_wants(shape):
    with pytest.raises(ValueError, match=r"\(N, height, width\)"):
        plots.image_grid(np.zeros(shape))


def test_image_rows_show_a_row_for_each_name_on_its_own_scale():
    small, large = np.ones((3, 2, 2)), np.full((3, 4, 4), 9.0)
    figure = plots.image_rows({"image": small, "code": large}, titles=list("abc"))
    assert [ax.get_ylabel() for ax in figure.axes] == ["image", "", "", "code", "", ""]
    assert [ax.get_title() for ax in figure.axes[:3]] == ["a", "b", "c"]
    assert [ax.images[0].get_clim()[1] for ax in figure.axes] == [1, 1, 1, 9, 9, 9]
    for rows in ({"a": small[:0]}, {"a": small, "b": large[:2]}, {"a": small[0]}):
        with pytest.raises(ValueError, match=r"rows of shape \(N, height, width\)"):
            plots.image_rows(rows)


def test_image_grid_wants_a_title_an_image():
    with pytest.raises(ValueError, match="one title per image, got 1 for 2"):
        plots.image_grid(np.zeros((2, 3, 3)), titles=["one"])


def test_confusion_matrix_writes_every_count():
    counts = confusion_matrix([0, 0, 1, 2, 2], [0, 1, 1, 2, 0], 3)
    ax = plots.plot_confusion_matrix(counts, labels=["a", "b", "c"])
    texts = {(int(x), int(y)): t.get_text() for t in ax.texts for x, y in [t.get_position()]}
    assert texts[1, 0] == "1"  # row 0 (true 0), column 1 (answered 1)
    assert texts[0, 2] == "1"
    assert texts[0, 1] == "0"
    assert ax.get_xlabel() == "the network's answer"
    assert ax.get_ylabel() == "true class"
    assert drawn(ax.figure).std() > 0
    with pytest.raises(ValueError, match=r"shape \(K, K\)"):
        plots.plot_confusion_matrix(np.zeros((2, 3)))


def test_confusion_matrix_without_a_mistake():
    assert drawn(plots.plot_confusion_matrix(np.diag([3, 4])).figure).std() > 0


def test_decision_boundary_lies_where_the_probability_is_one_half():
    x = np.array([[-1.0, 0.0], [1.0, 1.0], [0.5, -1.0]])
    ax = plots.plot_decision_boundary(lambda p: 1 / (1 + np.exp(-5 * p[:, :1])), x, [0, 1, 1])
    image = ax.images[0].get_array()
    assert image[:, 0].max() < 0.5 < image[:, -1].min()
    (contour,) = ax.collections
    np.testing.assert_allclose(contour.get_paths()[0].vertices[:, 0], 0, atol=0.01)
    assert [line.get_color() for line in ax.lines] == list(CLASS_COLOURS)
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 2]
    assert drawn(ax.figure).std() > 0


def test_decision_boundary_of_several_classes_and_of_a_network():
    x, y = datasets.spirals(30, classes=3)
    ax = plots.plot_decision_boundary(nn.Sequential(nn.Linear(2, 3)), x, y)
    assert set(np.unique(ax.images[0].get_array())) <= {0, 1, 2}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x₁", "x₂")


def test_decision_boundary_names_wrong_shapes():
    with pytest.raises(ValueError, match=r"x of shape \(N, 2\)"):
        plots.plot_decision_boundary(lambda p: p, np.zeros((3, 3)), np.zeros(3))
    with pytest.raises(ValueError, match=r"got an array of shape \(2,\)"):
        plots.plot_decision_boundary(lambda p: np.zeros(2), np.zeros((3, 2)), np.zeros(3))


def test_a_constant_prediction_has_no_line():
    ax = plots.plot_decision_boundary(lambda p: np.zeros(len(p)), np.eye(2), [0, 1])
    assert not ax.collections
    assert drawn(ax.figure).std() > 0
