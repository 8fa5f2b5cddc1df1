"""The configuration of an image: JSON to `ImageConfig` (image-spec ``config.md``, Docker's image spec v1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.images import documents
from layerlint.images.documents import Document
from layerlint.images.errors import ImageError
from layerlint.images.limits import MAX_LAYERS
from layerlint.images.model import History, ImageConfig

_MAX_HISTORY = 10 * MAX_LAYERS


@dataclass(frozen=True, slots=True)
class Configuration:
    config: ImageConfig
    diff_ids: tuple[str, ...]


def read_configuration(data: bytes, name: str) -> Configuration:
    """Raises ImageError where it is not a configuration of an image."""
    document = documents.parse_object(data, name)
    rootfs = document.get("rootfs")
    if not isinstance(rootfs, dict) or not isinstance(rootfs.get("diff_ids"), list):
        raise ImageError(f"{name}: not the configuration of an image (it has no rootfs.diff_ids)")
    diff_ids = documents.texts(rootfs, "diff_ids")
    if len(diff_ids) > MAX_LAYERS:
        raise ImageError(f"{name}: {len(diff_ids)} layers, more than {MAX_LAYERS}")
    run = documents.part(document, "config")
    config = ImageConfig(
        architecture=documents.text(document, "architecture"),
        os=documents.text(document, "os"),
        variant=documents.text(document, "variant"),
        environment=dict(_variables(documents.texts(run, "Env"))),
        user=documents.text(run, "User"),
        workdir=documents.text(run, "WorkingDir"),
        shell=documents.texts(run, "Shell"),
        entrypoint=_command(run, "Entrypoint"),
        cmd=_command(run, "Cmd"),
        labels={
            documents.printable(key): documents.text(documents.part(run, "Labels"), key)
            for key in documents.part(run, "Labels")
        },
        volumes=_keys(run, "Volumes"),
        exposed_ports=_keys(run, "ExposedPorts"),
        on_build=documents.texts(run, "OnBuild"),
        history=tuple(_history(document)),
        created=documents.text(document, "created"),
    )
    return Configuration(config, diff_ids)


def _history(document: Document) -> Iterator[History]:
    for number, row in enumerate(documents.parts(document, "history")):
        if number == _MAX_HISTORY:
            return
        created_by, comment = documents.text(row, "created_by"), documents.text(row, "comment")
        yield History(created_by, comment, row.get("empty_layer") is True)


def _variables(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition("=")
        yield name, value


def _command(run: Document, key: str) -> tuple[str, ...]:
    value = run.get(key)
    return (documents.printable(value),) if isinstance(value, str) else documents.texts(run, key)


def _keys(run: Document, key: str) -> tuple[str, ...]:
    """Sets are objects with empty values; old images have lists."""
    value = run.get(key)
    if isinstance(value, dict):
        return tuple(sorted(documents.printable(name) for name in value))
    return tuple(sorted(documents.texts(run, key)))
