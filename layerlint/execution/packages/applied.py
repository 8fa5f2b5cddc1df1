"""What a package effect comes to."""

from __future__ import annotations

from layerlint._dataclass import dataclass
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.filesystem.union import FileSystem


@dataclass(frozen=True, slots=True)
class Applied:
    """The states after a package effect, and what it did."""

    filesystem: FileSystem
    database: PackageDatabase | None
    status: Truth = Truth.YES
    """NO: the package manager fails here, for the first of the problems."""
    problems: tuple[str, ...] = ()
    """Why it fails, or why it is not fully understood."""
    installed: tuple[Installed, ...] = ()
    """New packages and upgrades."""
    recommended: tuple[Installed, ...] = ()
    """Of ``installed``: those that come only because a package recommends them."""
    removed: tuple[Installed, ...] = ()
    rewritten: Size = ZERO
    """Bytes of the package manager's databases and logs that were written anew."""
