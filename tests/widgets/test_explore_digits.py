import numpy as np
import pytest

from docs.weights import packed
from nnlib import datasets, nn, pretrained
from nnlib.data import to_float
from nnlib.widgets import explore_digits
from nnlib.widgets.explore_digits import compute
from nnlib.widgets.models.digits import digit_reader, in_words
from tests.widgets.javascript import answers

PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/base/kit/explorer.js";
import { DEFAULTS, inShort, seen } from "HERE/explore_digits.js";
import { inWords, read, unpacked } from "HERE/reader.js";
const file = readFileSync("weights");
const layers = unpacked(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const found = JSON.parse(readFileSync("asked.json")).map(([image, state]) => {
  const moved = seen(image.map((value) => value / 255), state);
  const chances = read(layers, moved);
  const code = codeOf("explore_digits()", Object.keys(DEFAULTS), state, DEFAULTS);
  return { seen: [...moved], chances, short: inShort(state), words: inWords(chances), code };
});
process.stdout.write(JSON.stringify({ found, defaults: DEFAULTS }));
"""


def random_explorers(count=80):
    rng = np.random.default_rng(1)
    explorer = explore_digits()
    for k in range(count):
        right, down = (int(value) for value in rng.integers(-16, 17, 2))
        degrees = int(rng.choice([0, 0, 90, -90, 180, *rng.integers(-180, 181, 5)]))
        moves = {"right": right, "down": down} if k % 3 else {"right": 0, "down": 0}
        explorer.set(number=k, degrees=degrees, centre=bool(k % 4 == 0), **moves)
        yield (
            {name: getattr(explorer, name) for name in explorer.settings()},
            *explorer.look(),
            (explorer.describe()),
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """([(settings, image, probabilities, description)], what JavaScript makes of the same)."""
    ours = list(random_explorers())
    images = datasets.mnist_test()[0]
    asked = [[images[state["number"]].ravel().tolist(), state] for state, *_ in ours]
    folder = tmp_path_factory.mktemp("digits")
    (folder / "weights").write_bytes(packed())
    return ours, answers(PROGRAM, folder, asked)


def test_javascript_and_python_agree(both):
    """Pillow computes with 32 bits; the weights of a page have ten."""
    for (state, image, chances, said), theirs in zip(both[0], both[1]["found"], strict=True):
        np.testing.assert_allclose(theirs["seen"], image.ravel(), atol=2e-6, err_msg=str(state))
        np.testing.assert_allclose(theirs["chances"], chances, atol=0.02, err_msg=str(state))
        assert f", {theirs['short']}. The network says" in said
        if np.abs(np.array(theirs["chances"]) - chances).max() < 1e-4:
            assert theirs["words"] == in_words(chances)


def test_the_code_that_is_copied_rebuilds_the_state(both):
    first = explore_digits()
    assert both[1]["defaults"] == {name: getattr(first, name) for name in first.settings()}
    for (state, *_), theirs in zip(both[0][:10], both[1]["found"], strict=False):
        again = eval(theirs["code"], {"explore_digits": explore_digits})
        assert {name: getattr(again, name) for name in again.settings()} == state


def test_it_starts_with_the_first_test_image_as_stored():
    assert "Test image 0, a 7, as it is stored. The network says 7" in explore_digits().describe()


def test_centring_undoes_a_shift():
    image = to_float(datasets.mnist_test()[0][0])
    seen, _ = compute(lambda x: x, image, 4, -3, 0, centre=True)
    np.testing.assert_allclose(seen, image, atol=0.02)


def test_the_probabilities_follow_the_settings():
    explorer = explore_digits()
    read = digit_reader(pretrained.mnist_mlp())
    np.testing.assert_allclose(explorer.chances, read(to_float(datasets.mnist_test()[0][0])))
    far = explorer.set(right=8).describe()
    assert np.argmax(explorer.chances) != 7
    assert "8 pixels to the right" in far
    explorer.centre = True
    assert np.argmax(explorer.chances) == 7
    assert "says 7" in explorer.set(number=0).describe()
    # what the browser sends: several traits in one message
    explorer.set_state({"right": 28, "down": 28, "centre": False})
    np.testing.assert_allclose(explorer.chances, read(np.zeros((28, 28), np.float32)), atol=1e-6)


def test_the_learners_own_network_answers():
    model = nn.Sequential(nn.Linear(784, 10))
    model[0].bias.data[:] = 100 * np.eye(10)[2]
    assert "says 2" in explore_digits(model).describe()
    with pytest.raises(ValueError, match="Expected a network"):
        explore_digits(nn.Linear(3, 10))


def test_an_error_later_is_shown_in_a_sentence():
    calls = []

    def tired(images):
        calls.append(images)
        if len(calls) > 2:
            raise RuntimeError("no more today")
        return np.eye(10)[[3]]

    explorer = explore_digits(tired)
    assert explorer.alert == ""
    explorer.right = 2
    assert explorer.alert == "The image could not be read: no more today (RuntimeError)."
    assert str(explorer.last_error) == "no more today"
