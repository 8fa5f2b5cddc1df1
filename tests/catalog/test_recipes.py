from __future__ import annotations

import json
import os
import re
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog import bases as snapshots
from layerlint.catalog import recipes, tags
from layerlint.catalog.packages import open_index
from layerlint.catalog.snapshot.recipes import faults, page
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.execution import bases
from tests.shared import CHECKOUT

FILES = recipes.documents()

SAMPLES = {
    "any": ("x86_64",), "date": ("20260101",), "release": ("3.9", "3.20"), "suite": ("stretch", "bookworm", "bionic"),
    "version": ("1", "3.9", "8.0.1", "40"), "word": ("8", "11"),
}  # fmt: skip


def expansions(pattern: str) -> set[str]:
    """Tags of the pattern: with and without what may be left out, a few values of each placeholder."""
    found = set()
    for kept in (pattern.replace("[", "").replace("]", ""), re.sub(r"\[[^\]]*\]", "", pattern)):
        names = re.findall(r"\{([a-z]+)\}", kept)
        for values in product(*(SAMPLES[name] for name in names)):
            tag = kept
            for value in values:
                tag = re.sub(r"\{[a-z]+\}", value, tag, count=1)
            found.add(tag)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_no_faults(name: str) -> None:
    assert faults(FILES[name]) == []


def test_a_wheel_keeps_the_order_of_keys() -> None:
    """Of a table the first key that fits is taken."""
    assert json.dumps(json.loads(recipes.compile_folder())) == json.dumps(FILES)


def test_every_fault_of_a_file_is_told() -> None:
    document = {
        "repositories": ["Not A Repository"], "date": "yesterday", "within": "much", "colour": "red",
        "variants": [
            {"tags": ["{version", "{year}"], "from": "debian:{suite}", "adds": {"usr": "many"}, "install": "git"},
            {"tags": ["{any}"], "like": "debian:sid", "assumed": "perhaps"},
            {"tags": []},
        ],
    }  # fmt: skip
    text = "\n".join(faults(document))
    for word in (
        "source is missing", "Not A Repository", "yesterday", "colour", "much", "{version", "{year}", "{suite}",
        "usr is not absolute", "many", "install must be a list", "needs a size", "no tags", "neither from",
        "assumed must",
    ):  # fmt: skip
        assert word in text, word


def test_a_repository_has_one_file() -> None:
    names = [name for file in FILES.values() for name in file["repositories"]]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", FILES)
def test_every_image_stands_on_one_that_is_known(name: str) -> None:
    """Through recipes alone: what they come to as files is tried on a few below."""
    file = FILES[name]
    reached = 0
    repositories = sorted({name for pattern in file["repositories"][:12] for name in expansions(pattern)})
    for variant in file["variants"]:
        for tag in sorted({tag for pattern in variant["tags"] for tag in expansions(pattern)}):
            for repository in repositories:
                recipe = recipes.find(f"{repository}:{tag}")
                if recipe is None:
                    continue
                reached += 1
                for below in filter(None, (recipe.base, recipe.like)):
                    assert snapshots.find(below) or recipes.find(below), f"{recipe.reference} on {below}"
    assert reached


