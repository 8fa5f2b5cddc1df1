"""The arguments of ``image`` and ``verify``, and of dive's gates."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
Adder: TypeAlias = Callable[[argparse.ArgumentParser], None]


def add_image(verbs: argparse._SubParsersAction[Parser], add_output: Adder, add_build: Adder) -> None:
    image = verbs.add_parser(
        "image",
        help="look inside an image that was built; several are compared",
        description="Show the layers of an image, what of them is hidden and what is there twice. With the Dockerfile"
        " that it was built of, every byte is told by its line. Several images are compared: what they share.",
    )
    image.add_argument(
        "paths",
        nargs="+",
        metavar="SOURCE",
        help="an archive of docker save, an OCI layout or archive, an image; behind one of them a Dockerfile",
    )
    image.add_argument(
        "--format",
        choices=("github", "html", "json", "markdown", "sarif", "svg", "text"),
        default="text",
        help="default: text; github and sarif tell what is hidden by Dockerfile lines",
    )
    image.add_argument("--changes", action="store_true", help="list every entry of each layer")
    add_gates(image)
    add_output(image)
    add_build(image)

    verify = verbs.add_parser(
        "verify",
        help="hold the forecast of a Dockerfile against the image that was built of it",
        description="Compare the forecast with the image, layer by layer above the base. Exit code 0 if every"
        " layer, and what is hidden, is inside the interval of its forecast.",
    )
    verify.add_argument(
        "paths", nargs=2, metavar="DOCKERFILE SOURCE", help="a Dockerfile, and an image as for `image`"
    )
    verify.add_argument(
        "--format", choices=("json", "markdown", "text"), default="text", help="default: text"
    )
    verify.add_argument(
        "--tolerance",
        type=_percent,
        default=0.0,
        metavar="PERCENT",
        help="take a layer, too, whose likely bytes are off by no more of its actual ones",
    )
    add_output(verify)
    add_build(verify)


def add_gates(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("gates (exit code 1 where one fails)")
    group.add_argument(
        "--gates",
        action="store_true",
        help="hold it to the bounds of .dive-ci in the current directory, else to dive's (0.9, disabled, 0.1)",
    )
    group.add_argument("--dive-ci", type=Path, metavar="FILE", help="to the bounds of this file")
    group.add_argument(
        "--lowest-efficiency", "--lowestEfficiency", metavar="0…1", help="of visible bytes, or as dive counts"
    )
    group.add_argument("--highest-wasted-bytes", "--highestWastedBytes", metavar="SIZE", help="such as 20MB")
    group.add_argument(
        "--highest-user-wasted-percent",
        "--highestUserWastedPercent",
        metavar="0…1",
        help="of the bytes above the base",
    )
    group.add_argument(
        "--gate-figures",
        choices=("dive", "exact"),
        default="dive",
        help="which figures are held to the bounds (default: dive, as in its CI mode)",
    )


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f'a number of percent, not "{text}"')
    return value / 100
