"""The result of linting: plain data, complete, in the order in which it is shown.

Reporters print it and compute nothing.  Sizes are in bytes, lines and columns from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size


class Severity(Enum):
    """In ascending order: ``off`` never shows, ``error`` is a build that fails or a secret that leaks."""

    OFF = "off"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(Enum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range of the Dockerfile: from its first character to one past its last."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that the finding is about, in the same file: who created, who hid."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from offset ``start`` to ``end`` of the file."""

    start: int
    end: int
    text: str


class Applicability(Enum):
    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY_ONLY = "display-only"


@dataclass(frozen=True, slots=True)
class Fix:
    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    diff: str = ""
    """Of one that is there to be read: its lines, as a unified diff; empty where the title says all."""


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    aliases: tuple[str, ...]
    """Of the rule; the code alone where a case has one."""
    category: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    bytes: Size | None = None
    """What it costs in the image; None where a finding is not about bytes."""
    fix: Fix | None = None
    url: str = ""
    fingerprint: str = ""
    """Stays the same when lines above it move."""
    code: str = ""
    """Of a case with a name of its own, which another program gave it: SC2086."""

    @property
    def name(self) -> str:
        """What settings and comments call it: its code, else its rule."""
        return self.code or self.rule


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a reporter shows of a rule that has findings, or of all rules (SARIF)."""

    name: str
    aliases: tuple[str, ...]
    category: str
    severity: Severity
    confidence: Confidence
    summary: str
    why: str
    remedy: str
    url: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One entry of a layer."""

    path: str
    kind: str
    """file, directory, symlink, hardlink, whiteout, opaque or other."""
    bytes: Size
    because: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A regular file of the final root file system; hard links once, under their first name."""

    path: str
    bytes: Size
    layer: int | None
    """The layer that ships it; None for the base image."""
    count: int = 1
    """Files that it stands for: more than one where they are not told one by one, but all of a folder or package."""


@dataclass(frozen=True, slots=True)
class UnmodelledRecord:
    """A command (or an instruction) whose effects are not known, and why."""

    line: int
    command: str
    reason: str


@dataclass(frozen=True, slots=True)
class LayerRecord:
    index: int
    stage: str
    line: int
    end_line: int
    instruction: str
    """One line, continuations joined."""
    creates_layer: bool
    bytes: Size
    compressed: Size
    entries: Size
    hidden: Size
    """Bytes of this layer that the final root file system cannot reach."""
    complete: bool
    unmodelled: tuple[UnmodelledRecord, ...]
    changes: tuple[ChangeRecord, ...]
    """Empty where they were not asked for."""


@dataclass(frozen=True, slots=True)
class BaseRecord:
    reference: str
    source: str
    """catalog, image, scratch or unknown."""
    bytes: Size
    date: str = ""
    """Of the facts, for a base out of the catalog."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where hidden bytes come from, or what hid them; ``layer`` and ``line`` are None for the base."""

    layer: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class HiddenRecord:
    path: str
    bytes: Size
    kind: str
    """deleted, overwritten, metadata-only, moved or type-change."""
    created: Origin
    hidden_by: Origin


class Basis(Enum):
    """What the forecast of an amount of bytes rests on."""

    CONTEXT = "context"
    """Files of the build context."""
    COMMAND = "command"
    """What the text of the instruction says: exact."""
    BASE = "base"
    """Files of the base image that a step copies up."""
    INDEX = "index"
    """A package index, or a lock file."""
    MEASURE = "measure"
    """What such a command was measured to write: an interval."""
    GUESS = "guess"
    """Nothing that bounds it."""


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """What one command puts into a layer."""

    command: str
    bytes: Size
    basis: Mapping[Basis, Size]
    places: tuple[tuple[str, Size], ...]
    """Directories with the most of the bytes."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One instruction, explained."""

    dockerfile: str
    stage: str
    line: int
    end_line: int
    instruction: str
    bytes: Size | None
    """None where it makes no layer."""
    compressed: Size
    entries: Size
    commands: tuple[CommandRecord, ...]
    unmodelled: tuple[UnmodelledRecord, ...]


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """How much of the target is understood, and what its layers' bytes rest on."""

    commands: int
    modelled: int
    """Of ``commands``: those that there is a model for."""
    basis: Mapping[Basis, Size]


@dataclass(frozen=True, slots=True)
class LayersReport:
    """The forecast of one target stage, with the stages that it is FROM."""

    dockerfile: str
    target: str
    platform: str
    differ: str
    base: BaseRecord
    layers: tuple[LayerRecord, ...]
    image_bytes: Size
    visible_bytes: Size
    hidden_bytes: Size
    hidden: tuple[HiddenRecord, ...]
    notes: tuple[str, ...] = ()
    """What limits the forecast: an unknown base, no build context …"""
    coverage: CoverageRecord = CoverageRecord(0, 0, {})
    gates: tuple[GateRecord, ...] = ()
    """Empty where none were asked for."""
    files: tuple[FileRecord, ...] = ()
    """Of the final root file system, the largest first; empty where they were not asked for."""


