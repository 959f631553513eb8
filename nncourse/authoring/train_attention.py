"""Make the weights of explore_attention: python -m nncourse.authoring.train_attention

Trains the transformer of lesson 16 with the lesson's own code, 64 numbers for each letter and
twenty times as many letters (two minutes), says its loss on the held-out text, and writes what its
heads need to nnlib/widgets/attention_weights.js. It needs PyTorch.
"""

import ast
import base64
import json

import numpy as np

from nncourse.authoring.lesson import Lesson
from nncourse.authoring.release import ROOT
from nnlib.widgets.models.attention import FILE

STEPS, BATCH, SIZE, HEADS = 5000, 32, 64, 4
WANTED = ("text", "symbols", "number_of", "codes", "cut")
MOST = 32767  # whole numbers of 16 bits


def code_of_the_lesson():
    """The imports, definitions and data of lesson 16, as a dict."""
    space = {}
    for _, cell in Lesson(ROOT / "lessons" / "16_sequences.ipynb").code:
        tree = ast.parse(cell.source)
        tree.body = [node for node in tree.body if is_wanted(node)]
        exec(compile(tree, "lesson 16", "exec"), space)
    return space


def is_wanted(node):
    if isinstance(node, ast.Assign):
        return any(getattr(target, "id", None) in WANTED for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Try)


def packed(array):
    """An array as whole numbers of 16 bits, with the scale that makes them its own again."""
    scale = float(np.abs(array).max()) / MOST
    whole = np.round(array / scale).astype("<i2")
    text = base64.b64encode(whole.tobytes()).decode("ascii")
    return {"shape": list(array.shape), "scale": scale, "packed": text}


def main():
    """The command line."""
    given = code_of_the_lesson()
    model = given["fit"](
        lambda: given["Transformer"](size=SIZE, heads=HEADS), STEPS, 0.008, batch=BATCH
    )
    print(f"held-out loss {given['evaluate'](model):.3f} nats")
    weights = {name: array.numpy() for name, array in model.state_dict().items()}
    look = "blocks.0.look."
    queries, keys, _ = np.split(weights[f"{look}1.ask.weight"], 3)
    arrays = {
        "letters": weights["letters.weight"],
        "places": weights["places.weight"],
        "gain": weights[f"{look}0.weight"],
        "shift": weights[f"{look}0.bias"],
        "queries": queries,
        "keys": keys,
    }
    found = {
        "symbols": "".join(given["symbols"]),
        "heads": HEADS,
        "arrays": {name: packed(array) for name, array in arrays.items()},
    }
    first = "// Made from lesson 16, as CONTRIBUTING.md says; 16 bits for each number.\n"
    text = json.dumps(found, indent=1).replace("</", "<\\/")
    FILE.write_text(f"{first}\nexport const TRAINED = {text};\n", encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
