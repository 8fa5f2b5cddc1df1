"""A report made by hand that has something of everything a reporter must be able to show."""

from __future__ import annotations

from layerlint.domain.size import UNBOUNDED, ZERO, Size
from layerlint.report import (
    Applicability,
    BaseRecord,
    ChangeRecord,
    Confidence,
    Edit,
    FileReport,
    Finding,
    Fix,
    HiddenRecord,
    LayerRecord,
    LayersReport,
    Origin,
    Place,
    Related,
    Report,
    RuleInfo,
    Severity,
    UnmodelledRecord,
)

MIB = 1024 * 1024


def layer(
    index: int,
    line: int,
    instruction: str,
    size: Size,
    hidden: Size = ZERO,
    *,
    stage: str = "0",
    end_line: int | None = None,
    unmodelled: tuple[UnmodelledRecord, ...] = (),
    changes: tuple[ChangeRecord, ...] = (),
) -> LayerRecord:
    return LayerRecord(
        index=index,
        stage=stage,
        line=line,
        end_line=end_line or line,
        instruction=instruction,
        creates_layer=True,
        bytes=size,
        compressed=size.scaled(0.25),
        entries=Size.exact(2),
        hidden=hidden,
        complete=not unmodelled,
        unmodelled=unmodelled,
        changes=changes,
    )


def _rule(name: str, category: str, severity: Severity, *aliases: str) -> RuleInfo:
    return RuleInfo(
        name=name,
        aliases=aliases,
        category=category,
        severity=severity,
        confidence=Confidence.MEDIUM if category == "security" else Confidence.HIGH,
        summary=f"What {name} is about.",
        why="A lower layer ships whatever a later one hides.",
        remedy="Do both in one instruction.",
        url=f"https://example.org/rules/{name}" if aliases else "",
    )


RULES = (
    _rule("latest-tag", "reproducibility", Severity.WARNING, "DL3007"),
    _rule("metadata-only-copy-up", "waste", Severity.WARNING),
    _rule("missing-yes", "correctness", Severity.ERROR, "DL3014"),
    _rule("removed-in-later-layer", "waste", Severity.WARNING),
    _rule("root-user", "security", Severity.INFO, "DL3002", "CKV_DOCKER_3"),
    _rule("stale-index", "cache", Severity.OFF),
)

_ISSUE_LAYERS = LayersReport(
    dockerfile="Dockerfile",
    target="0",
    platform="linux/amd64",
    differ="buildkit",
    base=BaseRecord("debian:bookworm-slim", "catalog", Size.exact(78_432_000), "2026-11-01"),
    layers=(
        layer(
            0,
            3,
            "RUN apt-get update",
            Size.around(40_055_000, 0.05, 0.05),
            Size.around(40_055_000, 0.05, 0.05),
            changes=(
                ChangeRecord(
                    "/var/lib/apt/lists/deb.debian.org_Packages.lz4",
                    "file",
                    Size.exact(40_055_000),
                    "apt-get update",
                ),
            ),
        ),
        layer(
            1,
            4,
            "RUN apt-get install -y curl gnupg && curl -fsSL example.org/key | gpg --import",
            Size(9_000_000, 12_478_000, 30_000_000),
            Size(0, 734_003, 1_500_000),
            end_line=5,
            unmodelled=(UnmodelledRecord(5, "gpg", "no model of this command"),),
        ),
        layer(2, 6, "WORKDIR /srv", ZERO),
        layer(
            3,
            7,
            "COPY big /big",
            Size.exact(20 * MIB),
            Size.exact(20 * MIB),
            changes=(ChangeRecord("/big", "file", Size.exact(20 * MIB), ""),),
        ),
        layer(4, 8, "RUN chmod 600 /big", Size.exact(20 * MIB), Size.exact(20 * MIB)),
        layer(
            5,
            9,
            "RUN rm /big",
            ZERO,
            changes=(ChangeRecord("/big", "whiteout", ZERO, "rm /big"),),
        ),
    ),
    image_bytes=Size(168_000_000, 172_908_080, 192_000_000),
    visible_bytes=Size(86_000_000, 90_175_997, 108_000_000),
    hidden_bytes=Size(80_000_000, 82_732_083, 84_000_000),
    hidden=(
        HiddenRecord("/big", Size.exact(20 * MIB), "metadata-only", Origin(3, 7), Origin(4, 8)),
        HiddenRecord("/big", Size.exact(20 * MIB), "deleted", Origin(4, 8), Origin(5, 9)),
        HiddenRecord(
            "/var/lib/apt/lists/deb.debian.org_Packages.lz4",
            Size.around(40_055_000, 0.05, 0.05),
            "overwritten",
            Origin(0, 3),
            Origin(1, 4),
        ),
        HiddenRecord(
            "/var/lib/dpkg/status", Size.exact(734_003), "overwritten", Origin(None, None), Origin(1, 4)
        ),
    ),
    notes=("no build context: what COPY brings is taken from the command line",),
)

