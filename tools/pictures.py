"""Draw the pictures of the documentation: simulated people through the pipeline.

python tools/pictures.py [demo | pose | spmf | markers | timeline | view ...]
(needs the extra "train"; the view needs the extra "view" and chromium-headless-shell)
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from picture_markers import draw_markers
from picture_moments import draw_moments
from picture_pose import draw_pose
from picture_spmf import draw_spmf
from picture_timeline import draw_timeline
from picture_view import draw_view

FOLDER = Path(__file__).resolve().parent.parent / "docs"
PICTURES: dict[str, Callable[[Path], None]] = {
    "demo.png": draw_moments,
    "pose.png": draw_pose,
    "spmf.png": draw_spmf,
    "markers.png": draw_markers,
    "timeline.svg": draw_timeline,
    "view.png": draw_view,
}


def main() -> None:
    """Draw the named pictures, or all."""
    stems = {Path(name).stem: name for name in PICTURES}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(stems)}")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder (default: docs)")
    args = parser.parse_args()
    if unknown := sorted(set(args.names) - set(stems)):
        parser.error(f"got {', '.join(unknown)}, expected some of {', '.join(stems)}")
    args.output.mkdir(parents=True, exist_ok=True)
    for name in args.names or stems:
        path = args.output / stems[name]
        PICTURES[path.name](path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
