"""Run contenders in child processes, in turn: A B C A B C ..., and compare their times."""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack


def environment(threads):
    """This process's environment, with so many threads and the kernels that BLAS chooses."""
    env = dict(os.environ)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # either one alone slows NumPy
        env.pop(name, None)
    return env | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), str(threads))


# the kernels that OpenBLAS chose for this processor, asked in a process like the contenders'
KERNEL = """
import ctypes, pathlib, numpy
for path in pathlib.Path(numpy.__file__).parents[1].glob("numpy.libs/*openblas*"):
    name = ctypes.CDLL(str(path)).scipy_openblas_get_corename64_
    name.restype = ctypes.c_char_p
    print("OpenBLAS,", name().decode())
"""


def blas_kernel():
    """Such as "OpenBLAS, SkylakeX": ratios to other libraries depend on it; or "unknown"."""
    command = [sys.executable, "-c", KERNEL]
    done = subprocess.run(command, env=environment(1), capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def take_turns(names, spec, rounds):
    """{name: the answers of its worker, one a round}; the warming-up round 0 is not in it."""
    answers = {name: [] for name in names}
    with ExitStack() as stack:
        workers = {}
        for name in names:
            command = [sys.executable, "-m", "bench.worker", name, json.dumps(spec)]
            workers[name] = stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=environment(spec["threads"]),
                )
            )
        for round_number in range(rounds + 1):
            for name, worker in workers.items():
                worker.stdin.write("turn\n")
                worker.stdin.flush()
                line = worker.stdout.readline()
                if not line:
                    raise RuntimeError(f"The contender {name} stopped; its error stands above.")
                if round_number:
                    answers[name].append(json.loads(line))
        for worker in workers.values():
            worker.stdin.close()
    return answers


def import_times(modules, rounds):
    """{module: the worker-like answers} for whole processes that only import it, in turn."""
    answers = {module: [] for module in modules}
    for round_number in range(rounds + 1):
        for module in modules:
            start = time.perf_counter()
            command = [sys.executable, "-c", f"import {module}"]
            subprocess.run(command, check=True, env=environment(1))
            if round_number:
                answers[module].append({"seconds": time.perf_counter() - start})
    return answers


def summarize(answers, first="nnlib", clock="seconds"):
    """{name: {"median": seconds, "ratio": times of `first` over its own, the median of rounds}}."""
    times = {name: [answer[clock] for answer in rows] for name, rows in answers.items()}
    summary = {}
    for name, own in times.items():
        ratios = [mine / other for mine, other in zip(times[first], own, strict=True)]
        summary[name] = {
            "seconds": own,
            "median": statistics.median(own),
            "ratio": statistics.median(ratios),
        }
    return summary
