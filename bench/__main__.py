"""Time nnlib against PyTorch, the bare matrix products and a tutorial's NumPy: make bench.

Contenders run in processes of their own and take turns in the same minutes. One thread decides,
two are printed beside it. Prints a table and writes bench.json.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from importlib.metadata import version
from pathlib import Path

import nnlib
from bench.measure import blas_kernel, import_times, summarize, take_turns
from bench.plan import GROUPS, NAMES, digits, judge


def main():
    options = parse()
    keys = ["reference"] if options.quick else options.only or [*GROUPS, "single"]
    groups, found = [], machine()
    print(f"{found['processor']}; NumPy's BLAS: {found['blas']}", flush=True)
    for threads in [1] if options.quick else options.threads:
        for key in keys:
            if key in GROUPS:
                groups.append(measure(key, threads, options))
                print_group(groups[-1])
    singles = measure_singles() if "single" in keys else {}
    gates = judge(groups, singles)
    print_gates(gates)
    result = {
        "machine": found,
        "clock": options.clock,
        "groups": groups,
        "singles": singles,
        "gates": gates,
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    missed = not all(gate["passed"] for gate in gates)
    return 1 if options.check and missed else 0


def parse():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the reference network on one thread")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a gate is missed")
    parser.add_argument(
        "--only", nargs="+", choices=[*GROUPS, "single"], metavar="GROUP", help=", ".join(GROUPS)
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="(1 2)")
    parser.add_argument("--rounds", type=int, default=5, help="turns that count (5)")
    parser.add_argument(
        "--clock",
        choices=["seconds", "cpu"],
        default="seconds",
        help="seconds by the clock on the wall, or of the processor: better on a busy machine",
    )
    parser.add_argument("--output", type=Path, default=Path("bench.json"))
    return parser.parse_args()


def machine():
    """What the numbers depend on: processor, systems, versions."""
    return {
        "processor": processor(),
        "blas": blas_kernel(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("numpy", "torch")},
        "nnlib": nnlib.__version__,
    }


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")


def measure(key, threads, options):
    title, spec, names = GROUPS[key]
    answers = take_turns(names, spec | {"threads": threads}, options.rounds)
    return {
        "key": key,
        "title": title,
        "threads": threads,
        "contenders": summarize(answers, clock=options.clock),
    }


def measure_singles():
    """The measurements that compare nnlib with itself, or with a fixed limit."""
    spec = digits() | {"threads": 1}
    training = take_turns(["five_epochs"], spec, 3)["five_epochs"]
    loading = take_turns(["load_mnist"], spec, 5)["load_mnist"]
    importing = summarize(import_times(["nnlib", "numpy"], 15))
    return {
        "drift": statistics.median(
            answer["result"][4] / answer["result"][1] for answer in training
        ),
        "memory": max(answer["megabytes"] for answer in training),
        "mnist": statistics.median(answer["seconds"] for answer in loading),
        "import": importing["numpy"]["ratio"],
    }


def print_group(group):
    threads = "one thread" if group["threads"] == 1 else f"{group['threads']} threads"
    print(f"\n{group['title']}, {threads}")
    print(f"  {'':42}{'median':>9}{'fastest':>9}{'slowest':>9}   nnlib takes")
    for name, row in group["contenders"].items():
        times = (row["median"], min(row["seconds"]), max(row["seconds"]))
        columns = "".join(f"{seconds:7.3f} s" for seconds in times)
        print(f"  {NAMES[name]:42}{columns}   {row['ratio']:.2f} times as long", flush=True)


def print_gates(gates):
    print("\nGates, one thread")
    for gate in gates:
        verdict = "met   " if gate["passed"] else "MISSED"
        value, limit = (f"{gate[k]:.3g} {gate['unit']}" for k in ("value", "limit"))
        print(f"  {verdict}  {value:>8}, at most {limit:>6}   {gate['what']}")


if __name__ == "__main__":
    sys.exit(main())
