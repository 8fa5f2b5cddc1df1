"""An image that was built: its configuration, and its layers as `filesystem.layer.Layer`.

Every size is exact.  The inode of a file whose data a lower layer held too (at the same path, or under a
name that this layer removes) has it as ``origin``, so that `account` tells a change of metadata and a move
from an overwriting, as it does for a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlint._dataclass import dataclass, field
from layerlint.filesystem.layer import Layer


@dataclass(frozen=True, slots=True)
class History:
    """One row of an image's history: an instruction, as the builder wrote it down."""

    created_by: str
    comment: str
    empty_layer: bool


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What a container of the image starts with (OCI image-spec ``config.md``)."""

    architecture: str
    os: str
    variant: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    workdir: str = ""
    shell: tuple[str, ...] = ()
    """Of SHELL (a Docker extension); empty where it is not set."""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    on_build: tuple[str, ...] = ()
    history: tuple[History, ...] = ()
    created: str = ""
    """RFC 3339, as it is written."""


@dataclass(frozen=True, slots=True)
class ImageLayer:
    """One layer of an image, lowest first."""

    diff_id: str
    """``sha256:…`` of the tar."""
    digest: str
    """``sha256:…`` of the blob as it is kept; ``diff_id`` where it is kept as a plain tar."""
    media_type: str
    blob_bytes: int
    """As it is kept: what is pulled, where it is compressed."""
    tar_bytes: int
    entries: int
    """Of the tar, with directories and whiteouts."""
    history: History | None
    """The row that made it; None where the image has no history."""
    layer: Layer
    """``index`` numbers the layers of the image from 0; the whole image stands on `FileSystem.scratch`."""
    digests: Mapping[str, str]
    """Path to ``sha256:…`` of the data, of every regular file of more than no bytes; not of sparse files, and
    where not all were asked for, not of all whose size no other file has."""


@dataclass(frozen=True, slots=True)
class Image:
    reference: str
    """As the user gave it."""
    form: str
    """``docker-archive``, ``oci-archive``, ``oci``, ``registry``, ``docker``, ``podman``, ``containers-storage`` …"""
    name: str
    """A name that the image has where it is kept (``app:1.2``); empty without one."""
    id: str
    """``sha256:…`` of its configuration."""
    platform: str
    """``linux/amd64``."""
    config: ImageConfig
    layers: tuple[ImageLayer, ...]
    notes: tuple[str, ...] = ()
