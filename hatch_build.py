"""Build hook: a wheel carries the bundled rules as JSON too, so that a run need not import PyYAML.

The YAML files are shipped beside it, for people.  An editable install has no copy: it reads the checkout.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledRules(BuildHookInterface):
    """Adds ``layerlint/_rules.json``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from layerlint.ruleset.loader import compile_folder
        finally:
            sys.path.remove(str(root))
        self._folder = tempfile.TemporaryDirectory()
        compiled = Path(self._folder.name) / "rules.json"
        compiled.write_text(compile_folder(root / "rules", "rules"), encoding="utf-8")
        build_data["force_include"][str(compiled)] = "layerlint/_rules.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
