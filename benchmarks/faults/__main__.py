"""`python -m benchmarks.faults --minutes 10 --seed 1`: faults, and whether the nodes stand them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.faults.run import run
from pose_action_ros.errors import PoseActionError


def main() -> int:
    """Run the faults; 0 when the nodes stood all of them."""
    parser = argparse.ArgumentParser("faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of faults")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn")
    parser.add_argument("--compressed", action="store_true", help="the camera sends JPEGs")
    parser.add_argument(
        "--only", default="", help="faults whose names contain one of these, by commas"
    )
    parser.add_argument("--output", default="output/faults", help="folder of what the nodes write")
    args = parser.parse_args()
    try:
        result = run(
            Path(args.output),
            seconds=60 * args.minutes,
            seed=args.seed,
            compressed=args.compressed,
            only=args.only,
            told=print,
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
