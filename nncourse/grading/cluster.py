"""An executor on the machines of a dask cluster, over connections that nobody else can use.

dask's scheduler runs the code of whoever reaches its port. So the connection is to this machine
alone (loopback), or it is TLS with a certificate that both sides have; anything else is refused.
"""

import contextlib
import ipaddress
import re
from pathlib import Path

OVERRIDE = "--no-tls-i-trust-this-network"
INSTALL = 'python -m pip install "distributed>=2024.8"'
REFUSAL = f"""\
{{address}} can be reached from other machines without TLS: whoever reaches its port runs code as
you, and reads what was handed in. What helps:
    one machine     dask scheduler --host 127.0.0.1, and workers with tcp://127.0.0.1:8786
    several         TLS: see "Grade thousands" in docs/instructors.md
For a network that you trust as much as yourself there is {OVERRIDE}"""


class Unsafe(Exception):
    """A scheduler that others can reach; the message says what to do."""


def is_loopback(address):
    """Whether an address, like tcp://127.0.0.1:8786, is of this machine alone."""
    host = re.sub(r"^\w+://", "", address)
    host = host[1:].partition("]")[0] if host.startswith("[") else host.rpartition(":")[0] or host
    if host == "localhost" or address.startswith("inproc://"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def dask_executor(address, certificates=None, trusted=False):
    """dask.distributed's own Executor; its machines need this same course, and bubblewrap.

    certificates is a folder with cert.pem and key.pem, for tls:// addresses. Raises Unsafe.
    """
    try:
        from distributed import Client, Security
    except ImportError:
        raise ValueError(f"dask.distributed is missing: {INSTALL}") from None
    tls = address.startswith("tls://")
    if not (tls or trusted or is_loopback(address)):
        raise Unsafe(REFUSAL.format(address=address))
    security = Security(**files_of(certificates)) if tls else None
    with Client(address, timeout=20, security=security) as client:
        about = client.scheduler_info()
        for one in (about["address"], *about["workers"]):
            if not (one.startswith("tls://") or trusted or is_loopback(one)):
                raise Unsafe(REFUSAL.format(address=one))
        yield client.get_executor(pure=False)


def files_of(folder):
    """What Security takes, from the folder of certificates; ValueError names what is missing."""
    if folder is None:
        raise ValueError("For tls:// say where cert.pem and key.pem are: --tls FOLDER.")
    cert, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
    for path in (cert, key):
        if not path.is_file():
            raise ValueError(f"{path} is missing: see Grade thousands in docs/instructors.md.")
    return {
        "require_encryption": True,
        "tls_ca_file": str(cert),
        "tls_client_cert": str(cert),
        "tls_client_key": str(key),
    }
