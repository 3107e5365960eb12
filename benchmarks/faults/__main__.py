"""`python -m benchmarks.faults --minutes 10 --seed 1`: cause faults, and check the nodes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.faults.suite import run
from pose_action_ros.errors import PoseActionError


def main() -> int:
    """Run the faults; 0 if the nodes recovered from all of them."""
    parser = argparse.ArgumentParser("faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="duration of the faults")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("--compressed", action="store_true", help="the camera sends JPEGs")
    parser.add_argument("--only", default="", help="parts of names of faults, comma-separated")
    parser.add_argument("--output", default="output/faults", help="folder for logs of the nodes")
    args = parser.parse_args()
    try:
        result = run(
            Path(args.output),
            seconds=60 * args.minutes,
            seed=args.seed,
            compressed=args.compressed,
            only=args.only,
            show=print,
        )
    except PoseActionError as error:
        sys.stderr.write(f"faults failed: {error}\n")
        return 1
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print("\n".join([*result.lines, f"load: {load}", *result.wrong]))
    print("FAILED" if result.wrong else "passed")
    return bool(result.wrong)


if __name__ == "__main__":
    sys.exit(main())
