"""The secret scan of make lint finds what was planted, passes here, and needs no network."""

import json
import re
import socket

import pytest

from tests import secret_scan
from tests.test_repository import ROOT, TEXTS

# in pieces, so that this file holds none
PLANTED = {
    "GitHub Token": "ghp" + "_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx",
    "AWS Access Key": "AKIA" + "2E0A8F3B244C9986",
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "Secret Keyword": "pass" + "word = 'Tr0ub4dor&3'",
    "Basic Auth Credentials": "https://ada:" + "lovelace1815@example.org/x.git",
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the scan wants the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def test_there_is_none_here(capsys):
    assert secret_scan.main() == 0
    assert re.fullmatch(r"No secrets in \d{3,} files\.\n", capsys.readouterr().out)
    assert ROOT / "lessons" / "00_start_here.ipynb" in TEXTS


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("where", ["settings.py", "lesson.ipynb", "README.md"])
def test_a_planted_one_is_found(kind, where, tmp_path, monkeypatch, capsys):
    path = tmp_path / where
    text = PLANTED[kind]
    if path.suffix == ".ipynb":
        picture = {"data": {"image/png": "iVBORw0KGgo" * 1000}}
        cell = {"source": ["x = 1\n", f"# {text}\n"], "outputs": [picture]}
        path.write_text(json.dumps({"cells": [cell]}, indent=1), encoding="utf-8")
    else:
        path.write_text(f"x = 1\n{text}\n", encoding="utf-8")
    ((name, line, found),) = secret_scan.secrets([path], tmp_path)
    assert (name, found) == (where, kind)
    rows = path.read_text(encoding="utf-8").splitlines()
    assert text.split("'")[0] in rows[line - 1]

    monkeypatch.setattr(secret_scan, "TEXTS", [path])
    monkeypatch.setattr(secret_scan.secrets, "__defaults__", (tmp_path,))
    assert secret_scan.main() == 1
    err = capsys.readouterr().err
    assert f"{where}:{line}: this looks like a secret ({kind})" in err
    assert text not in err  # a log is no place for it either


def test_a_line_that_says_it_is_none(tmp_path):
    path = tmp_path / "example.py"
    path.write_text(f"{PLANTED['Secret Keyword']}  # pragma: allowlist secret\n", encoding="utf-8")
    assert secret_scan.secrets([path], tmp_path) == []


def test_what_only_looks_random_is_none(tmp_path):
    path = tmp_path / "checksums.py"
    path.write_text(f'SHA256 = "{"0b367032e93c5d0c" * 4}"\n', encoding="utf-8")
    assert secret_scan.secrets([path], tmp_path) == []
