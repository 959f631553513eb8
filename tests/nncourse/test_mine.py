"""my_nn.py: the learner's own functions in one file that needs NumPy alone, and learns MNIST."""

import ast
import builtins
import json
import linecache
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from nncourse import check, exercises
from nncourse.authoring import release
from nncourse.authoring.lesson import read
from nncourse.learner import mine
from nnlib import datasets

FILES = Path(datasets.__file__).parent / "files"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A learner's folder, whose answers are kept beside the points."""
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path


def cells_of_main(main):
    """A function that runs a cell in this module, with its lines where inspect looks for them."""
    main.np = np

    def run(source):
        name = f"<cell {len(linecache.cache)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), vars(main))
        return main

    return run


@pytest.fixture
def run_cell(monkeypatch):
    """Run a cell as a notebook does: in __main__."""
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    return cells_of_main(main)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What check() kept of every answer: the source in solutions/, given as a learner would."""
    home, main = tmp_path_factory.mktemp("home"), types.ModuleType("__main__")
    run_cell = cells_of_main(main)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNLIB_PROGRESS", str(home / "progress.json"))
        patch.setitem(sys.modules, "__main__", main)
        for number in sorted({id[:2] for id in mine.PIECES}):
            for cell in read(release.solution_path(number)).cells:
                wanted = any(word in cell.source for word in ("import ", "def ", "class "))
                if cell.cell_type != "code" or not wanted or "check(" in cell.source:
                    continue
                run_cell(cell.source)
                id = cell.id.removeprefix("answer-").replace("-", ".")
                if id in mine.PIECES:
                    report = check(id, getattr(main, exercises.find(id).name), seed=0)
                    assert report.right, report
                    assert "could not be kept" not in str(report)
    return home / "answers"


@pytest.fixture
def solved(home, answers):
    """The learner's folder with every answer kept."""
    shutil.copytree(answers, home / "answers")
    return home


TRAIN = """
import gzip, pathlib, sys
sys.modules["nnlib"] = sys.modules["nncourse"] = None  # an import of them would fail
sys.path.insert(0, {home!r})
import my_nn
import numpy as np

def load(name):
    return my_nn.my_read_idx(gzip.decompress((pathlib.Path({files!r}) / name).read_bytes()))

def flat(images):
    return images.reshape(len(images), 784).astype(np.float32) / 255

X, t = flat(load("train-images-idx3-ubyte.gz")), load("train-labels-idx1-ubyte.gz")
X_test, t_test = flat(load("t10k-images-idx3-ubyte.gz")), load("t10k-labels-idx1-ubyte.gz")
rng = np.random.default_rng(0)
layers = [
    [my_nn.start_std((b, a), "ReLU") * rng.normal(size=(b, a)), np.zeros(b)]
    for a, b in ((784, 128), (128, 10))
]
state = [[[0.0, 0.0], [0.0, 0.0]] for _ in layers]
step = 0
for epoch in range(3):
    order = rng.permutation(len(X))
    for first in range(0, len(X), 250):
        step += 1
        batch = order[first : first + 250]
        inputs, slopes = [X[batch]], []
        for layer in layers[:-1]:
            a, slope = my_nn.leaky_relu(my_nn.run_layers(inputs[-1], [layer]), 0.0)
            inputs.append(a)
            slopes.append(slope)
        d = my_nn.ce_gradient(my_nn.run_layers(inputs[-1], layers[-1:]), t[batch])
        for k in reversed(range(2)):
            W, b = layers[k]
            dX, dV, db, _ = my_nn.layer_backward(d, inputs[k], W.T, b, np.ones(len(b)))
            gradients = dV.T, db
            for i in (0, 1):
                layers[k][i], *state[k][i] = my_nn.adam_step(
                    layers[k][i], gradients[i], *state[k][i], step, 0.005
                )
            d = dX * slopes[k - 1] if k else None
print((my_nn.run_layers(X_test, layers).argmax(axis=1) == t_test).mean())
"""


def test_a_learners_own_library_reads_mnist(solved, capsys):
    module = mine.mine()
    assert (
        f"{len(mine.PIECES)} of {len(mine.PIECES)} functions are yours" in capsys.readouterr().out
    )
    assert (module.lent, module.missing) == ([], [])
    program = TRAIN.format(home=str(solved), files=str(FILES))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert float(done.stdout) >= 0.97


def test_three_missing_answers_are_stubs_that_name_their_exercise(solved, capsys):
    for id in ("05.3", "09.2", "10.3"):
        (solved / "answers" / f"{id}.json").unlink()
    module = mine.mine()
    assert module.missing == ["05.3", "09.2", "10.3"]
    assert "Still to be written: 05.3 ce_gradient, 09.2 adam_step" in capsys.readouterr().out
    with pytest.raises(NotImplementedError, match=r"adam_step is exercise 09\.2: write"):
        module.adam_step(1.0, 1.0, 0.0, 0.0, 1, 0.1)
    lent = mine.mine(lend=True)
    assert lent.lent == ["05.3", "09.2", "10.3"]
    assert lent.adam_step(1.0, 1.0, 0.0, 0.0, 1, 0.1)[0] == pytest.approx(0.9)


