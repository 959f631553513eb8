"""The reference network as NumPy tutorials write it: float64, boolean masks, new arrays."""

import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.default_rng(n_in).normal(size=(n_in, n_out)) * np.sqrt(2 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, grad):
        self.dW = np.dot(self.x.T, grad)
        self.db = np.sum(grad, axis=0, keepdims=True)
        return np.dot(grad, self.W.T)


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, grad):
        grad = grad.copy()
        grad[self.x <= 0] = 0
        return grad


class Dropout:
    def __init__(self, rate):
        self.rate, self.rng = rate, np.random.default_rng(0)

    def forward(self, x):
        self.dropped = self.rng.random(x.shape) < self.rate
        out = x / (1 - self.rate)
        out[self.dropped] = 0
        return out

    def backward(self, grad):
        grad = grad / (1 - self.rate)
        grad[self.dropped] = 0
        return grad


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t, self.m, self.v = 0, {}, {}

    def step(self, layers):
        self.t += 1
        for i, layer in enumerate(layers):
            for name in ("W", "b"):
                value, grad, key = getattr(layer, name), getattr(layer, "d" + name), (i, name)
                m = self.beta1 * self.m.get(key, 0) + (1 - self.beta1) * grad
                v = self.beta2 * self.v.get(key, 0) + (1 - self.beta2) * grad**2
                self.m[key], self.v[key] = m, v
                m_hat = m / (1 - self.beta1**self.t)
                v_hat = v / (1 - self.beta2**self.t)
                setattr(layer, name, value - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))


def tutorial(spec):
    """A contender: the same network, data and batches as the others, in this style."""
    from bench.contenders import digits

    images, labels = digits(spec)
    x, y = images / 255.0, np.eye(10)[labels]
    hidden = [Dense(784, 256), ReLU(), Dropout(0.2), Dense(256, 128), ReLU(), Dropout(0.2)]
    network = [*hidden, Dense(128, 10)]
    dense = [layer for layer in network if isinstance(layer, Dense)]
    optimizer, rng = Adam(), np.random.default_rng(0)

    def turn():
        total = 0.0
        order = rng.permutation(len(x))
        for start in range(0, len(x), spec["batch"]):
            batch = order[start : start + spec["batch"]]
            out, target = x[batch], y[batch]
            for layer in network:
                out = layer.forward(out)
            exp = np.exp(out - np.max(out, axis=1, keepdims=True))
            p = exp / np.sum(exp, axis=1, keepdims=True)
            total -= np.sum(target * np.log(p + 1e-12))
            grad = (p - target) / len(batch)
            for layer in reversed(network):
                grad = layer.backward(grad)
            optimizer.step(dense)
        return total / len(x)

    return turn
