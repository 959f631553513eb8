"""Pyodide's core from npm, made to start JupyterLite's kernel without a network.

The package on npm holds Python alone. What the kernel imports besides is pure Python, and comes
from PyPI in the versions that Pyodide's lock names; NumPy and Matplotlib for WebAssembly are on
neither, so lessons cannot run here to their end.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

from tests.tab.serving import from_npm

NEEDED = ("micropip", "packaging", "ipython", "jedi", "typing-extensions", "tqdm")


def folder(kept):
    """A folder with pyodide.mjs and all that it loads, made once."""
    made = Path(kept) / f"pyodide-{PYODIDE_VERSION}"
    if not (made / "complete").exists():
        shutil.rmtree(made, ignore_errors=True)
        from_npm("pyodide", PYODIDE_VERSION, made)
        rewrite_lock(made)
        (made / "complete").touch()
    return made


def rewrite_lock(made):
    """Leave in the lock what the kernel needs, each wheel with its own checksum."""
    path = made / "pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: lock["packages"][name] for name in closure(lock["packages"])}
    pins = [f"{name}=={package['version']}" for name, package in kept.items()]
    any_system = ("--no-deps", "--only-binary=:all:", "--platform=any", "--abi=none")
    any_system += ("--python-version=3.14", "-q")
    command = [sys.executable, "-m", "pip", "download", *any_system, "-d", str(made), *pins]
    subprocess.run(command, check=True, capture_output=True)
    wheels = {
        path.name.split("-")[0].lower().replace("_", "-"): path for path in made.glob("*.whl")
    }
    for name, package in kept.items():
        wheel = wheels[name]
        package["file_name"] = wheel.name
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
        package["unvendored_tests"] = False
    path.write_text(json.dumps(lock | {"packages": kept}), encoding="utf-8")


def closure(packages):
    found, left = set(), list(NEEDED)
    while left:
        name = left.pop().replace("_", "-")
        if name not in found:
            found.add(name)
            left += packages[name]["depends"]
    return sorted(found)