@pytest.mark.parametrize(
    ("reference", "base"),
    [
        ("python", "buildpack-deps:trixie"),
        ("python:3.12", "buildpack-deps:trixie"),
        ("python:3.12.4", "buildpack-deps:bookworm"),
        ("python:3.6", "buildpack-deps:bullseye"),
        ("python:3.6.1", "buildpack-deps:jessie"),
        ("python:3.12-slim-bookworm", "debian:bookworm-slim"),
        ("python:3.9-alpine3.14", "alpine:3.14"),
        ("library/python:2.7-slim", "debian:buster-slim"),
        ("arm32v7/python:3.5.6-slim-stretch", "debian:stretch-slim"),
        ("node:lts-alpine", "alpine:3.24"),
        ("node:carbon", "buildpack-deps:buster"),
        ("node:8.9-slim@sha256:00", "debian:jessie-slim"),
        ("golang:1.13-alpine", "alpine:3.11"),
        ("openjdk:8u181-jre", "buildpack-deps:stretch-curl"),
        ("buildpack-deps:xenial-scm", "buildpack-deps:xenial-curl"),
        ("buildpack-deps:14.04-curl", "ubuntu:trusty"),
        ("nvidia/cuda:9.0-cudnn7-devel-ubuntu16.04", "ubuntu:16.04"),
        ("docker.io/library/php:7.3-fpm-alpine", "alpine:3.15"),
        ("daocloud.io/php:7.3-fpm-alpine", "alpine:3.15"),
        ("public.ecr.aws/docker/library/python:3.12-slim-bookworm", "debian:bookworm-slim"),
        ("armhf/python:3.5.6-slim-stretch", "debian:stretch-slim"),
        ("balenalib/raspberry-pi-debian:buster-build", "debian:buster"),
        ("resin/raspberrypi3-node", "debian:jessie"),
        ("phusion/passenger-ruby21:0.9.15", "phusion/baseimage:0.9.16"),
        ("circleci/python:3.6.1-browsers", "python:3.6.1"),
        ("golang:onbuild", "golang:1.8"),
        ("node:4.4.1-onbuild", "node:4.4.1"),
    ],
)  # fmt: skip
def test_what_an_image_stands_on(reference: str, base: str) -> None:
    recipe = recipes.find(reference)
    assert recipe is not None
    assert recipe.base == base


@pytest.mark.parametrize(
    "reference",
    [
        "", ":", "@", "python@sha256:00", "me/python", "google/nodejs:onbuild", "node:8-slim-onbuild",
        "python:%%TAG%%", "python:" + "1" * 200, "../etc:latest", "debian:SUITE",
        "balenalib/debian", "someone/passenger-ruby21", "resin/../x-debian", "mirror.gcr.io/me/python",
    ],
)  # fmt: skip
def test_what_no_file_is_for(reference: str) -> None:
    assert recipes.find(reference) is None or reference == "python:"


@given(st.text(max_size=200))
def test_no_tag_fails_or_is_slow(tag: str) -> None:
    started = time.process_time()
    for file in FILES.values():
        recipes.find(f"{min(expansions(file['repositories'][0]))}:{tag}")
    assert time.process_time() - started < 5


def test_a_table_takes_the_last_key_that_is_not_above() -> None:
    table = tags.Table((("3.6.0", "jessie"), ("3.6.9", "buster"), ("3.10", "bookworm"), ("edge", "sid")))
    assert table.pick({"version": "3.6.1"}) == "jessie"
    assert table.pick({"version": "3.6"}) == "buster"
    assert table.pick({"version": "3.9.2"}) == "buster"
    assert table.pick({"version": "3"}) == "bookworm"
    assert table.pick({}) == "bookworm"
    assert table.pick({"version": "2.7"}) is None
    assert table.pick({"version": "2.7", "suite": "edge"}) == "sid"
    assert tags.Table((("4", "a"), ("*", "b"))).pick({"version": "3"}) == "b"
    assert tags.Table((("debian", "a"), ("*", "b"))).pick(tags.with_distribution({"suite": "buster"})) == "b"
    assert tags.Table((("debian", "a"), ("*", "b"))).pick({"name": "debian"}) == "a"


# ------------------------------------------------------------------- as file systems

MEASURED = [
    # docker history of published images, summed by layer (reports of 2022 and 2023), and docker-library's repo-info.
    # Those of node, golang on Alpine and python on bookworm gave the figures of /usr/local; the others check them.
    ("buildpack-deps:bookworm", 928_851_000),
    ("buildpack-deps:bullseye", 803_926_000),
    ("python:3.12-slim-bookworm", 124_300_000),
    ("python:3.12-slim-trixie", 119_420_000),
    ("node:22-bookworm-slim", 227_340_000),
    ("buildpack-deps:focal", 728_580_000),
    ("golang:1.16-bullseye", 937_000_000),
    ("ubuntu:24.04", 78_050_118),
    ("alpine:3.20", 7_792_915),
    ("php:7.2.5-zts-alpine3.6", 63_590_000),
    ("golang:1.8.2-alpine", 256_800_000),
    ("node:18-bullseye-slim", 240_450_000),
]


@pytest.mark.parametrize(("reference", "truth"), MEASURED, ids=[reference for reference, _ in MEASURED])
def test_size_is_that_of_the_published_image(reference: str, truth: int) -> None:
    image = bases.find(reference)
    assert image is not None
    assert abs(image.size.likely / truth - 1) < 0.12, image.size
    assert image.size.high is not None


