"""Runs the JavaScript of the explorers with node."""

import json
import subprocess


def runner(script, folder, name="show"):
    """A function from a JavaScript expression to its result; `name` is the module in it."""

    def run(expression):
        program = f'import * as {name} from "{script.as_posix()}";'
        return json.loads(
            run_node(f"{program} process.stdout.write(JSON.stringify({expression}));", folder)
        )

    return run


def run_node(program, folder):
    """What a program of JavaScript, a module, prints when it runs in this folder."""
    (folder / "run.mjs").write_text(program, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
