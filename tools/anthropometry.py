"""Derives the measures of simulated bodies from the data of ANSUR II.

python tools/anthropometry.py FOLDER

FOLDER has ANSUR_II_MALE_Public.csv and ANSUR_II_FEMALE_Public.csv (Gordon et al. 2014, 2012
Anthropometric Survey of U.S. Army Personnel, NATICK/TR-15/007, approved for public release). The
means, deviations and correlations of log measures are written; no row of the data is.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.measures import FILE

Array = npt.NDArray[np.float64]

SOLE = 20.0
"""Thickness of a shoe's sole [mm]; the people of the survey were barefoot."""

FILES = {"men": "ANSUR_II_MALE_Public.csv", "women": "ANSUR_II_FEMALE_Public.csv"}

# Ratios to the stature at 3, 6, 8, 10 and 12 years, means of boys and girls, then the same ratio of
# the adults of ANSUR II. After Snyder et al. 1977, Anthropometry of Infants, Children, and Youths
# to Age 18 for Product Safety Design (UM-HSRI-77-17), rounded, from a secondary table. Estimates
# of this package: legs, trunk, neck and head follow from the sitting height, with the hips 0.04
# statures above the seat; the breadth of the head.
AGES = (3, 6, 8, 10, 12)
STATURES = (0.97, 1.17, 1.29, 1.40, 1.51)
CHILDREN: Mapping[str, tuple[tuple[float, ...], float]] = {
    "legs": ((0.458, 0.486, 0.5015, 0.515, 0.523), 0.5155),
    "trunk": ((0.296, 0.2915, 0.2865, 0.2765, 0.2735), 0.2845),
    "neck_and_head": ((0.246, 0.2225, 0.212, 0.2085, 0.2035), 0.2),
    "head": ((0.185, 0.1605, 0.149, 0.1425, 0.1345), 0.128),
    "head_breadth": ((0.141, 0.1205, 0.111, 0.1035, 0.098), 0.0893),
    "shoulders": ((0.2305, 0.224, 0.218, 0.219, 0.217), 0.2305),
    "pelvis": ((0.162, 0.1615, 0.1615, 0.160, 0.162), 0.162),
    "arms": ((0.320, 0.3225, 0.326, 0.3295, 0.335), 0.341),
    "hand": ((0.113, 0.110, 0.109, 0.109, 0.109), 0.1105),
    "foot": ((0.1575, 0.156, 0.156, 0.1565, 0.1565), 0.1525),
    "chest": ((0.535, 0.498, 0.4905, 0.484, 0.4835), 0.59),
    "waist": ((0.5085, 0.452, 0.439, 0.431, 0.4265), 0.529),
    "hips": ((0.188, 0.175, 0.1735, 0.171, 0.1775), 0.2065),
    "thigh": ((0.309, 0.2935, 0.2965, 0.2995, 0.301), 0.3665),
    "calf": ((0.217, 0.199, 0.198, 0.199, 0.199), 0.2255),
    "arm": ((0.167, 0.149, 0.144, 0.144, 0.147), 0.185),
    "neck": ((0.252, 0.2245, 0.212, 0.201, 0.1975), 0.214),
}
RATIO_OF = {
    "foot_height": "legs",
    "shin": "legs",
    "thigh": "legs",
    "trunk": "trunk",
    "neck_and_head": "neck_and_head",
    "half_shoulders": "shoulders",
    "half_hips": "pelvis",
    "upper_arm": "arms",
    "forearm": "arms",
    "hand": "hand",
    "foot": "foot",
    "head_height": "head",
    "head_breadth": "head_breadth",
    "head_length": "head_breadth",
    "chest_breadth": "chest",
    "chest_depth": "chest",
    "waist_breadth": "waist",
    "waist_depth": "waist",
    "hip_breadth": "hips",
    "thigh_girth": "thigh",
    "calf_girth": "calf",
    "upper_arm_girth": "arm",
    "forearm_girth": "arm",
    "neck_girth": "neck",
}


