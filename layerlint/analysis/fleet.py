"""Several images side by side: what a registry or a host keeps once for all of them, and what each adds."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.analysis.attribution import attribute
from layerlint.analysis.duplicates import across
from layerlint.analysis.inside import instruction
from layerlint.images.model import Image, ImageLayer
from layerlint.report import FleetImage, FleetLayer, FleetReport


def fleet(images: Sequence[Image]) -> FleetReport:
    """Layers are the same if their diff IDs are: the SHA-256 of their tars."""
    stored: dict[str, ImageLayer] = {}
    holders: dict[str, list[int]] = {}
    instructions: dict[str, str] = {}
    for position, image in enumerate(images):
        for layer, source in zip(image.layers, attribute(image, None).layers, strict=True):
            stored.setdefault(layer.diff_id, layer)
            instructions.setdefault(layer.diff_id, instruction(source))
            having = holders.setdefault(layer.diff_id, [])
            if position not in having:
                having.append(position)
    sizes = {diff_id: layer.layer.bytes.likely for diff_id, layer in stored.items()}
    order = list(stored)
    duplicates = tuple(
        record
        for record in across(tuple(stored.values()))
        if len({each for _, layer in record.copies for each in holders[order[layer]]}) > 1
        and len({layer for _, layer in record.copies}) > 1
    )
    return FleetReport(
        tuple(_image(image, sizes, holders) for image in images),
        tuple(
            FleetLayer(diff_id, size, tuple(holders[diff_id]), instructions[diff_id])
            for diff_id, size in sizes.items()
        ),
        sum(layer.layer.bytes.likely for image in images for layer in image.layers),
        sum(sizes.values()),
        duplicates,
        sum(record.wasted for record in duplicates),
        tuple(note for image in images for note in image.notes),
    )


def _image(image: Image, sizes: dict[str, int], holders: dict[str, list[int]]) -> FleetImage:
    layers = tuple(layer.diff_id for layer in image.layers)
    whole = sum(sizes[diff_id] for diff_id in layers)
    unique = sum(sizes[diff_id] for diff_id in dict.fromkeys(layers) if len(holders[diff_id]) == 1)
    return FleetImage(image.reference, image.form, image.id, whole, unique, whole - unique, layers)
