import numpy as np
import pytest
import traitlets

from bench.claims import lesson
from nnlib.widgets import explore_attention
from nnlib.widgets.attention import HEADS, SENTENCES
from nnlib.widgets.models.attention import attend, trained
from tests.widgets.javascript import InJavaScript, assert_rebuilt, traits


def explorers():
    for k, sentence in enumerate(SENTENCES):
        for head in range(1, HEADS + 1):
            one = explore_attention().set(sentence=sentence, head=head, place=(7 * head + k) % 32)
            yield one.set(masked=head % 2 == 0, scaled=k % 2 == 0)


def test_javascript_and_python_agree_and_copied_code_rebuilds_the_state(tmp_path):
    made = list(explorers())
    page = InJavaScript("attention", made, tmp_path)
    for explorer, found in zip(made, page.answers, strict=True):
        scores, weights = explorer.compute()
        np.testing.assert_allclose(found["scores"], scores, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found["weights"], weights, rtol=1e-9, atol=1e-12)
    assert page.defaults == traits(explore_attention())
    codes = [code.replace("undefined", "explore_attention()") for code in page.codes]  # its call
    assert_rebuilt(made, codes, explore_attention)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_rows_add_up_to_one_and_the_mask_hides_what_comes_later(sentence):
    for head in range(1, HEADS + 1):
        for scaled in (True, False):
            weights = attend(sentence, head, True, scaled)[1]
            np.testing.assert_allclose(weights.sum(axis=1), 1)
            assert not np.triu(weights, 1).any()
            assert np.triu(attend(sentence, head, False, scaled)[1], 1).any()
    scores, plain = attend(sentence, 1)[0], attend(sentence, 1, scaled=False)[0]
    np.testing.assert_allclose(plain, 4 * scores)  # d is 16


def test_the_weights_are_those_of_the_layer_in_the_lesson():
    torch = pytest.importorskip("torch")
    layer = lesson("16", "text", "symbols", "number_of", "codes", "cut")["Attention"](64, HEADS)
    symbols, heads, arrays = trained()
    assert heads == HEADS
    both = np.concatenate([arrays["queries"], arrays["keys"], arrays["keys"]])
    x = arrays["letters"][[symbols.index(letter) for letter in SENTENCES[0]]]
    x = torch.tensor(x + arrays["places"][: len(SENTENCES[0])])
    normal = torch.nn.functional.layer_norm(
        x, (64,), torch.tensor(arrays["gain"]), torch.tensor(arrays["shift"])
    )
    with torch.no_grad():
        layer.double().ask.weight.copy_(torch.tensor(both))
        layer(normal[None])
    for head in range(1, HEADS + 1):
        found = attend(SENTENCES[0], head)[1]
        np.testing.assert_allclose(layer.weights[0, head - 1].numpy(), found, atol=1e-9)


def test_what_does_not_fit_is_said():
    last = explore_attention().set(place=63)
    assert f"at place {len(SENTENCES[0]) - 1} looks" in repr(last)
    for wrong in ({"sentence": "moby"}, {"head": 5}, {"place": -1}):
        with pytest.raises(traitlets.TraitError):
            explore_attention().set(**wrong)
