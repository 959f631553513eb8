import json

import nbformat
import numpy as np
import pytest
import torch

from bench import __main__ as bench
from bench import chart, explorers, lessons, measure, plan
from bench.contenders import XOR_X, XOR_Y, build, digits
from bench.worker import CONTENDERS
from nnlib import nn
from nnlib.data import to_float


def tiny(key):
    """The specification of a group, cut down to 130 digits or steps: two batches and a rest."""
    return plan.GROUPS[key][1] | {"examples": 130, "threads": 1}


@pytest.mark.parametrize("key", plan.GROUPS)
def test_both_libraries_train_the_same_network(key):
    spec = tiny(key)
    ours, theirs = build(spec, nn), build(spec, torch.nn)
    theirs.load_state_dict({n: torch.from_numpy(a) for n, a in ours.state_dict().items()})
    ours.eval(), theirs.eval()
    if key == "xor":
        loss = nn.MSELoss()(ours(XOR_X), XOR_Y)
        expected = torch.nn.MSELoss()(theirs(torch.from_numpy(XOR_X)), torch.from_numpy(XOR_Y))
    else:
        images, labels = digits(spec)
        x, y = to_float(images), labels.astype(np.int64)
        loss = nn.CrossEntropyLoss()(ours(x), y)
        expected = torch.nn.CrossEntropyLoss()(theirs(torch.from_numpy(x)), torch.from_numpy(y))
    assert loss == pytest.approx(expected.item(), rel=1e-5)


def test_the_networks_have_the_same_dropout():
    ours, theirs = (build(tiny("reference"), library) for library in (nn, torch.nn))
    for mine, other in zip(ours.layers, theirs, strict=True):
        assert type(mine).__name__ == type(other).__name__
        assert getattr(mine, "p", None) == getattr(other, "p", None)


@pytest.mark.parametrize("name", [name for name in plan.NAMES if name != "products"])
def test_every_contender_learns(name):
    threads = torch.get_num_threads()
    try:
        turn = CONTENDERS[name](tiny("reference"))
        losses = [turn() for _ in range(12)]
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)
    assert 1.5 < losses[0] < 3.5  # log(10) = 2.30 for a network that guesses
    assert losses[-1] < 0.7 * losses[0]


def test_ratios_are_medians_of_rounds():
    answers = {
        "nnlib": [{"seconds": 1.0}, {"seconds": 2.0}, {"seconds": 9.0}],
        "torch_index": [{"seconds": 4.0}, {"seconds": 4.0}, {"seconds": 10.0}],
    }
    summary = measure.summarize(answers)
    assert summary["nnlib"]["median"] == 2.0
    assert summary["nnlib"]["ratio"] == 1.0
    assert summary["torch_index"]["median"] == 4.0
    assert summary["torch_index"]["ratio"] == 0.5  # of 0.25, 0.5 and 0.9


def test_a_gate_is_missed_above_its_limit_only():
    def group(key, name, ratio, threads=1):
        contenders = {name: {"ratio": ratio}}
        return {"key": key, "title": key, "threads": threads, "contenders": contenders}

    assert plan.judge([group("xor", "torch_index", 0.25)], {})[0]["passed"]
    assert not plan.judge([group("xor", "torch_index", 0.26)], {})[0]["passed"]
    assert not plan.judge([], {"memory": 501})[0]["passed"]
    assert plan.judge([group("xor", "torch_index", 0.26, threads=2)], {}) == []
    assert {key for key, _ in plan.RATIO_GATES} <= plan.GROUPS.keys()
    for key, name in plan.RATIO_GATES:
        assert name in plan.GROUPS[key][2]


def test_children_choose_their_own_kernels_and_threads(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    env = measure.environment(2)
    assert not {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} & env.keys()
    assert env["OPENBLAS_NUM_THREADS"] == env["OMP_NUM_THREADS"] == "2"


def test_a_whole_run_writes_json_and_a_chart(tmp_path, monkeypatch, capsys):
    title, spec, names = plan.GROUPS["reference"]
    monkeypatch.setitem(plan.GROUPS, "reference", (title, spec | {"examples": 130}, names))
    output = tmp_path / "bench.json"
    command = ["bench", "--quick", "--rounds", "1", "--output", str(output)]
    monkeypatch.setattr("sys.argv", command)
    assert bench.main() == 0  # whatever the gates say
    text = output.read_text(encoding="utf-8")
    result = json.loads(text)
    assert list(result["groups"][0]["contenders"]) == list(plan.NAMES)
    assert all(row["median"] > 0 for row in result["groups"][0]["contenders"].values())
    assert len(result["gates"]) == 4
    assert result["machine"]["blas"]
    assert str(tmp_path) not in text
    printed = capsys.readouterr().out
    assert all(name in printed for name in plan.NAMES.values())
    assert result["machine"]["blas"] in printed.splitlines()[0]
    chart.save(result, tmp_path / "one.svg")
    chart.save(result, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "PyTorch, index batching" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_check_exits_with_1_when_a_gate_is_missed(tmp_path, monkeypatch):
    impossible = dict.fromkeys(plan.RATIO_GATES, 0.0)
    monkeypatch.setattr(plan, "RATIO_GATES", impossible)
    title, spec, names = plan.GROUPS["xor"]
    monkeypatch.setitem(plan.GROUPS, "xor", (title, spec | {"examples": 10}, names))
    command = ["bench", "--only", "xor", "--threads", "1", "--rounds", "1"]
    monkeypatch.setattr("sys.argv", [*command, "--output", str(tmp_path / "bench.json"), "--check"])
    assert bench.main() == 1


def test_a_contender_that_fails_stops_the_run():
    with pytest.raises(RuntimeError, match="contender nobody stopped"):
        measure.take_turns(["nobody"], tiny("xor"), 1)


def test_a_lesson_is_run_with_its_peak_memory_and_not_stored(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(code) for code in ("import sys", "b = 300_000_000 * bytes([1])")
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_small.ipynb")
    before = (tmp_path / "01_small.ipynb").read_bytes()
    seconds, megabytes = lessons.measure(tmp_path / "01_small.ipynb")
    assert seconds > 0
    assert 300 < megabytes < 900
    assert (tmp_path / "01_small.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    ("found", "code"), [((40, 600), 0), ((40.1, 600), 1), ((40, 601), 1)], ids=str
)
def test_a_lesson_above_a_limit_is_shown(found, code, monkeypatch, capsys):
    monkeypatch.setattr(lessons, "measure", lambda path: found)
    monkeypatch.setattr("sys.argv", ["bench.lessons", "03"])
    assert lessons.main() == code
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert ("MISSED" in lines[-1]) == bool(code)


@pytest.mark.parametrize(("value", "code"), [(17, 0), (17.1, 1), (None, 0)])
def test_an_explorer_above_a_limit_is_shown(value, code, monkeypatch, capsys):
    rows = [("explore_x", "a frame while it is dragged", value, explorers.FRAME)]
    monkeypatch.setattr(explorers, "measure", lambda names: rows)
    monkeypatch.setattr(explorers, "first_page", lambda: [("first page", "weight", 1, 2)])
    monkeypatch.setattr("sys.argv", ["bench.explorers"])
    assert explorers.main() == code
    assert ("MISSED" in capsys.readouterr().out) == bool(code)
