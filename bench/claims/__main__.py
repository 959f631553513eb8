"""python -m bench.claims 10 11"""

import importlib
import sys
from pathlib import Path

from bench.claims import ENOUGH


def main(numbers):
    found = sorted(path.stem[-2:] for path in Path(__file__).parent.glob("lesson_*.py"))
    failed = False
    for number in numbers or found:
        for claim, outcomes in importlib.import_module(f"bench.claims.lesson_{number}").claims():
            share = sum(map(bool, outcomes)) / len(outcomes)
            failed |= share < ENOUGH
            mark = "ok  " if share >= ENOUGH else "FAIL"
            print(f"{mark} {number}: {claim}: {sum(map(bool, outcomes))} of {len(outcomes)}")
            sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
