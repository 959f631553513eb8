import numpy as np
import pytest

from nnlib import datasets, nn
from nnlib.widgets import explore_digits
from nnlib.widgets.explore_digits import compute
from tests.widgets.helpers import pixels, press, sweep


@pytest.fixture(scope="module")
def explorer():
    return explore_digits()


def test_every_control_over_its_range(explorer):
    sweep(explorer)


def test_it_starts_with_the_first_test_image_as_stored(explorer):
    assert "Test image 0, a 7, as it is stored. The network says 7" in explorer.description


def test_centring_undoes_a_shift():
    image = datasets.mnist()[1][0][0] / np.float32(255)
    seen, _ = compute(lambda x: x, image, 4, -3, 0, centre=True)
    np.testing.assert_allclose(seen, image, atol=0.02)


def test_out_of_the_frame_there_is_still_an_answer(explorer):
    press(explorer, "Out of the frame")
    assert "The network says" in explorer.description
    explorer.reset()


def test_a_shift_changes_the_picture_and_centring_the_answer(explorer):
    before = pixels(explorer)
    explorer.set(right=8)
    assert np.any(pixels(explorer) != before)
    far = explorer.description
    explorer.set(centre=True)
    assert explorer.description != far
    assert "says 7" in explorer.description
    explorer.reset()


def test_the_learners_own_network_answers():
    model = nn.Sequential(nn.Linear(784, 10))
    model[0].bias.data[:] = 100 * np.eye(10)[2]
    assert "says 2" in explore_digits(model).description
    with pytest.raises(ValueError, match="Expected a network"):
        explore_digits(nn.Linear(3, 10))
