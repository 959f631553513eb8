"""Options of the test run (--every-notebook, --no-skips), and what nbval does not compare."""

import functools
import importlib.util
import sys
import tempfile
from pathlib import Path

import nbval.kernel
import nbval.plugin
import pytest
from jupyter_client import BlockingKernelClient, KernelManager

from nncourse.authoring.notebooks import private_sockets

TESTS = Path(__file__).parent


def pytest_addoption(parser):
    group = parser.getgroup("nnlib")
    group.addoption(
        "--every-notebook",
        action="store_true",
        help="fail when a lesson or a solution had no cell executed by nbval",
    )
    group.addoption("--no-skips", action="store_true", help="fail when a test was skipped")


def pytest_configure(config):
    if config.getoption("nbval_sanitize_with", None) is None:
        config.option.nbval_sanitize_with = str(TESTS / "nbval_sanitize.txt")
    nbval.kernel.KernelManager = kernel_manager
    # a plugin and not functions of this file: those are not called for notebooks outside tests/
    config.pluginmanager.register(Pictures())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(RunRecord(config))
    if importlib.util.find_spec("torch") is None:
        sys.meta_path.insert(0, WithoutTorch())
        config.pluginmanager.register(WithoutTorch())


def kernel_manager(**settings):
    """The KernelManager that nbval uses, with sockets in a folder that goes when it goes."""
    sockets = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    manager = KernelManager(**private_sockets(sockets.name), **settings)
    manager.client_factory = Client
    manager.folder_of_sockets = sockets
    return manager


class Client(BlockingKernelClient):
    """Ready when the kernel answers: nbval itself sees to the rest, and waits 0.2 s for nothing."""

    def wait_for_ready(self, timeout=None):
        self.kernel_info(reply=True, timeout=timeout)


class Pictures:
    """Only what is stored is SVG as well; and as nbval does with PNG, no picture is compared."""

    def pytest_itemcollected(self, item):
        notebook = item.getparent(nbval.plugin.IPyNbFile)
        if notebook is not None and "image/svg+xml" not in notebook.skip_compare:
            notebook.skip_compare += ("image/svg+xml",)


def pytest_collection_modifyitems(config, items):
    """Of two processes neither ends minutes before the other: modules that take long come first."""
    if hasattr(config, "workerinput"):
        items.sort(key=order)


def order(item):
    """Chromium, the gate, notebooks, the grader's sandboxes, explorers; short modules at the end.

    A module stays together, so the last ones say how long one process waits for the other.
    """
    longest = ("tests/browser", "test_exercises_gate", ".ipynb", "tests/nncourse", "tests/widgets")
    longest += ("bench/",)
    where = item.nodeid.split("::")[0]
    return next((k for k, part in enumerate(longest) if part in where), len(longest))


class WithoutTorch:
    """Where PyTorch is not installed, what needs it is skipped, and says so."""

    reason = "PyTorch is not installed: make torch"

    def find_spec(self, name, path=None, target=None):
        """Python asks this before it imports anything: an import of torch here skips a test."""
        if name.partition(".")[0] == "torch":
            importer = sys._getframe(1)
            while "importlib" in importer.f_code.co_filename:
                importer = importer.f_back
            if Path(importer.f_code.co_filename).is_relative_to(TESTS.parent):
                pytest.skip(self.reason, allow_module_level=True)

    def pytest_collection_modifyitems(self, items):
        for item in items:
            if item.path.suffix == ".ipynb" and names_torch(item.path):
                item.add_marker(pytest.mark.skip(reason=self.reason))


@functools.cache
def names_torch(notebook):
    return "import torch" in notebook.read_text(encoding="utf-8")


class RunRecord:
    """What ran and what was skipped; at the end it fails a run that left something out."""

    def __init__(self, config):
        self.config = config
        self.executed = set()
        self.skipped = {}

    def pytest_runtest_logreport(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            self.note_skip(report)
        elif report.when == "call" and not report.skipped:
            self.executed.add(report.nodeid.split("::")[0])

    def pytest_collectreport(self, report):
        if report.skipped:
            self.note_skip(report)

    def note_skip(self, report):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.skipped[report.nodeid] = reason.removeprefix("Skipped: ")

    def complaints(self):
        """Why this run does not count, as lines of text; none when nothing was left out."""
        lines = []
        if self.config.getoption("every_notebook"):
            root = self.config.rootpath
            notebooks = sorted(root.glob("lessons/[!.]*.ipynb"))
            notebooks += sorted(root.glob("solutions/[!.]*.ipynb"))
            if not notebooks:
                lines.append("--every-notebook: there is no notebook in lessons/")
            for notebook in notebooks:
                name = notebook.relative_to(self.config.rootpath).as_posix()
                if name not in self.executed:
                    lines.append(f"--every-notebook: no cell of {name} was executed")
        if self.config.getoption("no_skips"):
            lines += [f"--no-skips: {name}: {reason}" for name, reason in self.skipped.items()]
        return lines

    def pytest_sessionfinish(self, session):
        if session.exitstatus == 0 and self.complaints():
            session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter):
        lines = self.complaints()
        if lines:
            terminalreporter.section("this run left something out", red=True)
            for line in lines:
                terminalreporter.write_line(line, red=True)


@pytest.fixture(scope="session")
def browser():
    """The one Chromium of this process: Playwright does not start twice in one."""
    from tests.browser import lab  # here: a test copies this file to where tests.browser is not

    if lab.chromium() is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with lab.browser() as started:
        yield started
