"""Build hook: a wheel carries the bundled rules and base images as JSON too, so that a run need not import PyYAML.

The YAML files are shipped beside it, for people.  An editable install has no copy: it reads the checkout.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledFiles(BuildHookInterface):
    """Adds ``layerlint/_rules.json``, ``_profiles.json`` and ``_bases.json``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from layerlint.catalog import recipes
            from layerlint.checks import CHECKS
            from layerlint.ruleset.compiled import compile_rules
            from layerlint.ruleset.loader import load_folder
            from layerlint.ruleset.profiles import compile_profiles
        finally:
            sys.path.remove(str(root))
        self._folder = tempfile.TemporaryDirectory()
        for name, text in (
            ("rules", compile_rules(load_folder(CHECKS, root / "rules", "rules"))),
            ("profiles", compile_profiles(root / "rules")),
            ("bases", recipes.compile_folder()),
        ):
            compiled = Path(self._folder.name) / f"{name}.json"
            compiled.write_text(text, encoding="utf-8")
            build_data["force_include"][str(compiled)] = f"layerlint/_{name}.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