def body_measures(of: Mapping[str, Array]) -> dict[str, Array]:
    """Measures (N,) [mm] of bodies from those of the survey, by the names of both.

    - Shoulder 10.4 % and elbow 4.3 % of the distance acromion to radiale below and above them: de
      Leva 1996, Joint center longitudinal positions. The wrist is as far above the stylion as the
      elbow is above the radiale.
    - Shoulders apart by 0.85 of the acromia, as in the model of Rajagopal et al. 2016.
    - Hips: Harrington et al. 2007, from the distance of the anterior superior iliac spines, which
      is taken as 0.85 of the distance of the iliac crests; at the height of the trochanterion.
    - Knee and ankle at the heights of the lateral epicondyle and malleolus.
    - Chin to vertex: menton to sellion, and 0.85 of tragion to vertex.
    """
    acromion = of["acromionradialelength"]
    shoulder = of["acromialheight"] - 0.104 * acromion
    hip, knee = of["trochanterionheight"], of["lateralfemoralepicondyleheight"]
    ankle = of["lateralmalleolusheight"]
    return {
        "foot_height": ankle + SOLE,
        "shin": knee - ankle,
        "thigh": hip - knee,
        "trunk": shoulder - hip,
        "neck_and_head": of["stature"] - shoulder,
        "half_shoulders": 0.85 * of["biacromialbreadth"] / 2,
        "half_hips": 0.33 * 0.85 * of["bicristalbreadth"] + 7.3,
        "upper_arm": (1 - 0.104 - 0.043) * acromion,
        "forearm": of["radialestylionlength"],
        "hand": of["handlength"],
        "foot": of["footlength"],
        "head_height": of["mentonsellionlength"] + 0.85 * of["tragiontopofhead"],
        "head_breadth": of["headbreadth"],
        "head_length": of["headlength"],
        "chest_breadth": of["chestbreadth"],
        "chest_depth": of["chestdepth"],
        "waist_breadth": of["waistbreadth"],
        "waist_depth": of["waistdepth"],
        "hip_breadth": of["hipbreadth"],
        "thigh_girth": of["thighcircumference"],
        "calf_girth": of["calfcircumference"],
        "upper_arm_girth": of["bicepscircumferenceflexed"],
        "forearm_girth": of["forearmcircumferenceflexed"],
        "neck_girth": of["neckcircumference"],
    }


def survey(path: Path) -> dict[str, Array]:
    """Read all numeric columns (N,) [mm] of a file of the survey."""
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name.islower() and name != "subjectid"]
    return {name: np.array([float(row[name]) for row in rows]) for name in names}


def statistics(measures: Mapping[str, Array]) -> dict[str, Any]:
    """Mean, deviation and correlation of the logarithms of measures in metres."""
    logs = np.log(np.stack(list(measures.values())) / 1000)  # (M, N)
    return {
        "people": logs.shape[1],
        "mean": logs.mean(axis=1).round(4).tolist(),
        "deviation": logs.std(axis=1).round(4).tolist(),
        "correlation": [
            row[: number + 1].round(4).tolist() for number, row in enumerate(np.corrcoef(logs))
        ],
    }


def tables(folder: Path) -> dict[str, Any]:
    """Content of the packaged file."""
    groups = {name: body_measures(survey(folder / file)) for name, file in FILES.items()}
    factors = {
        name: (np.array(CHILDREN[ratio][0]) / CHILDREN[ratio][1]).round(3).tolist()
        for name, ratio in RATIO_OF.items()
    }
    return {
        "origin": "derived by tools/anthropometry.py from ANSUR II (adults) and Snyder 1977",
        "measures": list(RATIO_OF),
        **{name: statistics(measures) for name, measures in groups.items()},
        "children": {"age": AGES, "stature": STATURES, "factor": factors},
    }


def text(content: Mapping[str, Any]) -> str:
    """JSON with one line for each row of a table."""
    lines = json.dumps(content, indent=1).splitlines()
    joined = ""
    for line in lines:
        number = line.strip().rstrip(",").lstrip("-").replace(".", "").isdigit()
        closes = line.strip() in ("]", "],") and joined[-1].isdigit()
        joined += f" {line.strip()}" if number or closes else f"\n{line}"
    return joined.lstrip() + "\n"


if __name__ == "__main__":
    FILE.write_text(text(tables(Path(sys.argv[1]))))