def test_the_file_is_one_that_a_person_can_read(solved):
    mine.mine()
    text = (solved / "my_nn.py").read_text(encoding="utf-8")
    names = [node.name for node in ast.parse(text).body if hasattr(node, "name")]
    assert len(set(names)) == len(names)
    assert text.count("import numpy as np") == 1
    assert "nnlib" not in text
    places = [text.index(f"# {id} {exercises.find(id).title}") for id in mine.PIECES]
    assert places == sorted(places)
    known = set(dir(builtins)) | set(names) | {"np"}
    imported = {
        a.asname or a.name
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Import | ast.ImportFrom)
        for a in n.names
    }
    for node in ast.parse(text).body:
        if hasattr(node, "name"):
            assert set(mine.free_names(ast.unparse(node))) <= known | imported


HELPERS = {
    "05.2": (
        "def sigmoid(z):\n    return np.logaddexp(0, z)\n\n\n"
        "def my_bce(z, t):\n    return sigmoid(z) - z * t\n"
    ),
    "06.2": (
        "from math import exp as e_to\n\n\n"
        "def sigmoid(z):\n    return np.array([1 / (1 + e_to(-x)) for x in z])\n\n\n"
        "START = 0.0\n\n\n"
        "def teach(X, t, lr, steps, cost):\n"
        "    w, b = np.zeros(X.shape[1]), START\n"
        "    for _ in range(steps):\n"
        "        d = np.where(t == 1, cost, 1) * (sigmoid(X @ w + b) - t) / len(X)\n"
        "        w, b = w - lr * d @ X, b - lr * d.sum()\n"
        "    return np.array([*w, b])\n"
    ),
    "01.3": (
        "class MyNeuron:\n"
        "    def __init__(self, weights, bias):\n"
        "        self.weights, self.bias = weights, bias\n\n"
        "    def forward(self, x):\n"
        "        return squash(self.weights @ x + self.bias)\n\n\n"
        "def squash(z):\n    return 1 / (1 + np.exp(-z))\n"
    ),
}


def test_helpers_come_along_and_two_meanings_of_a_name_are_kept_apart(home, run_cell):
    for id, source in HELPERS.items():
        main = run_cell(source)
        report = check(id, getattr(main, exercises.find(id).name), seed=0)
        assert report.right, report
    module = mine.mine()
    text = (home / "my_nn.py").read_text(encoding="utf-8")
    assert text.count("def sigmoid(z)") == 1
    assert "def sigmoid_06_2(z)" in text
    assert "from math import exp as e_to" in text
    z, t = np.array([0.3, -2.0]), np.array([1.0, 0.0])
    assert module.my_bce(z, t) == pytest.approx(exercises.find("05.2").reference(z, t))
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    right = exercises.find("06.2").reference(X, np.array([0.0, 0, 0, 1]), 0.5, 7, 2.0)
    assert module.teach(X, np.array([0.0, 0, 0, 1]), 0.5, 7, 2.0) == pytest.approx(right)
    assert module.MyNeuron(np.array([1.0]), 0.0).forward(np.array([0.0])) == 0.5


def test_an_answer_that_stands_on_nnlib_is_not_your_own(home, run_cell):
    main = run_cell(
        "from nnlib.nn.functional import softmax\n\n\ndef row_softmax(z):\n    return softmax(z)\n"
    )
    assert check("02.3", main.row_softmax, seed=0).right
    with pytest.raises(NotImplementedError, match="it calls nnlib"):
        mine.mine().row_softmax(np.zeros((1, 2)))


def test_a_wrong_answer_is_not_kept_and_damaged_ones_are_passed_over(home, run_cell):
    main = run_cell("def weighted_sum(x, w, b):\n    return w @ x - b\n")
    assert not check("01.2", main.weighted_sum).right
    assert not (home / "answers").exists()
    (home / "answers").mkdir()
    for text in ("", "[]", "{", json.dumps({"name": "weighted_sum", "source": "def ("})):
        (home / "answers" / "01.2.json").write_text(text, encoding="utf-8")
        assert mine.kept(home / "answers") == {}


def test_nothing_is_kept_where_no_points_are(monkeypatch, tmp_path, run_cell):
    monkeypatch.setenv("NNLIB_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    main = run_cell("def weighted_sum(x, w, b):\n    return w @ x + b\n")
    assert check("01.2", main.weighted_sum).right
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", mine.PIECES)
def test_every_answer_of_the_course_can_be_lent(id):
    assert mine.collect_reference(exercises.find(id)).needs == []
