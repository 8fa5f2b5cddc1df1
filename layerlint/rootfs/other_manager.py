"""A candidate whose packages are another manager's: today's RUN lines of apt, written for apk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerlint.catalog.alpine import nearest_index
from layerlint.catalog.counterparts import counterpart
from layerlint.catalog.model import BaseImage
from layerlint.catalog.packages import open_index
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.trace import Trace
from layerlint.programs.model import NeedKind
from layerlint.report import BaseVerdict
from layerlint.rootfs.model import Judged, Judgement, Reason, Status
from layerlint.rootfs.rewrite import Names, Rewritten, to_apk
from layerlint.rootfs.stages import root_stage

_MARKS: Final = frozenset("*+/:=?[^|")
"""What makes more of a word than the name of a package; ``+`` only at its end."""


def rewriting(known: Sequence[Judged], trace: Trace, image: BaseImage | None) -> Rewritten | Judgement | None:
    """None where no step calls another manager than the image's, or none that is understood.

    A judgement says why the lines cannot be written for it.
    """
    called = {
        each.requirement.need.name for each in known if each.requirement.need.kind is NeedKind.PACKAGE_MANAGER
    }
    if called != {"apt"} or image is None or image.manager != "apk" or trace.target is None:
        return None
    if image.distribution != "alpine":
        return _unknown(Reason(f"the packages of {image.distribution} are not known by their names"))
    wrong_libc = [
        each.requirement.need
        for each in known
        if each.requirement.need.kind is NeedKind.LIBC
        and each.answer.status is Status.MET
        and each.requirement.need.name != image.libc
    ]
    if wrong_libc:
        text = f"{image.reference} has {image.libc}, not {wrong_libc[0].name}"
        return Judgement(BaseVerdict.FAILS, (), (Reason(text, tuple(need.evidence for need in wrong_libc)),))
    original = trace.target.base.image
    names = names_in(image, None if original is None else original.index)
    plan = (
        Reason("no index of its packages is known")
        if names is None
        else to_apk(trace, root_stage(trace.target), names)
    )
    if isinstance(plan, Rewritten):
        return plan
    return _unknown(*((plan,) if isinstance(plan, Reason) else plan))


def names_in(image: BaseImage, debian: str | None) -> Names | None:
    """How that image's packages are called that give what packages of apt do."""
    database = PackageDatabase.from_base(image)
    index = None if database is None or database.index is None else nearest_index(database.index)[0]
    if index is None:
        return None
    own = None if debian is None else open_index(debian)

    def names(package: str) -> tuple[str, ...] | str:
        name = package.partition("=")[0]
        if "=" in package:
            return f"the version of {name} that is pinned is one of Debian's"
        if _MARKS & set(package.rstrip("+")[:-1]) - {"+"} or package.endswith(("-", "*")):
            return f"which packages {package} names in Alpine is not known"
        found = counterpart(package, index, own)
        if found is None:
            return f"no package of Alpine is known for {package}"
        if found.differs:
            return f"{package} is not the same in Alpine: {found.differs}"
        return found.names

    return names


def _unknown(*reasons: Reason) -> Judgement:
    return Judgement(
        BaseVerdict.UNKNOWN, (), tuple(Reason(f"cannot tell: {each.text}", each.evidence) for each in reasons)
    )
