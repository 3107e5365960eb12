"""`python -m benchmarks.startup`: time and memory of importing and creating a Pipeline.

Each run is a fresh process. The code may be replaced, for example by another import.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from statistics import median

CODE = "from pose_action_ros import Pipeline; Pipeline()"
_MEASURE = """
import json, resource, sys, time
begin = time.perf_counter()
exec(sys.argv[1])
wall = time.perf_counter() - begin
usage = resource.getrusage(resource.RUSAGE_SELF)
pages = int(open("/proc/self/statm").read().split()[1])
memory = pages * resource.getpagesize() / 1e6
print(json.dumps([usage.ru_utime + usage.ru_stime, wall, memory]))
"""


def measure_startup(code: str = CODE, runs: int = 5) -> dict[str, float]:
    """Medians of fresh processes: processor time and wall time [s], resident memory [MB].

    The processor time includes the start of the interpreter, the wall time does not.

    Raises:
        subprocess.CalledProcessError: the code failed.
    """
    rows = []
    for _ in range(runs):
        command = [sys.executable, "-c", _MEASURE, code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    cpu, wall, memory = (median(column) for column in zip(*rows, strict=True))
    return {"cpu_s": cpu, "wall_s": wall, "resident_mb": memory}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("benchmarks.startup", description=__doc__)
    parser.add_argument("code", nargs="?", default=CODE, help=f"code to run (default: {CODE})")
    parser.add_argument("--runs", type=int, default=5, help="number of processes")
    args = parser.parse_args()
    row = measure_startup(args.code, args.runs)
    print(
        f"{args.code}: {row['cpu_s']:.2f} s of CPU, {row['wall_s']:.2f} s, "
        f"{row['resident_mb']:.0f} MB resident (median of {args.runs})"
    )


if __name__ == "__main__":
    main()
