"""Runs the JavaScript of the explorers with node."""

import json
import math
import subprocess

from nnlib.widgets.base.javascript import HERE


def runner(script, folder, name="show"):
    """A function from a JavaScript expression to its result; `name` is the module in it."""

    def run(expression):
        program = f'import * as {name} from "{script.as_posix()}";'
        return json.loads(
            run_node(f"{program} process.stdout.write(JSON.stringify({expression}));", folder)
        )

    return run


def run_node(program, folder, *options):
    """What a program of JavaScript, a module, prints when node runs it in this folder."""
    (folder / "run.mjs").write_text(program, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    done = subprocess.run(
        ["node", *options, "run.mjs"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(program, folder, asked):
    """What a program makes of what it reads in asked.json; HERE in it is nnlib/widgets."""
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    return json.loads(run_node(program.replace("HERE", HERE.as_posix()), folder))


PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/base/kit/explorer.js";
import * as page from "HERE/FILE.js";
const found = JSON.parse(readFileSync("asked.json")).map((state) => ({
  code: codeOf(state.call, page.ABOUT.settings, state, { ...page.ABOUT.defaults, ...state.starts }),
  answer: page.compute(state),
}));
const endless = (value) => typeof value === "number" && !Number.isFinite(value);
const said = (key, value) => (endless(value) ? `${value}` : value);
process.stdout.write(JSON.stringify({ found, defaults: page.ABOUT.defaults }, said));
"""


class InJavaScript:
    """What nnlib/widgets/FILE.js computes for the states of explorers: answers, code, defaults.

    The file exports compute(state) and the ABOUT that it gives to makeExplorer. Numbers that are
    not finite come back as floats.
    """

    def __init__(self, file, explorers, folder):
        states = [traits(one) for one in explorers]
        found = answers(PROGRAM.replace("FILE", file), folder, states)
        self.defaults = found["defaults"]
        self.codes = [one["code"] for one in found["found"]]
        self.answers = [revived(one["answer"]) for one in found["found"]]


def traits(explorer):
    """The state that Python shares with the page."""
    names = explorer.trait_names(sync=True)
    names = [n for n in names if not n.startswith(("_", "comm", "layout", "tabbable", "tooltip"))]
    return {name: getattr(explorer, name) for name in names}


def revived(value):
    """NaN and the infinities, which JSON does not have, as floats; large numbers too."""
    if isinstance(value, dict):
        return {key: revived(one) for key, one in value.items()}
    if isinstance(value, list):
        return [revived(one) for one in value]
    if isinstance(value, int) and abs(value) > 2**53:
        return float(value)
    special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    return special.get(value, value) if isinstance(value, str) else value


def settings(explorer):
    """The settings of an explorer, by name."""
    return {name: getattr(explorer, name) for name in explorer.settings()}


def assert_rebuilt(explorers, codes, *known, also=()):
    """The code that a page gives to copy makes each explorer again; also: more attributes."""
    names = {one.__name__: one for one in known}
    for explorer, code in zip(explorers, codes, strict=True):
        again = eval(code, dict(names))
        assert settings(again) == settings(explorer), code
        for name in also:
            assert getattr(again, name) == getattr(explorer, name), code
