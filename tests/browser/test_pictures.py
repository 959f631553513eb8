"""The moving picture of the README is what its command films."""

import itertools

import numpy as np
import pytest
from PIL import Image

from docs import pictures

pytestmark = pytest.mark.browser


def frames(path):
    with Image.open(path) as moving:
        for k in range(moving.n_frames):
            moving.seek(k)
            yield np.asarray(moving.convert("L").reduce(4), float)


def test_the_moving_picture_is_made_by_its_command(tmp_path, browser, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_STEPS", 300)  # the same film, and shorter
    monkeypatch.setattr(pictures, "FRAMES_OF_A_STEP", 1)
    path = tmp_path / "explorers.webp"
    assert pictures.main(path, browser) == 0
    made, stored = list(frames(path)), list(frames(pictures.MOVING))
    assert {frame.shape for frame in made} == {frame.shape for frame in stored}
    assert np.abs(made[0] - stored[0]).mean() < 3  # the pad with the first stroke
    assert np.abs(made[-1] - stored[-1]).mean() < 3  # the network after its step
    changes = [np.abs(one - other).max() for one, other in itertools.pairwise(made)]
    assert np.mean(np.array(changes) > 20) > 0.5  # it moves
    with Image.open(path.with_suffix(".png")) as still:
        assert np.asarray(still.convert("RGB")).std() > 20
