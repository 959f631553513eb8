"""A real JupyterLab and a real Chromium, and what the tests do with them.

What is read once, right after something was done, is not safe on a slow computer: the tests wait
until it is so. With SLOW_PAGES=6 every page computes six times slower, and who does not wait fails.
"""

import contextlib
import functools
import http.server
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
import threading
import time
import urllib.request
from pathlib import Path

WAIT = 240_000  # milliseconds, for what comes in one on a computer with nothing else to do
EXPLORER = ".nn-show, .nnlib-pad"
DRAWN = ".nn-show[data-frames], .nnlib-pad[data-frames]"
SLIDER = "input[type=range]"
VIEW = "application/vnd.jupyter.widget-view+json"
SLOWNESS = float(os.environ.get("SLOW_PAGES", "1"))
FITS = "root.clientWidth <= root.closest('.nn, .nnlib-pad').clientWidth"  # for until()
# no page reaches another host; to stop its requests one by one would switch off the cache
HERE_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
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
# what a key does is drawn within a few frames, however long they take; another mover is tried then
PAINTED_IN_TIME = """async () => {
    for (let k = 0; k < 20 && window.paintTimes.length === 0; k++)
        await new Promise(requestAnimationFrame);
    return window.paintTimes.at(-1) ?? 0;
}"""


def chromium():
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def browser():
    """Start Chromium without a window; stop it at the end."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT)
    options = [HERE_ALONE]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # Chromium has no sandbox for root
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=options)
        make_patient(started)
        yield started
        started.close()


def make_patient(browser):
    """Let all pages of a browser wait as long as ours do, and slow them down if that was asked."""
    make_page, make_context = browser.new_page, browser.new_context

    def patient(page):
        page.set_default_timeout(WAIT)
        if SLOWNESS > 1:
            settings = {"rate": SLOWNESS}
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", settings)
        return page

    def new_context(**settings):
        context = make_context(**settings)
        make_one = context.new_page
        context.new_page = lambda: patient(make_one())
        return context

    browser.new_page = lambda **settings: patient(make_page(**settings))
    browser.new_context = new_context


def environment(home):
    """For a JupyterLab that keeps settings, workspaces and kernels in `home`: none are a user's."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return os.environ | {name: str(home / folder) for name, folder in folders.items()}


@contextlib.contextmanager
def jupyterlab(folder, home):
    """Serve `folder` on the loopback interface from a JupyterLab that keeps its files in `home`.

    The server has the pages of Notebook 7 too.

    Yields (address, token). RuntimeError with the server's own words when it does not start.
    """
    home = Path(home)
    news = home / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False}),
        encoding="utf-8",
    )
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    token, port = secrets.token_hex(16), free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    command += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    command += ["--JupyterNotebookApp.expose_app_in_browser=True"]
    log = home / "server.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(home) | threads,
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


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def copyfile(self, source, output):
        with contextlib.suppress(ConnectionError):  # the page was left before all had come
            super().copyfile(source, output)


@contextlib.contextmanager
def served(folder):
    """The address of a server that serves this folder, on the loopback interface alone."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_server(server, url, log, seconds=WAIT / 1000):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    said = log.read_text(encoding="utf-8")[-3000:]
    raise RuntimeError(f"JupyterLab did not start within {seconds:.0f} s:\n{said}")


def stop(server):
    """Stop the server, and with it the kernels: asked once, then made to."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)  # its own group: start_new_session
        server.wait(10)


