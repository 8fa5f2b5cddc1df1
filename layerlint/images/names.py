"""References of images: ``[registry[:port]/]repository[:tag][@digest]`` (distribution's ``reference``)."""

from __future__ import annotations

from layerlint._dataclass import dataclass
from layerlint.dockerfile.references import reference_error
from layerlint.images.errors import ImageError

HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class Name:
    registry: str
    """``docker.io`` where none is written."""
    repository: str
    tag: str
    digest: str
    """Empty without one; if there is one, the tag is of no account."""

    @property
    def short(self) -> str:
        """As people write it."""
        prefix = "" if self.registry == HUB else f"{self.registry}/"
        repository = self.repository.removeprefix("library/") if not prefix else self.repository
        return f"{prefix}{repository}" + (f"@{self.digest}" if self.digest else f":{self.tag}")

    @property
    def target(self) -> str:
        return self.digest or self.tag


def parse(text: str) -> Name:
    """Raises ImageError for what is no reference."""
    if (fault := reference_error(text)) is not None:
        raise ImageError(f"{text[:200]}: not a reference of an image ({fault})")
    rest, _, digest = text.partition("@")
    host, slash, path = rest.partition("/")
    if not slash or not (set(host) & {".", ":"} or host == "localhost" or host != host.lower()):
        host, path = HUB, rest
    if host in ("index.docker.io", "registry-1.docker.io"):
        host = HUB
    repository, _, tag = path.partition(":")
    tag = tag or "latest"
    if host == HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Name(host, repository, tag, digest)
