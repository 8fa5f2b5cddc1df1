"""Virtual environments, and the pip that comes with an interpreter."""

from __future__ import annotations

from layerlint.commands._paths import join
from layerlint.commands._pypi import Place, closure, effects_of
from layerlint.commands._python import MARKER, Python
from layerlint.commands._requirements import Requirement
from layerlint.commands._streams import encode
from layerlint.domain.size import Size
from layerlint.effects import Effect, MakeDirectory, Populate, Symlink, Write
from layerlint.filesystem.node import Inline

_BUNDLED: dict[int, tuple[tuple[str, int, int, int, int], ...]] = {
    7: (("pip", 7_330_191, 534, 4_611_357, 516), ("setuptools", 1_717_010, 107, 1_111_220, 88)),
    8: (("pip", 6_958_685, 508, 4_360_206, 491), ("setuptools", 2_376_882, 157, 1_526_182, 138)),
    9: (("pip", 6_958_685, 508, 4_317_658, 491), ("setuptools", 2_497_123, 157, 1_643_607, 139)),
    10: (("pip", 6_959_177, 508, 4_870_991, 491), ("setuptools", 3_902_332, 243, 2_578_305, 223)),
    11: (("pip", 7_071_750, 509, 7_224_462, 491), ("setuptools", 3_902_332, 243, 4_130_370, 223)),
    12: (("pip", 5_658_929, 439, 5_267_555, 411),),
    13: (("pip", 5_658_929, 439, 5_267_555, 411),),
}
"""Minor release to what ``ensurepip`` installs: name, bytes, files, bytes and files of byte-code; measured
with CPython 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7 and 3.13.0 (pip 24.2; for 3.12 too, whose first releases
had a pip of 13.7 MB) on Debian 12, November 2026.  A venv of Debian's own 3.11 has 21,615,672 bytes."""
_OF_DEBIAN = 0.967
"""Debian 12 over python.org's 3.11, for its pip is 23.0.1 and its setuptools 66.1.1."""
_BUNDLED_ERROR = (0.25, 0.15)
_ACTIVATION = 12_500
"""The scripts of other shells: 12,091 bytes for ``activate.csh``, ``.fish`` and ``Activate.ps1``, and what
``activate`` has more than the lines that are followed here."""


def environment(prefix: str, base: Python, *, bare: bool = False, newest: bool = False) -> list[Effect]:
    """The files of a new virtual environment."""
    site = f"{prefix.rstrip('/')}/lib/python{base.version}/site-packages"
    scripts = join(prefix, "bin")
    interpreter = f"python{base.version}"
    source = "/usr" if base.debian else base.prefix
    lines = f"home = {source}/bin\ninclude-system-site-packages = false\nversion = {base.version}\n"
    effects: list[Effect] = [
        MakeDirectory(scripts),
        MakeDirectory(join(prefix, "include")),
        MakeDirectory(site),
        Write(join(prefix, MARKER), Size.exact(len(encode(lines))), Inline(encode(lines))),
        Symlink(f"{source}/bin/python3", join(scripts, "python3")),
        Symlink("python3", join(scripts, "python")),
        Symlink("lib", join(prefix, "lib64")),
    ]
    if base.minor is not None:
        effects.append(Symlink("python3", join(scripts, interpreter)))
    text = (
        f"VIRTUAL_ENV={prefix}\nexport VIRTUAL_ENV\n"
        'PATH="$VIRTUAL_ENV/bin:$PATH"\nexport PATH\nunset PYTHONHOME\n'
    )
    effects.append(Write(join(scripts, "activate"), Size.exact(len(encode(text))), Inline(encode(text))))
    effects.append(Populate(scripts, "activate.*", Size.around(_ACTIVATION, 0.1, 0.3), Size.exact(3)))
    if bare:
        return effects
    if newest:
        code = join(site, "__pycache__")
        place = Place(site, scripts, join(prefix, "share"), code, interpreter=join(scripts, interpreter))
        return effects + list(effects_of(closure([Requirement("pip")]), place, "pip"))
    return effects + bundled(site, scripts, base)


def bundled(site: str, scripts: str, base: Python) -> list[Effect]:
    """What ``ensurepip`` installs."""
    release = 13 if base.minor is None else min(max(base.minor, 7), 13)
    effects: list[Effect] = []
    for name, size, count, code, code_count in _BUNDLED[release]:
        label = f"pip:{name}"
        code_size, code_files = Size.around(code, *_BUNDLED_ERROR), Size.around(code_count, 0.2, 0.2)
        if base.debian:
            code_size = code_size.scaled(_OF_DEBIAN)
            size = int(size * _OF_DEBIAN)
        files, number = Size.around(size, *_BUNDLED_ERROR), Size.around(count, 0.2, 0.2)
        effects.append(
            Populate(join(site, "__pycache__"), f"{name} *.pyc", code_size, code_files, label=label)
        )
        effects.append(Populate(site, name, files, number, label=label))
    size_of_script = Size.around(200 + len(scripts), 0.1, 0.1)
    names = ("pip", "pip3") if base.minor is None else ("pip", "pip3", f"pip{base.version}")
    return effects + [Write(join(scripts, name), size_of_script, mode=0o755) for name in names]
