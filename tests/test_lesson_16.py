"""The gradients that lesson 16 writes in NumPy, against PyTorch, with the lesson's own code."""

import numpy as np
import pytest

from bench.claims import lesson

torch = pytest.importorskip("torch")
LESSON = lesson("16", "text", "symbols", "number_of", "codes", "cut", results={})
each_seed = pytest.mark.parametrize("seed", range(10))


@each_seed
def test_the_recurrent_cell(seed):
    rng = np.random.default_rng(seed)
    size, hidden, length = (int(n) for n in rng.integers(1, 8, size=3))
    x, blame = rng.normal(size=(length, size)), rng.normal(size=(length + 1, hidden))
    Wx, Wh, b = (rng.normal(size=shape) for shape in ((hidden, size), (hidden, hidden), hidden))
    states = LESSON["run_rnn"](x, Wx, Wh, b)
    found = LESSON["rnn_backward"](x, states, blame, Wx, Wh)

    layer = torch.nn.RNN(size, hidden, dtype=torch.float64)
    with torch.no_grad():
        for parameter, array in zip(layer.parameters(), (Wx, Wh, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(array))
    outputs, _ = layer(torch.tensor(x))
    (outputs * torch.tensor(blame[1:])).sum().backward()
    np.testing.assert_allclose(states[1:], outputs.detach().numpy(), rtol=1e-12, atol=1e-14)
    for mine, parameter in zip(found, layer.parameters(), strict=False):
        np.testing.assert_allclose(mine, parameter.grad.numpy(), rtol=1e-10, atol=1e-12)


@each_seed
def test_one_head_of_attention(seed):
    rng = np.random.default_rng(seed)
    length, d = (int(n) for n in rng.integers(1, 12, size=2))
    Q, K, V, dY = rng.normal(scale=3, size=(4, length, d))
    Y, weights = LESSON["attend"](Q, K, V)
    found = LESSON["attend_backward"](dY, weights, Q, K, V)

    tensors = [torch.tensor(array[None], requires_grad=True) for array in (Q, K, V)]
    in_torch = torch.nn.functional.scaled_dot_product_attention(*tensors, is_causal=True)
    in_torch.backward(torch.tensor(dY[None]))
    np.testing.assert_allclose(Y, in_torch.detach().numpy()[0], rtol=1e-10, atol=1e-12)
    for mine, tensor in zip(found, tensors, strict=True):
        np.testing.assert_allclose(mine, tensor.grad.numpy()[0], rtol=1e-9, atol=1e-11)


def test_the_layer_of_heads_is_the_head_of_the_lesson_several_times():
    torch.manual_seed(0)
    layer = LESSON["Attention"](size=12, heads=3)
    x = torch.randn(1, 7, 12)
    with torch.no_grad():
        found = layer(x)[0].numpy()
        q, k, v = (part.numpy()[0] for part in layer.ask(x).split(12, dim=2))
        parts = [slice(4 * head, 4 * head + 4) for head in range(3)]
        heads = [LESSON["attend"](q[:, p], k[:, p], v[:, p])[0] for p in parts]
        wanted = layer.join(torch.tensor(np.hstack(heads), dtype=torch.float32)).numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_no_network_but_the_one_without_a_mask_sees_what_it_guesses():
    """What comes later changes nothing, in any of the networks."""
    torch.manual_seed(0)
    makes = {
        "window": LESSON["Window"],
        "LSTM": lambda: LESSON["Recurrent"](torch.nn.LSTM),
        "transformer": LESSON["Transformer"],
        "no mask": lambda: LESSON["Transformer"](causal=False),
    }
    x = torch.randint(len(LESSON["symbols"]), (1, 20))
    changed = x.clone()
    changed[0, 12:] = (changed[0, 12:] + 1) % len(LESSON["symbols"])
    for name, make in makes.items():
        model = make().eval()
        with torch.no_grad():
            same = torch.allclose(model(x)[0, :12], model(changed)[0, :12], atol=1e-5)
        assert same == (name != "no mask"), name


def test_the_counts_are_probabilities_and_see_no_held_out_letter():
    symbols = LESSON["symbols"]
    table = LESSON["count"]("banana", 2)
    assert table["an"] == {"a": 2}
    assert table[""] == {"b": 1, "a": 3, "n": 2}
    total = 0.0
    for symbol in symbols:  # each as the letter after "banan"
        total += np.exp(-LESSON["ngram_losses"](table, "banan" + symbol, 5, 2))
    np.testing.assert_allclose(total, 1.0)
