"""`python -m benchmarks`: measure, print a table, and save it as JSON and Markdown."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.lifter import measure_lifter
from benchmarks.lifter_network import measure_networks
from benchmarks.measuring import machine
from benchmarks.openpose import measure_decoding, measure_openpose
from benchmarks.recognition import measure_recognition
from benchmarks.report import markdown
from benchmarks.stages import measure_stages
from benchmarks.system import measure_system
from pose_action_ros.errors import PoseActionError


def main() -> int:
    """Run the benchmarks; 0 without errors."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--images", type=int, default=200, help="number of images for the stages")
    parser.add_argument(
        "--seconds",
        type=float,
        default=20.0,
        help="duration of the whole pipeline, and of lifter_node [s]",
    )
    parser.add_argument(
        "--openpose", default="", metavar="NETWORK", help="also measure this network"
    )
    parser.add_argument("--output", default="output/bench", help="folder of the results")
    args = parser.parse_args()
    folder = Path(args.output)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        results: dict[str, Any] = {
            "machine": machine(),
            "stages": measure_stages(args.images),
            "system": measure_system(args.seconds, folder),
            "lifter": measure_lifter(args.seconds, folder),
            "networks": measure_networks(),
            "recognition": measure_recognition(),
            "openpose_decoding": measure_decoding(),
        }
        if args.openpose:
            results["openpose"] = measure_openpose(args.openpose, args.images, args.seconds, folder)
    except PoseActionError as error:
        sys.stderr.write(f"benchmark failed: {error}\n")
        return 1
    text = markdown(results)
    (folder / "benchmark.json").write_text(json.dumps(results, indent=2), encoding="utf-8")
    (folder / "benchmark.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"saved in {folder}/benchmark.json and benchmark.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
