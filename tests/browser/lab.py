"""A real JupyterLab and a real Chromium, and what the tests do with them."""

import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

WAIT = 120_000  # milliseconds; a whole lesson on a busy machine
EXPLORER = ".nn-show, .nnlib-pad"
SLIDER = "input[type=range]"
VIEW = "application/vnd.jupyter.widget-view+json"
CLASSES = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}
_workspaces = itertools.count()
# for what JavaScript draws: milliseconds from each key to the frame that shows what it did
WATCH_PAINTING = """show => {
    window.paintTimes = [];
    let pressed = null;
    show.addEventListener("keydown", event => { pressed = event.timeStamp; }, true);
    new MutationObserver(() => {
        if (pressed === null) return;
        const from = pressed;
        pressed = null;
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.paintTimes.push(performance.now() - from);
        // a message posted inside a frame arrives after that frame was painted
        requestAnimationFrame(() => channel.port2.postMessage(null));
    }).observe(show, { attributes: true, attributeFilter: ["data-frames"] });
}"""


def chromium():
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def browser():
    """Start Chromium without a window; stop it at the end."""
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium has no sandbox for root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()


@contextlib.contextmanager
def jupyterlab(folder, home, app="jupyterlab"):
    """Serve `folder` on the loopback interface from a JupyterLab that keeps its files in `home`.

    app: "jupyterlab", or "notebook" for Notebook 7.

    Yields (address, token). RuntimeError with the server's own words when it does not start.
    """
    home = Path(home)
    news = home / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False}),
        encoding="utf-8",
    )
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    token, port = secrets.token_hex(16), free_port()
    command = [sys.executable, "-m", app, "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    command += [f"--IdentityProvider.token={token}", f"--{CLASSES[app]}.expose_app_in_browser=True"]
    log = home / "server.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(server, f"{address}/api/status?token={token}", log)
        yield address, token
    finally:
        stop(server)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_server(server, url, log, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    said = log.read_text(encoding="utf-8")[-3000:]
    raise RuntimeError(f"JupyterLab did not start within {seconds} s:\n{said}")


def stop(server):
    """Stop the server, and with it the kernels: asked once, then made to."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)  # its own group: start_new_session
        server.wait(10)


class Notebook:
    """A notebook that is open in JupyterLab. `path` is relative to the served folder."""

    def __init__(self, page, server, path):
        address, token = server
        self.page = page
        page.set_default_timeout(WAIT)
        workspace = f"test-{os.getpid()}-{next(_workspaces)}"
        page.goto(f"{address}/lab/workspaces/{workspace}/tree/{path}?token={token}")
        page.wait_for_function("window.jupyterapp !== undefined")
        page.evaluate("window.jupyterapp.restored")
        page.wait_for_function(
            """(name) => {
                for (const panel of window.jupyterapp.shell.widgets('main')) {
                    if (panel.title.label === name && panel.context) window.testPanel = panel;
                }
                return window.testPanel !== undefined;
            }""",
            arg=Path(path).name,
        )
        page.evaluate("window.testPanel.revealed")
        page.wait_for_function(
            """() => document.querySelector('.jp-Dialog')
                || window.testPanel.sessionContext.session?.kernel?.status === 'idle'"""
        )
        dialog = page.query_selector(".jp-Dialog")
        if dialog:  # such as the choice of a kernel for a notebook whose metadata names none
            raise RuntimeError(f"JupyterLab asks about {path}: {dialog.inner_text()}")

    def run_all(self):
        """Run every cell and wait for the kernel to be done; an unexpected error ends it."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            """() => {
                const code = window.testPanel.content.widgets.filter(
                    c => c.model.type === 'code' && c.model.sharedModel.getSource().trim());
                const failed = code.some(
                    c => !c.model.getMetadata('tags')?.includes('raises-exception')
                        && c.model.outputs.toJSON().some(o => o.output_type === 'error'));
                const done = code.every(c => c.model.executionCount !== null
                    && c.model.executionState !== 'running');
                const kernel = window.testPanel.sessionContext.session.kernel;
                return (done || failed) && kernel.status === 'idle';
            }"""
        )

    def outputs(self):
        """Return the outputs of every cell as the notebook's model holds them."""
        return self.page.evaluate(
            """() => window.testPanel.content.widgets.map(
                c => c.model.type === 'code' ? c.model.outputs.toJSON() : [])"""
        )

    def complaints(self):
        """Return every error and everything on stderr, as text.

        Errors of cells with the tag raises-exception are meant, and left out.
        """
        meant = self.page.evaluate(
            """() => window.testPanel.content.widgets.map(
                c => c.model.getMetadata('tags')?.includes('raises-exception') ?? false)"""
        )
        return [
            "\n".join(output.get("traceback", [])) or output.get("text", "")
            for cell, expected in zip(self.outputs(), meant, strict=True)
            for output in cell
            if (output["output_type"] == "error" and not expected) or output.get("name") == "stderr"
        ]

    def log_entries(self):
        """Return how many messages the log console holds for this notebook."""
        badge = self.page.locator("#jp-main-statusbar [title*='log entr']")
        if badge.count() == 0:  # JupyterLab shows it from the first message on
            return 0
        return int(re.search(r"(\d+) log entr", badge.first.get_attribute("title")).group(1))

    def explorers(self):
        """Return the element of every explorer, scrolling through the whole notebook."""
        return [e for index in range(len(self.outputs())) for e in self.explorers_in(index)]

    def explorers_in(self, index):
        """Return the elements of the explorers that a cell shows, after scrolling to it."""
        if not is_explorer(self.outputs()[index]):
            return []
        node = self.cell(index)
        node.wait_for_selector(EXPLORER)
        return node.query_selector_all(EXPLORER)

    def cell(self, index):
        """Scroll to a cell; return its element."""
        self.page.evaluate(
            """async (index) => {
                const content = window.testPanel.content;
                content.activeCellIndex = index;
                await content.scrollToItem(index, 'start');
            }""",
            index,
        )
        return self.page.evaluate_handle(
            "(index) => window.testPanel.content.widgets[index].node", index
        ).as_element()

    def theme(self, name):
        """Change to 'JupyterLab Light' or 'JupyterLab Dark'."""
        self.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
        )
        light = "true" if name.endswith("Light") else "false"
        self.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")

    def until_python_says(self, expression, expected, seconds=10):
        """Ask the kernel, beside the notebook, until it gives the expected answer."""
        answer = self.page.evaluate(
            """async ([expression, expected, seconds]) => {
                const kernel = window.testPanel.sessionContext.session.kernel;
                const end = Date.now() + 1000 * seconds;
                let text = null;
                while (Date.now() < end && text !== expected) {
                    const future = kernel.requestExecute(
                        { code: "", user_expressions: { answer: expression }, silent: true });
                    const { answer } = (await future.done).content.user_expressions;
                    text = answer.data?.["text/plain"] ?? answer.evalue;
                }
                return text;
            }""",
            [expression, expected, seconds],
        )
        assert answer == expected, expression

    def close(self):
        """Stop the kernel, and leave the page without a question about unsaved work."""
        self.page.evaluate("window.testPanel.sessionContext.shutdown()")
        self.page.close(run_before_unload=False)


def is_explorer(outputs):
    """Whether one of a cell's outputs is an explorer: a widget and a still picture in one."""
    return any({VIEW, "image/png"} <= set(output.get("data", ())) for output in outputs)


def press_show(page, root, key="ArrowRight"):
    """Press a key on what can be moved in a show that JavaScript draws, until its state changes.

    Return milliseconds from the key to the frame that shows it.
    """
    page.wait_for_function("root => root.dataset.frames", arg=root)
    root.evaluate(WATCH_PAINTING)
    movers = root.query_selector_all(f".nn-handle, [role=slider], {SLIDER}")
    for mover in filter(lambda one: one.is_visible(), movers):
        mover.scroll_into_view_if_needed()
        mover.focus()
        before = page.evaluate("window.paintTimes.length")
        page.keyboard.press(key)
        with contextlib.suppress(Exception):
            page.wait_for_function(f"window.paintTimes.length > {before}", timeout=2000)
            return page.evaluate("window.paintTimes.at(-1)")
    raise TimeoutError(f"{len(movers)} things were moved with {key}, and nothing changed")


def alerts(explorer):
    """Return the sentences that an explorer shows about errors, joined: "" when all is well."""
    return "".join(one.inner_text() for one in explorer.query_selector_all("[role=alert]"))
