"""Runs the JavaScript of a showpiece: by node, or by Chromium where there is none."""

import base64
import contextlib
import json
import shutil
import subprocess


@contextlib.contextmanager
def runner(script, request, tmp_path_factory, name="show"):
    """Yield a function from a JavaScript expression to its result; `name` is the module in it."""
    if shutil.which("node"):
        folder = tmp_path_factory.mktemp("javascript")
        shutil.copy(script, folder / "show.mjs")

        def with_node(expression):
            (folder / "run.mjs").write_text(
                f'import * as {name} from "./show.mjs";\n'
                f"process.stdout.write(JSON.stringify({expression}));",
                encoding="utf-8",
            )
            command = ["node", str(folder / "run.mjs")]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        yield with_node
        return
    page = request.getfixturevalue("browser").new_page()
    url = "data:text/javascript;base64," + base64.b64encode(script.read_bytes()).decode()
    yield lambda expression: json.loads(
        page.evaluate(
            f"async url => {{ const {name} = await import(url);"
            f" return JSON.stringify({expression}); }}",
            url,
        )
    )
    page.close()


def run_node(program, folder):
    """What a program of JavaScript, a module, prints when it runs in this folder."""
    (folder / "run.mjs").write_text(program, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