class Notebook:
    """A notebook that is open in JupyterLab. `path` is relative to the served folder.

    On a page that shows JupyterLab already, the notebook is opened there. app: "lab" or, for
    Notebook 7, "notebooks".
    """

    def __init__(self, page, server, path, app="lab"):
        address, token = server
        self.page = page
        if page.url.startswith(address):
            page.evaluate(
                """path => {
                    delete window.testPanel;
                    window.jupyterapp.commands.execute('docmanager:open', { path });
                }""",
                path,
            )
        else:
            if app == "lab":
                app = f"lab/workspaces/test-{os.getpid()}-{next(_workspaces)}/tree"
            page.goto(f"{address}/{app}/{path}?token={token}")
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
            }""",
            polling=100,  # milliseconds; each frame, it would take the kernel's processor
        )

    def run(self, cells):
        """Run these cells, given as numbers, one after the other."""
        self.page.evaluate(
            """async cells => {
                for (const cell of cells) {
                    window.testPanel.content.activeCellIndex = cell;
                    await window.jupyterapp.commands.execute('notebook:run-cell');
                }
            }""",
            cells,
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

    def explorers(self, *cells):
        """Return the elements of the explorers that these cells show, after scrolling to each."""
        outputs, found = self.outputs(), []
        for cell in cells:
            if count := sum(map(is_explorer, outputs[cell])):
                node = self.cell(cell)
                until(node, f"root.querySelectorAll('{DRAWN}').length >= {count}")
                found += node.query_selector_all(EXPLORER)
        return found

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

    def until_python_says(self, expression, expected):
        """Ask the kernel, beside the notebook, until it answers this; the page has drawn it then.

        What Python sent before its answer has come by then, and is in the second frame from there.
        """
        answer = self.page.evaluate(
            """async ([expression, expected, wait]) => {
                const kernel = window.testPanel.sessionContext.session.kernel;
                const end = Date.now() + wait;
                for (;;) {
                    const future = kernel.requestExecute(
                        { code: "", user_expressions: { answer: expression }, silent: true });
                    const { answer } = (await future.done).content.user_expressions;
                    const text = answer.data?.["text/plain"] ?? answer.evalue;
                    if (text === expected || Date.now() > end) {
                        for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
                        return text;
                    }
                    await new Promise(then => setTimeout(then, 50));
                }
            }""",
            [expression, expected, WAIT / 4],
        )
        assert answer == expected, f"{expression} is {answer}"

    def set(self, explorer, **settings):
        """Set an explorer in Python, by the name that it has there; the page has drawn it then."""
        self.until_python_says(f"{explorer}.set(**{settings}) is {explorer}", "True")

    def resize(self, width, height):
        """Give the window a size; as wide as a phone, it has fingers, and no list of files."""
        size, phone = {"width": width, "height": height}, width < 500
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)
            chromium = self.page.context.new_cdp_session(self.page)
            chromium.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
            how = "collapse" if phone else "expand"
            self.page.evaluate(f"window.jupyterapp.shell.{how}Left()")

    def leave(self):
        """Stop the kernel, and take the notebook off the page without a question."""
        self.page.evaluate("window.testPanel.sessionContext.shutdown()")
        self.page.evaluate("window.testPanel.dispose()")


def is_explorer(output):
    """Whether one output of a cell is an explorer: a widget and a still picture in one."""
    return {VIEW, "image/png"} <= set(output.get("data", ()))


def until(root, condition):
    """Wait until a JavaScript condition on an element, `root`, holds; else say what it shows."""
    try:
        root.owner_frame().wait_for_function(f"root => {condition}", arg=root, timeout=WAIT)
    except Exception as error:
        raise AssertionError(f"never: {condition}\n{root.text_content()}") from error


def until_shown(root, words, part=None):
    """Wait until an element, or the first part of it that a selector finds, shows these words."""
    found = f"root.querySelector({json.dumps(part)})?" if part else "root"
    until(root, f"{found}.innerText.includes({json.dumps(words)})")


def until_said(root, words):
    """Wait until a slider or handle says these words to those who do not see it."""
    until(root, f"root.getAttribute('aria-valuetext').includes({json.dumps(words)})")


def box_of(element):
    """Where an element is in the window, once it rests there for four frames."""
    element.scroll_into_view_if_needed()
    element.evaluate(
        """async (element, wait) => {
            let [resting, before] = [0, ""];
            const end = performance.now() + wait;
            while (resting < 4) {
                if (performance.now() > end) throw new Error(`${element.outerHTML} never rests`);
                await new Promise(requestAnimationFrame);
                const now = JSON.stringify(element.getBoundingClientRect());
                resting = now === before ? resting + 1 : 0;
                before = now;
            }
        }""",
        WAIT,
    )
    return element.bounding_box()


def drag(page, element, right, down):
    """Drag the middle of an element by so many pixels."""
    box = box_of(element)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    stroke(page, (x, y), (x + right, y + down))


def stroke(page, *places):
    """Press the mouse at the first place, and lead it through the others."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def press_show(page, root, key="ArrowRight"):
    """Press a key on what can be moved in a show that JavaScript draws, until its state changes.

    Return milliseconds from the key to the frame that shows it.
    """
    until(root, "root.dataset.frames")
    root.evaluate(WATCH_PAINTING)
    movers = root.query_selector_all(f".nn-handle, [role=slider], {SLIDER}")
    movers = [one for one in movers if one.is_visible()]
    for mover in movers:
        mover.scroll_into_view_if_needed()
        mover.focus()
        page.keyboard.press(key)
        if time_to_paint := page.evaluate(PAINTED_IN_TIME):
            return time_to_paint
    if not movers:
        raise TimeoutError("nothing can be moved")
    until(root, "window.paintTimes.length")  # Python draws it, and takes longer
    return page.evaluate("window.paintTimes.at(-1)")


def alerts(explorer):
    """Return the sentences that an explorer shows about errors, joined: "" when all is well."""
    return "".join(one.inner_text() for one in explorer.query_selector_all("[role=alert]"))
