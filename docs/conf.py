"""Sphinx configuration: `make docs` builds the site in output/docs."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from reference import write_reference  # noqa: E402 - from tools/

from pose_action_ros import __version__  # noqa: E402 - sorted after tools/

write_reference(HERE / "reference")

project = "pose_action_ros"
author = "The pose_action_ros authors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Ambiguous names link to the nearest module.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"pose_action_ros {__version__}"
html_show_sourcelink = False

myst_heading_anchors = 3
myst_links_external_new_tab = True

# Optional packages of single inference engines.
autodoc_mock_imports = ["cuda", "onnx", "tensorrt"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_default_options = {
    "members": True,
    "special-members": "__call__",
    "show-inheritance": True,
    "ignore-module-all": True,
}
autodoc_type_aliases = {name: name for name in ("Array", "Image", "Mask", "npt.ArrayLike")}
autodoc_preserve_defaults = True
napoleon_use_ivar = True
napoleon_use_rtype = False
