"""jupyter: extensions and configuration files; a server is not started in a build."""

from __future__ import annotations

from layerlint.commands._outcome import unmodelled
from layerlint.commands._paths import join
from layerlint.commands._python import home_of, running
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Populate, Stream, Write

_ANSWER = Outcome(stdout=Stream(Size(0, 500, None)))
_CONFIGURATION = Size(1_000, 60_000, 150_000)
"""A configuration file with every setting as a comment."""
_BUILT = Size(2_000_000, 60_000_000, None)
"""JupyterLab built by webpack with its extensions; node_modules in ``staging`` is most, where it stays."""


def jupyter(invocation: Invocation) -> Outcome:
    """``labextension``, ``nbextension``, ``serverextension`` and ``--generate-config``."""
    words = [word for word in invocation.argv[1:] if word is not UNKNOWN]
    verbs = [word for word in words if not word.startswith("-")]
    prefix = running(invocation).prefix
    home = home_of(invocation)
    effects: list[Effect] = []
    match verbs[:2]:
        case ["labextension", "install" | "update" | "link"] | ["lab", "build"]:
            reason = "what JupyterLab's build leaves is not known"
            effects.append(Populate(join(prefix, "share/jupyter/lab"), "build", _BUILT, reason=reason))
            effects.append(Populate(join(home, ".cache/yarn"), "lab", Size(0, 0, None)))
        case ["lab", "clean"] | [
            "labextension" | "nbextension" | "serverextension" | "kernelspec",
            "list" | "check",
        ]:
            return _ANSWER
        case [("nbextension" | "contrib"), ("install" | "nbextension")]:
            directory = join(prefix, "share/jupyter/nbextensions")
            effects.append(Populate(directory, "nbextensions", Size(1_000, 2_000_000, None)))
        case [
            "nbextension" | "serverextension" | "server" | "labextension" | "nbextensions_configurator",
            "enable" | "disable" | "extension",
        ]:
            path = join(home, ".jupyter/nbconfig") if "--user" in words else join(prefix, "etc/jupyter")
            effects.append(Populate(path, "settings", Size(20, 120, 2_000)))
        case ["kernelspec", "install"]:
            effects.append(Populate(join(prefix, "share/jupyter/kernels"), "kernel", Size(300, 4_000, None)))
        case [name, *_] if "--generate-config" in words and name in ("notebook", "lab", "server", "console"):
            kind = "server" if name == "server" else f"{name}"
            effects.append(Write(join(home, f".jupyter/jupyter_{kind}_config.py"), _CONFIGURATION))
        case [] if words:
            return _ANSWER
        case _:
            return unmodelled("jupyter: what it does is not known")
    return Outcome(tuple(effects))
