import pytest

import nnlib


@pytest.fixture(autouse=True)
def same_weights_every_time():
    """No test depends on weights that happen to be drawn."""
    nnlib.manual_seed(0)
