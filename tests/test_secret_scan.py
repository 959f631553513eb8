"""The secret scan of make lint finds what was planted, and needs no network."""

import json
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


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_one_is_found(kind, tmp_path, monkeypatch, capsys):
    text = PLANTED[kind]
    picture = {"data": {"image/png": "iVBORw0KGgo" * 1000}}
    cell = {"source": ["x = 1\n", f"# {text}\n"], "outputs": [picture]}
    texts = {
        "README.md": f"x = 1\n{text}\n",
        "lesson.ipynb": json.dumps({"cells": [cell]}, indent=1),
        "none.py": f'{text}  # pragma: allowlist secret\nSHA256 = "{"0b367032e93c5d0c" * 4}"\n',
        "settings.py": f"x = 1\n{text}\n",
    }
    for name, written in texts.items():
        (tmp_path / name).write_text(written, encoding="utf-8")
    monkeypatch.setattr(secret_scan, "TEXTS", sorted(tmp_path.iterdir()))
    monkeypatch.setattr(secret_scan.secrets, "__defaults__", (tmp_path,))
    assert secret_scan.main() == 1
    err = capsys.readouterr().err
    for name, line in {"README.md": 2, "lesson.ipynb": 6, "settings.py": 2}.items():
        assert f"{name}:{line}: this looks like a secret ({kind})" in err
    assert "none.py" not in err
    assert text not in err  # a log is no place for it either


def test_every_text_of_the_repository_is_read():
    """make lint says whether there is one."""
    assert len(TEXTS) > 300
    assert ROOT / "lessons" / "00_start_here.ipynb" in TEXTS
