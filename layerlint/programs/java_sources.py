"""Java before it is built: the least release and the libraries of Maven and Gradle projects, calls in sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layerlint.programs.facts import FileFacts, Found, Language, line_at
from layerlint.programs.literals import STRING, certain, matches, program
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_NEWEST: Final = 56
_MOST_LINES: Final = 20_000
_MAVEN: Final = re.compile(
    r"<(?:maven\.compiler\.(?:release|target)|java\.version|release|target)>\s{0,9}(?:1\.)?(\d{1,2})\s{0,9}</"
)
_GRADLE: Final = re.compile(
    r"(?:JavaLanguageVersion\.of\(\s{0,9}|JavaVersion\.VERSION_(?:1_)?|(?:source|target)Compatibility\s{0,9}=?\s{0,9}['\"]?(?:1\.)?)"
    r"(\d{1,2})"
)


_DEPENDENCY: Final = re.compile(r"<(groupId|artifactId|scope)>\s{0,9}([\w.${}-]{1,200})\s{0,9}</")
_COORDINATES: Final = re.compile(
    r"\b(?:implementation|api|runtimeOnly|compile|runtime)\b[\s(]{1,9}[\"']([\w.-]{1,200}):([\w.-]{1,200})"
)
_OTHER: Final = re.compile(
    r"\b(?:implementation|api|runtimeOnly)\b[\s(]{1,9}(libs\.[\w.]{1,99}|project\([\"':\w-]{1,99}\)|files\([^)\n]{1,99}\))"
)
_PURE: Final = (
    "ch.qos.logback", "com.fasterxml.", "com.google.code.gson", "com.google.guava", "com.h2database", "com.mysql",
    "com.squareup.", "commons-", "io.jsonwebtoken", "io.micrometer", "io.quarkus", "io.swagger", "jakarta.", "javax.",
    "log4j", "mysql", "org.apache.commons", "org.apache.httpcomponents", "org.apache.logging", "org.apache.maven",
    "org.aspectj", "org.eclipse.jetty", "org.flywaydb", "org.glassfish", "org.hibernate", "org.jetbrains.kotlin",
    "org.liquibase", "org.mapstruct", "org.mariadb", "org.postgresql", "org.projectlombok", "org.slf4j",
    "org.springdoc", "org.springframework", "org.thymeleaf", "org.yaml",
)  # fmt: skip
"""Groups whose libraries have no native parts (archives on Maven Central, 2026)."""
_NOT_SHIPPED: Final = frozenset({"import", "provided", "test"})
_BUILDER: Final = re.compile(
    r"\bProcessBuilder\(\s{0,9}(?:(?:Arrays\.asList|List\.of|listOf)\(\s{0,9})?(?:" + STRING + r")?"
)
_EXEC: Final = re.compile(r"\bgetRuntime\(\)\.exec\(\s{0,9}(?:" + STRING + r")?")
_LOAD: Final = re.compile(r"\bSystem\.loadLibrary\(\s{0,9}\"([\w-]{1,100})\"")
_TOOLS: Final = re.compile(r"\bToolProvider\b|\bcom\.sun\.tools\.")


def read_source(text: str, lines: list[str]) -> FileFacts:
    """What it starts and loads."""
    found: list[Found] = []
    gaps: list[tuple[int, str]] = []
    for line, match in (*matches(lines, _BUILDER), *matches(lines, _EXEC)):
        words = (match["text"] or "").split()
        if words:
            found += program(words[0], line, lines, Confidence.HIGH)
        else:
            gaps.append((line, "the program that it starts is computed"))
    for line, match in matches(lines, _LOAD):
        found.append(
            Found(NeedKind.LIBRARY, f"lib{match[1]}.so", line, line_at(lines, line), Confidence.MEDIUM)
        )
    for line, _ in matches(lines, _TOOLS):
        gaps.append((line, "it may call the compiler, which a run-time has not"))
    return FileFacts(Language.JVM, certain(found), gaps=tuple(gaps[:20]))


def read_build(name: str, lines: list[str]) -> FileFacts:
    """``pom.xml`` and ``build.gradle``: no entity of XML is expanded, no script run."""
    pattern = _MAVEN if name == "pom.xml" else _GRADLE
    best: tuple[int, int] = (0, 0)
    for number, match in matches(lines, pattern):
        best = max(best, (int(match[1]), -number))
    gaps = tuple((_of_maven if name == "pom.xml" else _of_gradle)(lines))[:20]
    if not 5 <= best[0] <= _NEWEST:
        return FileFacts(Language.MANIFEST, gaps=gaps)
    line = -best[1]
    need = Found(NeedKind.INTERPRETER, "java", line, line_at(lines, line), version=str(best[0]))
    return FileFacts(Language.MANIFEST, (need,), gaps=gaps)


def _of_maven(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Libraries of other groups than those that are known."""
    start, said = 0, dict[str, str]()
    for number, line in enumerate(lines[:_MOST_LINES], 1):
        if "<dependency>" in line:
            start, said = number, {}
        if start:
            for match in _DEPENDENCY.finditer(line[:2_000]):
                said.setdefault(match[1], match[2])
        if start and "</dependency>" in line:
            group, name = said.get("groupId", ""), said.get("artifactId", "")
            if said.get("scope") not in _NOT_SHIPPED and not group.startswith(_PURE):
                yield start, _unknown(f"{group}:{name}")
            start = 0


def _of_gradle(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, match in matches(lines, _COORDINATES):
        if not match[1].startswith(_PURE):
            yield number, _unknown(f"{match[1]}:{match[2]}")
    for number, match in matches(lines, _OTHER):
        yield number, _unknown(match[1])


def _unknown(library: str) -> str:
    return f"whether {library} has native parts, or starts programs, is not known"
