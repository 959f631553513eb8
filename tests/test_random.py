import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnlib
import nnlib.random
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, random_split
from nnlib.datasets import moons
from nnlib.training import epochs


def trained_weights(seed):
    """The bytes of every weight after two epochs that use all sources of randomness."""
    nnlib.manual_seed(seed)
    train, val = random_split(ArrayDataset(*moons(100)), [80, 20])
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    loader = DataLoader(train, batch_size=16, shuffle=True)
    for _ in epochs(model, nn.CrossEntropyLoss(), optimizer, loader, val, max_epochs=2):
        pass
    return b"".join(array.tobytes() for array in model.state_dict().values())


def test_the_same_seed_gives_the_same_weights_whatever_ran_before():
    first = trained_weights(7)
    other = trained_weights(8)
    np.random.default_rng(3).random(5)
    nnlib.random.generator.normal(size=13)
    nn.Conv2d(3, 4, 3)
    assert trained_weights(7) == first != other


def test_the_same_seed_gives_the_same_weights_in_another_process():
    code = (
        "from tests.test_random import trained_weights; import sys;"
        "sys.stdout.write(trained_weights(7).hex())"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert bytes.fromhex(done.stdout) == trained_weights(7)


def test_the_generator_stays_the_same_object():
    before = nnlib.random.generator
    nnlib.manual_seed(5)
    assert nnlib.random.generator is before
    drawn = before.random()
    assert drawn == np.random.default_rng(5).random()


def test_numpys_global_state_is_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the state that must not change
    trained_weights(1)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("seed", [1.5, "0", None, True])
def test_seeds_that_are_no_integers(seed):
    with pytest.raises(TypeError, match=r"expected a whole number, got .* Try manual_seed\(0\)"):
        nnlib.manual_seed(seed)


def test_negative_seeds():
    with pytest.raises(ValueError, match=r"expected 0 or more, got -1"):
        nnlib.manual_seed(-1)
    nnlib.manual_seed(np.int64(3))


@pytest.mark.parametrize("shape", [(), (0, 3), (1, 9), (64, 256)])
@pytest.mark.parametrize("p", [0.0, 1e-9, 0.2, 0.5, 0.9, 1 - 1e-9])
def test_random_at_least_is_the_comparison_of_floats(p, shape):
    nnlib.manual_seed(3)
    expected = nnlib.random.generator.random(shape, np.float32) >= p
    nnlib.manual_seed(3)
    np.testing.assert_array_equal(nnlib.random.random_at_least(p, shape), expected)
