"""RUN: its flags, and the script that the shell gets."""

from __future__ import annotations

from layerlint.dockerfile.flags import Flags, check_flags
from layerlint.dockerfile.gostrings import quote
from layerlint.dockerfile.heredocs import chomped, opening
from layerlint.dockerfile.instructions import Mount, Run
from layerlint.dockerfile.mounts import device_problems, parse_mount
from layerlint.dockerfile.syntax import Heredoc, Node, Problem, SourceMap

NETWORKS = ("default", "host", "none")
SECURITIES = ("insecure", "sandbox")


def parse_run(node: Node, problems: list[Problem]) -> Run | None:
    """``RUN``; what BuildKit refuses is added to ``problems``, in its order."""
    known = len(problems)
    problems.extend(check_flags(node))
    flags = Flags(node.flags)
    if len(problems) > known:
        return None
    problems.extend(device_problems(flags.all("device")))
    mounts: list[Mount] = []
    for flag in flags.all("mount"):
        mount, found = parse_mount(flag)
        problems.extend(found)
        if mount is not None:
            mounts.append(mount)
    network = flags.get("network")
    if network is not None and network.value not in NETWORKS:
        problems.append(Problem(f"invalid network mode {quote(network.value or '')}", network.value_span))
    security = flags.get("security")
    if security is not None and security.value not in SECURITIES:
        message = f"security {quote(security.value or '')} is not valid"
        problems.append(Problem(message, security.value_span))
    script, script_map = ("", SourceMap((0,), (node.keyword_span.end,))) if node.json else _script(node)
    return Run(
        node,
        tuple(mounts),
        flags.text("network"),
        flags.text("security"),
        node.args if node.json else None,
        script,
        script_map,
    )


def _script(node: Node) -> tuple[str, SourceMap]:
    """The shell form's text: with here-documents put back, or the body of one that stands alone."""
    start, command = node.rest, node.args[0].value if node.args else ""
    if node.heredocs and opening(command) is not None:
        return heredoc_script(node.heredocs[0])
    joined = node.map.behind(start)
    starts, origins = list(joined.starts), list(joined.origins)
    text = [command]
    size = len(command)
    for heredoc in node.heredocs:
        body = size + 1
        end = body + len(heredoc.content)
        starts += [size, body, end]
        # The newline is the one in front of the body.
        origins += [max(heredoc.span.start - 1, 0), heredoc.span.start, heredoc.terminator_span.start]
        text.append(f"\n{heredoc.content}{heredoc.name}")
        size = end + len(heredoc.name)
    return "".join(text), SourceMap(tuple(starts), tuple(origins))


def heredoc_script(heredoc: Heredoc) -> tuple[str, SourceMap]:
    """The body as a shell gets it, and where it stands."""
    start = heredoc.span.start
    if not heredoc.chomp:
        return heredoc.content, SourceMap((0,), (start,))
    starts, origins = [0], [start]
    size, origin = 0, start
    for line in heredoc.content.split("\n"):
        kept = len(line.lstrip("\t"))
        starts.append(size)
        origins.append(origin + len(line) - kept)
        size += kept + 1
        origin += len(line) + 1
    return chomped(heredoc.content), SourceMap(tuple(starts), tuple(origins))
