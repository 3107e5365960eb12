"""Draw the pictures of the documentation: simulated people through the pipeline.

python tools/pictures.py [demo | pose | spmf | markers ...]   (needs the extra "train")
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from picture_markers import draw_markers
from picture_moments import draw_moments
from picture_pose import draw_pose
from picture_spmf import draw_spmf

FOLDER = Path(__file__).resolve().parent.parent / "docs"
PICTURES: dict[str, Callable[[Path], None]] = {
    "demo": draw_moments,
    "pose": draw_pose,
    "spmf": draw_spmf,
    "markers": draw_markers,
}


def main() -> None:
    """Draw the named pictures, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(PICTURES)}")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder (default: docs)")
    args = parser.parse_args()
    if unknown := sorted(set(args.names) - set(PICTURES)):
        parser.error(f"got {', '.join(unknown)}, expected some of {', '.join(PICTURES)}")
    args.output.mkdir(parents=True, exist_ok=True)
    for name in args.names or PICTURES:
        path = args.output / f"{name}.png"
        PICTURES[name](path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
