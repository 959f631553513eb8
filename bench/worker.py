"""One contender in a process of its own: a line on stdin asks for a turn, a line answers.

Started by bench with the specification as JSON; not meant to be called by hand.
"""

import json
import resource
import sys
import time

from bench import contenders
from bench.tutorial import tutorial

CONTENDERS = {
    "nnlib": contenders.nnlib,
    "torch_loader": contenders.torch_loader,
    "torch_index": contenders.torch_index,
    "torch_fused": contenders.torch_fused,
    "products": contenders.products,
    "tutorial": tutorial,
    "five_epochs": contenders.five_epochs,
}


def load_mnist(spec):
    """A turn loads all 70,000 digits and checks them."""
    return lambda: len(contenders.mnist())


def peak_megabytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6  # KiB on Linux


def main():
    name, spec = sys.argv[1], json.loads(sys.argv[2])
    turn = {"load_mnist": load_mnist, **CONTENDERS}[name](spec)
    for _ in sys.stdin:
        start, start_cpu = time.perf_counter(), time.process_time()
        result = turn()
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        answer = {"seconds": seconds, "cpu": cpu, "result": result, "megabytes": peak_megabytes()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
