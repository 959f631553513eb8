import json

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from nnlib.nn.functional import softmax
from nnlib.widgets import explore_softmax
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.models.softmax import compute, verdict
from tests.widgets.javascript import InJavaScript, assert_rebuilt, run_node, traits


def test_probabilities_against_hand_numbers():
    exponentials, plain, safe = compute([2, 1, 0.1], 1)
    np.testing.assert_allclose(exponentials, [7.389056, 2.718282, 1.105171], rtol=1e-6)
    np.testing.assert_allclose(safe, [0.659, 0.242, 0.099], atol=5e-4)
    np.testing.assert_allclose(plain, safe, rtol=1e-6)


def test_the_temperature_divides_the_logits():
    z = np.array([2, 1, 0.1])
    for temperature in (0.1, 3.0, 50.0):
        safe = compute(z, temperature, "float64")[2]
        np.testing.assert_allclose(safe, softmax(z / temperature), rtol=1e-12)


def test_float32_is_what_numpy_computes():
    rng = np.random.default_rng(3)
    for _ in range(50):
        z = rng.uniform(-90, 88, 5).astype(np.float32)
        powers = np.exp(z)
        exponentials, plain, safe = compute(z, 1.0)
        assert exponentials.dtype == plain.dtype == safe.dtype == np.float32
        np.testing.assert_allclose(exponentials, powers, rtol=3e-7)
        np.testing.assert_allclose(plain, powers / powers.sum(), rtol=1e-6)


@pytest.mark.parametrize(("number_format", "last"), [("float32", 88), ("float64", 709)])
def test_overflow_starts_where_the_format_ends(number_format, last):
    assert np.isfinite(compute([last, 0], 1, number_format)[1]).all()
    exponentials, plain, safe = compute([last + 1, 0], 1, number_format)
    assert np.isinf(exponentials[0])
    assert np.isnan(plain[0])
    np.testing.assert_allclose(safe, [1, 0], atol=1e-30)
    assert f"only up to x = {last}." in verdict(exponentials, plain, safe, number_format)


def test_verdicts():
    def say(logits):
        return verdict(*compute(logits, 1, "float32"), "float32")

    assert say([2, 1]) == "both ways agree"
    assert "0 / 0 is nan" in say([-200, -201])
    assert "lost its digits" in say([-103, -103.4])


def random_explorers():
    rng = np.random.default_rng(8)
    for k in range(150):
        count = int(rng.integers(2, 7))
        names = list("uvwxyz")[:count] if k % 3 else None
        logits = rng.uniform(-5, 5, count).round(2).tolist()
        explorer = explore_softmax(logits, names) if k % 2 else explore_softmax()
        explorer.set(z1=round(float(rng.uniform(-5, 5)), 2))
        explorer.set(temperature=float(f"{10 ** rng.uniform(-2, 2):.3g}"))
        shift = float(rng.integers(-12, 13)) * (10 if k % 5 else 80)
        yield explorer.set(shift=shift, number_format=("float32", "float64")[k % 4 // 2])


def test_javascript_and_python_agree_and_copied_code_rebuilds_the_state(tmp_path):
    explorers = list(random_explorers())
    page = InJavaScript("softmax", explorers, tmp_path)
    said = set()
    for explorer, found in zip(explorers, page.answers, strict=True):
        ours = explorer.compute()
        for name, numbers in zip(("exponentials", "plain", "safe"), ours, strict=True):
            np.testing.assert_allclose(found[name], numbers, rtol=1e-9, err_msg=repr(explorer))
        assert found["verdict"] == verdict(*ours, explorer.number_format)
        said.add(found["verdict"])
    assert len(said) >= 4
    assert page.defaults | {"starts": explore_softmax().starts} == traits(explore_softmax())
    assert_rebuilt(explorers, page.codes, explore_softmax, also=["names"])


def test_a_bar_that_is_dragged_gets_the_probability_where_it_is_left(tmp_path):
    program = f"""
        import {{ logitFor, softmax }} from "{HERE.as_posix()}/softmax_model.js";
        const found = [[0, 0.9, 1], [2, 0.05, 0.3], [1, 0.5, 20]].map(([i, share, T]) => {{
            const logits = [2, 1, 0.1];
            logits[i] = logitFor(logits, i, share, T);
            return softmax(logits, T, 0, "float64").safe[i];
        }});
        process.stdout.write(JSON.stringify(found));
    """
    assert json.loads(run_node(program, tmp_path)) == pytest.approx([0.9, 0.05, 0.5])


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="2 to 6 finite logits"):
        explore_softmax([1])
    with pytest.raises(ValueError, match="2 to 6 finite logits"):
        explore_softmax([1, np.nan])
    with pytest.raises(ValueError, match="3 names, one for each logit, got 2"):
        explore_softmax(names=["cat", "dog"])
    for wrong in ({"temperature": 0.0}, {"number_format": "float16"}, {"shift": 2000.0}):
        with pytest.raises(traitlets.TraitError):
            explore_softmax().set(**wrong)


def test_the_still_picture_has_the_bars_of_the_live_one():
    """Logits and probabilities, both with the caps by which they are dragged."""
    explorer = explore_softmax([3.0, -2.0, 0.5])
    figure = Figure()
    explorer.draw(figure)
    for ax, heights in zip(figure.axes, (explorer.logits, explorer.compute()[2]), strict=False):
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(heights)
        caps = ax.collections[0].get_segments()
        assert [cap[0][1] for cap in caps] == pytest.approx(heights)
