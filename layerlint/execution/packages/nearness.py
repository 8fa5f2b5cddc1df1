"""How near the packages of an index are to those of the image that they are installed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size


@dataclass(frozen=True, slots=True)
class Nearness:
    """Factors of the bytes that an index says, as bounds and likely."""

    low: float
    likely: float
    high: float

    def of(self, size: Size) -> Size:
        """The bytes of something that the index has."""
        likely = int(size.likely * self.likely)
        low = min(likely, int(min(size.low, size.likely) * self.low))
        return Size(low, likely, None if size.high is None else max(likely, int(size.high * self.high) + 1))


EXACT: Final = Nearness(0.988, 1.0, 1.012)
"""Of the release itself: updates change a package, and scripts add to it (up to 1.0 % of a layer, in 28 builds of
the weeks around the snapshot)."""

ASSUMED: Final = Nearness(0.15, 0.8, 2.0)
"""Of an image of which nothing is known."""

_SPREAD: Final = (0.4, 2.5)
"""Bounds around a factor: nine of ten steps are within."""

_RELEASES: Final[Mapping[str, float]] = {
    "bionic": 0.94,
    "buster": 0.96,
    "disco": 0.95,
    "focal": 0.92,
    "jammy": 0.85,
    "jessie": 0.65,
    "noble": 0.85,
    "precise": 0.45,
    "questing": 0.85,
    "resolute": 0.85,
    "stretch": 0.86,
    "trusty": 0.48,
    "wheezy": 0.45,
    "xenial": 0.7,
}
"""Bytes of a release's packages over those of the release whose index stands in for it, Debian 11 up to 2020: what
apt said in build logs of 2020 over the forecast, the median of some 190 (trusty, xenial), 90 (jessie, bionic), 60,
40 (precise) steps.  Of later Ubuntu, which leaves change logs out of its packages: between xenial over stretch
and bionic over buster."""


def nearness(release: str | None, *, exact: bool) -> Nearness:
    if exact:
        return EXACT
    factor = _RELEASES.get(release or "", 1.0)
    return Nearness(factor * _SPREAD[0], factor, factor * _SPREAD[1])


def assumed(release: str | None) -> Nearness:
    """Of an image that is only taken for one of the release: as wide as of one of which nothing is known."""
    near = nearness(release, exact=False)
    return Nearness(min(near.low, ASSUMED.low), near.likely, max(near.high, ASSUMED.high))


def of_releases_between(releases: int) -> Nearness:
    """Of an Alpine so many releases from that of the index: beside it, of 2,722 packages that 3.19 and 3.22 share
    eight in ten download between 0.89 and 1.03 times as much; nine of ten steps of 2020 on 3.3 to 3.12 are
    within, by the index of 3.14."""
    far = min(releases, 10)
    return Nearness(0.78 - 0.03 * far, 1.0, 1.22 + 0.08 * far)
