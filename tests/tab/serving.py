"""A folder on the loopback interface, a page that reaches nothing else, and packages from npm."""

import contextlib
import functools
import http.server
import subprocess
import tarfile
import threading
import urllib.parse
from pathlib import PurePosixPath


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def log_message(self, *_):
        pass


class Patient(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A page that is left does not wait for what it asked for: nothing to report."""


@contextlib.contextmanager
def served(folder):
    """Yields the address of this folder."""
    handler = functools.partial(Quiet, directory=str(folder))
    with Patient(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def closed_to_others(page):
    """Let this page reach no other computer; the list that comes back fills with what it tried."""
    outside = []
    page.context.route(
        lambda url: urllib.parse.urlsplit(url).hostname != "127.0.0.1",
        lambda route: (outside.append(route.request.url), route.abort()),
    )
    return outside


def from_npm(package, version, folder):
    """The files of a package of npm, fetched into a new folder."""
    folder.mkdir(parents=True)
    command = ["npm", "pack", "--silent", f"{package}@{version}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        for member in packed:  # by hand: Python 3.11.2 has no filter="data"
            name = PurePosixPath(member.name)
            if member.isfile() and name.parts[0] == "package" and ".." not in name.parts:
                path = folder.joinpath(*name.parts[1:])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.extractfile(member).read())
    archive.unlink()
    return folder