@dataclass(frozen=True, slots=True)
class DiveFigures:
    """The three figures of dive and what they are made of, computed as dive does, with its faults."""

    efficiency: float
    """0 to 1."""
    wasted_bytes: int
    user_wasted_percent: float | None
    """0 to 1 of the bytes above the first layer; None where there are none."""
    image_bytes: int
    user_bytes: int
    inefficient: tuple[tuple[int, int, str], ...]
    """Times that a path is in a layer, the bytes of all of them, the path: largest last, as dive has them."""


@dataclass(frozen=True, slots=True)
class ExactFigures:
    """What dive's figures stand for, counted by what can be seen of the image."""

    efficiency: float
    """Visible bytes over all bytes: 0 to 1."""
    hidden_bytes: int
    user_hidden_percent: float | None
    """Hidden bytes of the layers above the base over all bytes of these layers: 0 to 1; None where they have none."""
    user_bytes: int
    """Of the layers above the base (above the first layer, where the base is not known)."""


class GateStatus(Enum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    """The bound lies inside the interval of the forecast: nobody can tell."""
    SKIP = "skip"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One bound that an image must keep to, by dive's name of it."""

    name: str
    status: GateStatus
    bound: float | None
    """None where there is none, or none that can be read."""
    value: tuple[float, float, float | None] | None
    """Low, likely, high; None where it was not looked at."""
    message: str
    """What is wrong with the bound; empty otherwise."""


@dataclass(frozen=True, slots=True)
class DuplicateRecord:
    """The same data under several names (hard links once)."""

    digest: str
    bytes: int
    """Of one copy."""
    copies: tuple[tuple[str, int], ...]
    """Path, and the layer that it is in."""
    wasted: int
    """Bytes of all copies but one."""


@dataclass(frozen=True, slots=True)
class ImageReport:
    """What is inside a real image: every size is exact."""

    reference: str
    """As the user gave it."""
    form: str
    """``docker-archive``, ``oci``, ``registry`` …"""
    id: str
    layers: LayersReport
    """With the layers of the base listed like the others; ``line`` is 0 where no Dockerfile line made one."""
    dive: DiveFigures
    duplicates: tuple[DuplicateRecord, ...]
    """The most wasted bytes first."""
    exact: ExactFigures | None = None
    base_layers: int | None = None
    """The first layers, which are the base's; None where no Dockerfile tells."""
    name: str = ""
    """That the image has where it is kept; empty without one."""


@dataclass(frozen=True, slots=True)
class DifferenceRecord:
    """A path of which the forecast and the image have other amounts."""

    path: str
    """Ends in ``/`` where it stands for files of the directory that are not told one by one."""
    forecast: Size
    actual: int
    reason: str


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """A layer of an image beside the forecast of the instructions that made it."""

    layer: int | None
    """Of the image; None where an instruction has no layer in it."""
    line: int
    """0 where no instruction of the Dockerfile made the layer."""
    end_line: int
    instruction: str
    forecast: Size | None
    actual: int | None
    within: bool
    """Inside the interval, or within the tolerance."""
    differences: tuple[DifferenceRecord, ...]
    """The largest first."""
    unmodelled: tuple[UnmodelledRecord, ...]

    @property
    def error(self) -> float | None:
        """Of the likely bytes, over the actual ones; None where it cannot be said."""
        if self.forecast is None or self.actual is None or (not self.actual and self.forecast.likely):
            return None
        if self.forecast.high is None and not self.forecast.likely:
            return None  # nothing was forecast, not even a likely amount
        return (self.forecast.likely - self.actual) / self.actual if self.actual else 0.0


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """A forecast held against the image that was built."""

    dockerfile: str
    target: str
    reference: str
    form: str
    id: str
    platform: str
    tolerance: float
    """0 to 1, of the actual bytes."""
    base: ComparisonRecord
    layers: tuple[ComparisonRecord, ...]
    """Above the base."""
    added: ComparisonRecord
    """The layers above the base together."""
    hidden: ComparisonRecord
    """What of the image they hide."""
    notes: tuple[str, ...]

    @property
    def within(self) -> bool:
        """Every layer above the base, and what they hide."""
        return all(each.within for each in (*self.layers, self.hidden))


@dataclass(frozen=True, slots=True)
class FleetImage:
    reference: str
    form: str
    id: str
    bytes: int
    unique: int
    """Bytes of layers that no other of the images has."""
    shared: int
    layers: tuple[str, ...]
    """Their diff IDs, lowest first."""


@dataclass(frozen=True, slots=True)
class FleetLayer:
    diff_id: str
    bytes: int
    images: tuple[int, ...]
    """That have it: positions in the list of images."""
    instruction: str


@dataclass(frozen=True, slots=True)
class FleetReport:
    """Several images, side by side: each layer is kept once, however many images have it."""

    images: tuple[FleetImage, ...]
    layers: tuple[FleetLayer, ...]
    """Each once, in the order in which the images bring them."""
    image_bytes: int
    """Of all images, as if they shared nothing."""
    stored_bytes: int
    """Of every layer once."""
    duplicates: tuple[DuplicateRecord, ...]
    """The same data in different layers of several images; a copy's layer is a position in ``layers``."""
    duplicated_bytes: int
    """Wasted by all of them."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetForecast:
    """The images of several Dockerfiles, side by side: what all of them keep once."""

    images: tuple[tuple[str, Size, Size], ...]
    """Dockerfile, bytes of the image, and of what no other of them has."""
    shared: tuple[tuple[str, Size, tuple[int, ...]], ...]
    """Base or instruction, its bytes, and the images that have it (positions): the largest first."""
    image_bytes: Size
    """As if they shared nothing."""
    stored_bytes: Size


@dataclass(frozen=True, slots=True)
class TableRecord:
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Size, ...], ...]


@dataclass(frozen=True, slots=True)
class SectionRecord:
    heading: str
    paragraphs: tuple[str, ...]
    table: TableRecord | None = None


@dataclass(frozen=True, slots=True)
class LessonRecord:
    """An idea explained, with the figures of one Dockerfile."""

    topic: str
    title: str
    dockerfile: str
    sections: tuple[SectionRecord, ...]


SPLIT = "split into stages"
"""What a candidate is that is the base of a new last stage: today's file becomes the stage that builds."""


class BaseVerdict(Enum):
    """What a candidate for the base comes to; in the order in which they are shown."""

    MEETS = "meets"
    WITH_PACKAGES = "meets with packages"
    UNKNOWN = "unknown"
    """Nothing speaks against it, but not all is known."""
    FAILS = "does not"


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """The place that proves a need."""

    file: str
    """Relative to the build context, or the Dockerfile's path."""
    line: int
    """From 1; 0 where there are no lines (a header of a binary)."""
    text: str
    """What stands there, in one short line: ``import psycopg2``, ``NEEDED libssl.so.3``."""

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """Something that the final image must have."""

    kind: str
    name: str
    version: str
    when: str
    """``build``: a step of the Dockerfile needs it; ``run``: what the image starts."""
    because: str
    confidence: Confidence
    today: str
    """``met``, ``missing`` or ``unknown``, of the file as it is."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """Why a candidate is not simply enough, with the places that say so."""

    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateRecord:
    """One base that may do instead."""

    reference: str
    what: str
    """``slim variant``, ``Alpine variant``, ``distroless`` …"""
    verdict: BaseVerdict
    packages: tuple[str, ...]
    """To add, by the names of the candidate's own distribution."""
    reasons: tuple[ReasonRecord, ...]
    """Why it does not do, what is not known, or what the packages are for."""
    risks: tuple[str, ...]
    end_of_life: str
    """Of the candidate, ``YYYY-MM-DD``; empty where it is not known."""
    base_bytes: Size
    image_bytes: Size | None
    """Of the whole Dockerfile on it; None where it was not run on it."""
    saved: Size | None
    shared: Size | None
    """Bytes of its layers that the images of other files of the same run have too, so that a host stores them once;
    None where one file was given."""
    diff: str
    """The lines that change, as a unified diff; empty where there is nothing to show."""
    layers: tuple[tuple[str, Size], ...] = ()
    """What a host stores of its image: keys that are the same for the same layer, and bytes."""


@dataclass(frozen=True, slots=True)
class BaseAdvice:
    """What the final stage of one Dockerfile needs, and which bases have it."""

    dockerfile: str
    target: str
    base: BaseRecord
    place: Place
    """Of the image in FROM."""
    end_of_life: str
    supported: bool | None
    """By the date that was given; None without one, or without a known end."""
    image_bytes: Size
    needs: tuple[NeedRecord, ...]
    gaps: tuple[str, ...]
    """What is not known of the needs, each in a sentence."""
    candidates: tuple[CandidateRecord, ...]
    """The best first."""
    notes: tuple[str, ...] = ()
    base_known: bool = True
    """False: the base is not in the catalog, or is only taken for another."""
    no_split: str = ""
    """Why no stage of its own for building can be drawn up, though the base is there to build with."""
    layers: tuple[tuple[str, Size], ...] = ()
    """What a host stores of the image as it is, as for a candidate."""


@dataclass(frozen=True, slots=True)
class FileReport:
    path: str
    findings: tuple[Finding, ...]
    layers: LayersReport | None
    """None where no stage could be run: the file has no FROM."""
    suppressed: int = 0
    """Findings that an ignore comment silenced."""
    known: int = 0
    """Findings that the baseline has."""
    notes: tuple[str, ...] = ()
    """What could not be looked at, and so has no findings."""
    text: str = ""
    """Of the Dockerfile, without the values of secrets; empty where it was not asked for."""


@dataclass(frozen=True, slots=True)
class Report:
    files: tuple[FileReport, ...]
    rules: tuple[RuleInfo, ...]
    """Every rule that was on, sorted by name."""
    version: str
    notes: tuple[str, ...] = ()
    """Of the run: whose settings were used …"""
