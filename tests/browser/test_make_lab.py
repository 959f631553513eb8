"""`make lab` opens JupyterLab at lesson 00, and asks for its token."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import expect

from nncourse.authoring.lesson import first_line, read
from tests.browser import lab

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "00_start_here.ipynb"
PATIENCE = 240  # seconds, on a machine that is busy with other tests

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no make"),
]


def command(port):
    """The command of the README, with a port and no window of the learner's browser.

    --here: a test never installs anything.
    """
    arguments = f"--no-browser --port={port}"
    if os.geteuid() == 0:
        arguments += " --allow-root"
    return ["make", "lab", f"ARGS={arguments}", f"PYTHON={sys.executable}", "HERE=--here"]


def stop(process):
    """End make and what it started, by their ids."""
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        member.terminate()
    for member in psutil.wait_procs(family, timeout=30)[1]:
        member.kill()
    process.wait(timeout=30)


def printed_address(log, process):
    """The address with its token that JupyterLab prints; else an error with all that it said."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        found = re.search(
            r"http://(?:localhost|127\.0\.0\.1):\d+/\S*token=\w+", log.read_text(encoding="utf-8")
        )
        if found:
            return found.group()
        time.sleep(0.2)
    raise AssertionError(f"make lab printed no address:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture
def address(tmp_path):
    """Where it opens; the port that it was given is taken, so it says so and finds another one."""
    log = tmp_path / "log.txt"
    with socket.socket() as taken, log.open("w", encoding="utf-8") as file:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        how = {"stdout": file, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command(port), cwd=ROOT, env=lab.environment(tmp_path), **how)
        try:
            printed = printed_address(log, process)
            said = log.read_text(encoding="utf-8")
            assert f"The port {port} is already in use, trying another port." in said
            assert f":{port}/" not in printed
            yield printed
        finally:
            if process.poll() is None:
                stop(process)


def test_make_lab_opens_lesson_00_serves_the_course_and_keeps_its_token(address, browser):
    assert "/lab/tree/my/lessons/00_start_here.ipynb" in address
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    title = first_line(read(LESSON).cells[0]).lstrip("# ")
    heading = page.locator(".jp-NotebookPanel h1").first
    expect(heading).to_contain_text(title)
    expect(page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.lm-mod-current")).to_contain_text(
        "00_start_here.ipynb"
    )
    if (ROOT / ".venv" / "installed.json").exists():  # tasks.py has made this JupyterLab
        page.wait_for_timeout(3000)
        assert page.locator(".Toastify__toast").all_inner_texts() == []

    server, token = "http://" + urlsplit(address).netloc, address.split("token=")[1]
    contents = f"{server}/api/contents"
    served = page.request.get(contents, headers={"Authorization": f"token {token}"}).json()
    assert {"lessons", "nnlib", "Makefile"} <= {entry["name"] for entry in served["content"]}

    page.close(run_before_unload=False)

    stranger = browser.new_context()
    page = stranger.new_page()
    assert page.request.get(contents).status == 403
    page.goto(f"{server}/lab")
    page.wait_for_url("**/login*")
    stranger.close()
