"""The options of uv 0.13, as far as models ask for them."""

from __future__ import annotations

from layerlint.commands._options import Grammar

COMMON = {
    "allow-insecure-host": "-:", "cache-dir": "cache-dir:", "color": "-:", "config-file": "-:",
    "config-setting": "-:",
    "default-index": "index:", "directory": "directory:", "exclude-newer": "-:", "extra-index-url": "index:",
    "find-links": "f:", "fork-strategy": "-:", "help": "h", "index": "index:", "index-strategy": "-:",
    "index-url": "i:",
    "keyring-provider": "-:", "link-mode": "-:", "managed-python": "-", "native-tls": "-", "no-build": "-",
    "no-build-isolation": "-", "no-build-package": "-:", "no-cache": "no-cache", "no-cache-dir": "no-cache",
    "no-config": "-", "no-index": "no-index", "no-managed-python": "-", "no-progress": "-", "no-python-downloads": "-",
    "no-sources": "-", "no-binary": "-:", "no-binary-package": "-:", "offline": "-", "only-binary": "-:",
    "prerelease": "-:", "project": "directory:", "python": "p:", "python-preference": "-:", "quiet": "-",
    "refresh": "-", "refresh-package": "-:", "reinstall": "reinstall", "reinstall-package": "-:",
    "resolution": "-:",
    "torch-backend": "-:", "upgrade": "U", "upgrade-package": "P:", "verbose": "-", "version": "V",
    "compile-bytecode": "compile", "compile": "compile", "no-compile-bytecode": "no-compile",
    "no-compile": "no-compile",
}  # fmt: skip
PIP = Grammar(
    "uv pip",
    "hqvnUr:c:e:p:t:i:f:P:b:",
    {
        **COMMON,
        "all-extras": "-", "allow-empty-requirements": "-", "break-system-packages": "-",
        "build-constraint": "-:",
        "constraint": "c:", "constraints": "c:", "dry-run": "dry", "editable": "e:", "exact": "-",
        "extra": "extra:",
        "force-reinstall": "reinstall", "group": "group:", "no-deps": "no-deps", "no-verify-hashes": "-",
        "override": "-:",
        "overrides": "-:", "prefix": "prefix:", "python-platform": "-:", "python-version": "-:",
        "require-hashes": "-",
        "requirement": "r:", "requirements": "r:", "root": "root:", "strict": "-", "system": "system",
        "target": "t:",
        "user": "-", "verify-hashes": "-", "yes": "-",
    },
)  # fmt: skip
PROJECT = Grammar(
    "uv",
    "hqvnUp:P:",
    {
        **COMMON,
        "active": "active", "all-extras": "all-extras", "all-groups": "all-groups", "all-packages": "-",
        "check": "dry",
        "dev": "-", "dry-run": "dry", "extra": "extra:", "frozen": "-", "group": "group:", "inexact": "-",
        "locked": "-", "no-default-groups": "no-dev", "no-dev": "no-dev", "no-editable": "no-editable",
        "no-extra": "-:",
        "no-group": "no-group:", "no-install-local": "no-project", "no-install-package": "without:",
        "no-install-project": "no-project", "no-install-workspace": "no-project", "only-dev": "-",
        "only-group": "-:",
        "package": "-:", "script": "-:",
    },
)  # fmt: skip
VENV = Grammar(
    "uv venv",
    "hqvp:",
    {**COMMON, "allow-existing": "-", "clear": "-", "prompt": "-:", "relocatable": "-", "seed": "seed",
     "system-site-packages": "-"},
)  # fmt: skip
TOOL = Grammar(
    "uv tool",
    "hqvnUp:P:e:w:",
    {**COMMON, "constraints": "-:", "editable": "-", "force": "-", "overrides": "-:", "with": "with:",
     "with-editable": "-:", "with-executables-from": "-:", "with-requirements": "-:"},
)  # fmt: skip