_ISSUE_FINDINGS = (
    Finding(
        rule="missing-yes",
        aliases=("DL3014",),
        category="correctness",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="`apt-get install` asks, and the build has nobody to answer",
        place=Place(4, 5, 5, 12),
        fix=Fix("add -y", Applicability.SAFE, (Edit(61, 61, " -y"),)),
        url="https://example.org/rules/missing-yes",
        fingerprint="0123456789abcdef",
    ),
    Finding(
        rule="metadata-only-copy-up",
        aliases=(),
        category="waste",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message="20.0 MiB of /big ship twice: `chmod 600 /big` copies the file up into a new layer",
        place=Place(8, 5, 8, 19),
        related=(Related(Place(7, 1, 7, 14), "/big is created here"),),
        bytes=Size.exact(20 * MIB),
        fix=Fix(
            "use COPY --chmod=600", Applicability.UNSAFE, (Edit(140, 140, "--chmod=600 "), Edit(155, 174, ""))
        ),
        fingerprint="fedcba9876543210",
    ),
    Finding(
        rule="removed-in-later-layer",
        aliases=(),
        category="waste",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message="`rm /big` hides a file that lines 7 and 8 still ship",
        place=Place(9, 5, 9, 12),
        related=(
            Related(Place(7, 1, 7, 14), "/big is created here"),
            Related(Place(8, 5, 8, 19), "and copied up here"),
        ),
        bytes=Size.around(40 * MIB, 0.05, 0.05),
        fingerprint="00ff00ff00ff00ff",
    ),
)

ORDINARY = FileReport("Dockerfile", _ISSUE_FINDINGS, _ISSUE_LAYERS, suppressed=1)
"""One stage, findings of two severities, a step that is not fully understood."""

_HOSTILE_PATH = "./dienste/größe, 100%: 图/Dockerfile"

HOSTILE = FileReport(
    _HOSTILE_PATH,
    (
        Finding(
            rule="latest-tag",
            aliases=("DL3007",),
            category="reproducibility",
            severity=Severity.WARNING,
            confidence=Confidence.LOW,
            message="100%: `a|b`, <b>c</b>\n::error::d [x](https://example.org) \x1b[31m\udcff $e$ *f* 图",
            place=Place(1, 6, 1, 20),
            bytes=UNBOUNDED,
            fix=Fix("none that is proven", Applicability.DISPLAY_ONLY, ()),
        ),
        Finding(
            rule="not-in-the-table",
            aliases=(),
            category="style",
            severity=Severity.INFO,
            confidence=Confidence.MEDIUM,
            message="an odd number of ` marks",
            place=Place(2, 1, 4, 1),
            bytes=Size(12 * MIB, 12 * MIB, None),
        ),
    ),
    LayersReport(
        dockerfile=_HOSTILE_PATH,
        target="läufer",
        platform="linux/arm64",
        differ="native",
        base=BaseRecord("registry.example.org/图:latest", "unknown", UNBOUNDED),
        layers=(
            layer(
                0,
                2,
                "RUN \x1b]0;owned\x07 | echo\t图图图 \u202ereversed",
                Size(0, 5 * MIB, None),
                stage="bau",
            ),
            layer(1, 6, "RUN " + "x" * 200, Size(1000, 3 * MIB, 5 * MIB), ZERO, stage="bau"),
            layer(
                2,
                12,
                "RUN frobnicate && ./install.sh",
                UNBOUNDED,
                UNBOUNDED,
                stage="läufer",
                unmodelled=(
                    UnmodelledRecord(12, "frobnicate", "no model of this command"),
                    UnmodelledRecord(12, "./install.sh", "a program of the build context"),
                ),
            ),
            layer(
                3,
                13,
                "RUN ./install.sh",
                Size(0, 0, 300),
                stage="läufer",
                unmodelled=(UnmodelledRecord(13, "./install.sh", ""),),
            ),
        ),
        image_bytes=Size(1000, 8 * MIB, None),
        visible_bytes=Size(1000, 8 * MIB, None),
        hidden_bytes=UNBOUNDED,
        hidden=(),
        notes=(
            "the base image registry.example.org/图:latest is not known: give --base",
            "no build context",
            "one more",
            "and one more",
        ),
    ),
)
"""Two stages, an unknown base, sizes without bounds, and text that fights the format."""

CLEAN = FileReport(
    "tools/Dockerfile",
    (),
    LayersReport(
        dockerfile="tools/Dockerfile",
        target="0",
        platform="linux/amd64",
        differ="buildkit",
        base=BaseRecord("scratch", "scratch", ZERO),
        layers=(layer(0, 2, "COPY tool /tool", Size.exact(1536)),),
        image_bytes=Size.exact(1536),
        visible_bytes=Size.exact(1536),
        hidden_bytes=ZERO,
        hidden=(),
    ),
)

STAGELESS = FileReport(
    "empty.Dockerfile",
    (
        Finding(
            rule="root-user",
            aliases=("DL3002", "CKV_DOCKER_3"),
            category="security",
            severity=Severity.INFO,
            confidence=Confidence.MEDIUM,
            message="there is no FROM",
            place=Place(1, 1, 1, 1),
            url="https://example.org/rules/root-user",
        ),
    ),
    None,
)

ONE = Report((ORDINARY,), RULES, "0.1.0")
SEVERAL = Report((ORDINARY, HOSTILE, CLEAN, STAGELESS), RULES, "0.1.0")
NOTHING_FOUND = Report((CLEAN,), RULES, "0.1.0")