def test_an_image_of_debian_knows_its_packages() -> None:
    image = bases.find("python:3.12-bookworm")
    assert image is not None
    assert image.index == "bookworm"
    index = open_index(image.index)
    assert index is not None
    assert {"git", "gcc", "libssl-dev", "curl", "tk-dev"} <= image.packages.keys()
    assert all(index.get(name) for name in image.packages)
    assert image.packages["git"].automatic is False
    assert image.index_exact
    assert image.files_known
    assert image.environment["PYTHON_VERSION"] is UNKNOWN
    assert image.end_of_life == "2028-10-31"
    assert (image.distribution, image.release, image.libc) == ("debian", "bookworm", "glibc")
    exact = bases.find("python:3.12.4-bookworm")
    assert exact is not None
    assert exact.environment["PYTHON_VERSION"] == "3.12.4"


def test_an_image_of_another_release_says_so() -> None:
    image = bases.find("ubuntu:16.04")
    assert image is not None
    assert (image.index, image.index_exact) == ("bullseye", False)
    assert (image.distribution, image.release) == ("ubuntu", "xenial")
    assert image.size.likely == 126_000_000
    assert image.filesystem.packaged
    assert image.end_of_life == "2021-04-02"


@pytest.mark.parametrize(
    ("reference", "assumed"),
    [
        ("tiangolo/uwsgi-nginx", "debian:buster"),
        ("frolvlad/alpine-python3", "alpine:3.8"),
        ("grafana/grafana:10.0", "alpine:3.12"),
        ("jboss/wildfly", "centos"),
        ("rocker/r-ver:4.1", "ubuntu:20.04"),
        ("ghost:5", "node:18-slim"),
        # The tag, or the name, says on what it stands; or it was looked up.
        ("rocker/r-base", None),
        ("ghost:0.7.3", None),
        ("lsiobase/alpine:3.12", None),
        ("nodesource/trusty", None),
        ("public.ecr.aws/ubuntu/ubuntu:22.04", None),
        ("balenalib/raspberry-pi-debian:buster-run", None),
        ("marketplace.gcr.io/google/debian12", None),
        ("python:3.12", None),
    ],
)
def test_what_an_image_is_taken_for(reference: str, assumed: str | None) -> None:
    image = bases.find(reference)
    assert image is not None
    assert image.assumed == assumed
    if assumed is not None:
        assert not image.index_exact
        assert not image.environment_complete
        assert image.end_of_life is None


def test_an_image_that_is_assumed_is_no_surer_than_what_it_is_taken_for() -> None:
    like = bases.find("debian:bookworm")
    image = bases.find("google/dart")
    assert image is not None
    assert like is not None
    assert image.assumed == "debian:bookworm"
    assert like.index_exact
    assert image.size.high is not None
    assert image.size.high - image.size.low > (like.size.high or 0) - like.size.low + 0.5 * like.size.likely
    assert image.size.likely > like.size.likely + 300_000_000
    assert image.filesystem.presence("/anywhere/at-all") is Truth.MAYBE
    assert like.filesystem.presence("/anywhere/at-all") is Truth.NO


def test_an_image_on_one_that_is_assumed_is_assumed() -> None:
    image = bases.find("sharelatex/sharelatex")
    assert image is not None
    assert image.assumed == "phusion/baseimage:0.11"


def test_an_image_of_which_only_the_size_is_known() -> None:
    image = bases.find("fedora:31")
    assert image is not None
    assert not image.files_known
    assert image.manager == "dnf"
    assert image.size.likely == 197_000_000
    assert image.environment == {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def test_what_an_image_sets() -> None:
    static = bases.find("gcr.io/distroless/static:nonroot")
    golang = bases.find("golang:1.13-alpine")
    assert static is not None
    assert golang is not None
    assert (static.user, static.workdir) == ("65532", "/home/nonroot")
    assert (golang.workdir, golang.environment["GOPATH"], golang.libc, golang.manager) == ("/go", "/go", "musl", "apk")


def test_the_page_of_base_images() -> None:
    path = CHECKOUT / "docs" / "base-images.md"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        path.write_text(page(), encoding="utf-8")
        return
    assert path.read_text(encoding="utf-8") == page()
