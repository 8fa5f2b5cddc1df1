"""Settings out of YAML and TOML files and the command line, each value with its place."""

from layerlint.config.files import import_hadolint, load_config
from layerlint.config.model import Config, argument_names, argument_severity, override
from layerlint.config.selection import Selection

__all__ = [
    "Config",
    "Selection",
    "argument_names",
    "argument_severity",
    "import_hadolint",
    "load_config",
    "override",
]
