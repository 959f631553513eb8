"""Exercises for lesson 01, the neuron."""

import numpy as np

from nnlib.course.exercises.spec import Exercise, Misconception

TITLE = "The neuron"


# 01.1 ------------------------------------------------------------- predict a number


def z_on_paper():
    return 0.5 * 6 - 1 * 2 + 1


weighted_sum_on_paper = Exercise(
    id="01.1",
    title="A weighted sum on paper",
    points=1,
    minutes=3,
    difficulty="easy",
    name="z_on_paper",
    reference=z_on_paper,
    hints=(
        "Each input meets its own weight. How many products are there?",
        "The products are 0.5 · 6 and −1 · 2. The bias is added once, at the end.",
        "The products are 3 and −2, and together they are 1. One number is still to be added.",
    ),
    misconceptions=(
        Misconception(
            "bias forgotten",
            0.5 * 6 - 1 * 2,
            "That is the sum of the two products. The neuron still adds its bias.",
        ),
        Misconception(
            "minus sign lost",
            0.5 * 6 + 1 * 2 + 1,
            "The second weight is −1: its input speaks against, and takes 2 away.",
        ),
        Misconception(
            "sums multiplied",
            (0.5 - 1) * (6 + 2) + 1,
            "That is (sum of the weights) × (sum of the inputs). "
            "But each input meets its own weight only.",
        ),
        Misconception(
            "bias added to each product",
            (0.5 * 6 + 1) + (-1 * 2 + 1),
            "A neuron has one bias, and adds it once, not once for each input.",
        ),
        Misconception(
            "weights crossed",
            0.5 * 2 - 1 * 6 + 1,
            "The first weight belongs to the first input: 0.5 meets 6, and −1 meets 2.",
        ),
    ),
)


# 01.2 ------------------------------------------------------------- write a function


def weighted_sum(x, w, b):
    return w @ x + b


def weighted_sum_in_a_loop(x, w, b):
    total = b
    for one_input, one_weight in zip(x, w, strict=True):
        total += one_input * one_weight
    return total


def weighted_sum_of_products(x, w, b):
    return np.sum(x * w) + b


weighted_sum_exercise = Exercise(
    id="01.2",
    title="The weighted sum",
    points=2,
    minutes=5,
    difficulty="easy",
    name="weighted_sum",
    reference=weighted_sum,
    alternatives=(weighted_sum_in_a_loop, weighted_sum_of_products),
    fixed=(
        (np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.8, -0.5]), 2.0),
        (np.array([0.5, 0.3]), np.array([0.4, 0.7]), 0.2),
        (np.array([2.0, 3.0]), np.array([0.0, 1.0]), 4.0),
        (np.array([0.0, 0.0]), np.array([5.0, -5.0]), -1.5),
        (np.array([7.0]), np.array([-3.0]), 0.0),
    ),
    random=lambda rng: (
        *rng.normal(size=(2, rng.integers(2, 7))).round(2),
        round(rng.normal(), 2),
    ),
    hints=(
        "Three steps: multiply each input by its weight, add the products up, add the bias.",
        "NumPy has one sign for “multiply each pair and add up”. The lesson used it.",
        "`w @ x` is the sum of the products. What is still missing?",
    ),
    misconceptions=(
        Misconception(
            "bias forgotten",
            lambda x, w, b: w @ x,
            "The products are added up, and the bias `b` is not. It is what the neuron says when "
            "all inputs are 0.",
        ),
        Misconception(
            "`*` in place of `@`",
            lambda x, w, b: w * x + b,
            "`w * x` multiplies each pair and does not add up, so as many numbers come back as "
            "there are inputs, each with the bias.",
        ),
        Misconception(
            "bias subtracted",
            lambda x, w, b: w @ x - b,
            "The bias is added: z = w · x + b.",
        ),
        Misconception(
            "bias added to each product",
            lambda x, w, b: np.sum(w * x + b),
            "Here the bias is inside the sum, and so it is added once for each input. "
            "A neuron adds it once.",
        ),
        Misconception(
            "sums multiplied",
            lambda x, w, b: np.sum(w) * np.sum(x) + b,
            "The sum of the weights times the sum of the inputs lets every weight meet every "
            "input. Each input meets its own weight only.",
        ),
        Misconception(
            "activation added",
            lambda x, w, b: 1 / (1 + np.exp(-(w @ x + b))),
            "That is the neuron's output, sigmoid and all. This exercise asks for z, the number "
            "before the activation.",
        ),
    ),
)


EXERCISES = (weighted_sum_on_paper, weighted_sum_exercise)
