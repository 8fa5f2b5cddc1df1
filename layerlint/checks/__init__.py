"""The code behind the rules: one module a check, and the table that rules name them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerlint.checks import (
    build_fails,
    copy_before_install,
    copy_whole_context,
    hidden_bytes,
    index_update_alone,
    kept_archive,
    large_layer,
    latest_tag,
    left_files,
    missing_yes,
    no_dockerignore,
    package_index,
    recommended_packages,
    root_user,
    unpinned_base,
    unused_stage,
)
from layerlint.checks.model import Check

CHECKS: Final[Mapping[str, Check]] = {
    "build-fails": build_fails.CHECK,
    "copy-before-install": copy_before_install.CHECK,
    "copy-whole-context": copy_whole_context.CHECK,
    "hidden-bytes": hidden_bytes.CHECK,
    "index-update-alone": index_update_alone.CHECK,
    "kept-archive": kept_archive.CHECK,
    "large-layer": large_layer.CHECK,
    "latest-tag": latest_tag.CHECK,
    "left-files": left_files.CHECK,
    "missing-yes": missing_yes.CHECK,
    "no-dockerignore": no_dockerignore.CHECK,
    "package-index": package_index.CHECK,
    "recommended-packages": recommended_packages.CHECK,
    "root-user": root_user.CHECK,
    "unpinned-base": unpinned_base.CHECK,
    "unused-stage": unused_stage.CHECK,
}
