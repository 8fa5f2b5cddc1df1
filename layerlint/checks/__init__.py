"""The code behind the rules: one module a check, and the table that rules name them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerlint.checks import (
    build_fails,
    copy_before_install,
    copy_whole_context,
    deprecated_maintainer,
    empty_continuation,
    hidden_bytes,
    index_update_alone,
    kept_archive,
    keyword_case,
    large_layer,
    latest_tag,
    left_files,
    legacy_key_value,
    missing_yes,
    no_dockerignore,
    overridden_instruction,
    package_index,
    recommended_packages,
    relative_workdir,
    root_user,
    secret_in_variable,
    shell_form_command,
    stage_names,
    unpinned_base,
    unused_stage,
)
from layerlint.checks.model import Check

CHECKS: Final[Mapping[str, Check]] = {
    "as-keyword-case": keyword_case.AS,
    "build-fails": build_fails.CHECK,
    "copy-before-install": copy_before_install.CHECK,
    "copy-whole-context": copy_whole_context.CHECK,
    "deprecated-maintainer": deprecated_maintainer.CHECK,
    "duplicate-stage-name": stage_names.DUPLICATE,
    "empty-continuation": empty_continuation.CHECK,
    "hidden-bytes": hidden_bytes.CHECK,
    "inconsistent-keyword-case": keyword_case.INCONSISTENT,
    "index-update-alone": index_update_alone.CHECK,
    "kept-archive": kept_archive.CHECK,
    "large-layer": large_layer.CHECK,
    "latest-tag": latest_tag.CHECK,
    "left-files": left_files.CHECK,
    "legacy-key-value": legacy_key_value.CHECK,
    "missing-yes": missing_yes.CHECK,
    "no-dockerignore": no_dockerignore.CHECK,
    "overridden-instruction": overridden_instruction.CHECK,
    "package-index": package_index.CHECK,
    "recommended-packages": recommended_packages.CHECK,
    "relative-workdir": relative_workdir.CHECK,
    "reserved-stage-name": stage_names.RESERVED,
    "root-user": root_user.CHECK,
    "secret-in-variable": secret_in_variable.CHECK,
    "shell-form-command": shell_form_command.CHECK,
    "unpinned-base": unpinned_base.CHECK,
    "unused-stage": unused_stage.CHECK,
    "uppercase-stage-name": stage_names.UPPER,
}
