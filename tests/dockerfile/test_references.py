"""Names of images and platforms; the expected answers are those of the Go libraries' own documentation."""

from __future__ import annotations

import pytest

from layerlint.dockerfile.references import platform_error, reference_error

HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    "name",
    [
        "alpine",
        "alpine:3.20",
        "library/alpine",
        "registry.example/a/b-c__d.e:Tag_1.x-y",
        "registry.example:5000/a",
        "localhost/a",
        "LOCALHOST:5000/a",
        "Upper/a",  # a first part in upper case is a registry
        "[2001:db8::1]:5000/a",
        f"a@sha256:{HEX * 4}",
        f"a:tag@sha512:{HEX * 8}",
        "a--b",
        "0" * 63,
    ],
)
def test_is_a_reference(name: str) -> None:
    assert reference_error(name) is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a:b:c", "invalid reference format"),
        ("a:", "invalid reference format"),
        ("a@", "invalid reference format"),
        (":tag", "invalid reference format"),
        ("a b", "invalid reference format"),
        ("-a", "invalid reference format"),
        ("a_.b", "invalid reference format"),
        ("a//b", "invalid reference format"),
        ("registry.example:port/a", "invalid reference format"),
        (f"a:{'t' * 129}", "invalid reference format"),
        ("a@sha256:abc", "invalid reference format"),
        ("Alpine", "invalid reference format: repository name (library/Alpine) must be lowercase"),
        ("a/B", "invalid reference format: repository name (a/B) must be lowercase"),
        (f"a@sha256:{HEX * 3}", "invalid checksum digest length"),
        (f"a@md5:{HEX * 2}", "unsupported digest algorithm"),
        (HEX * 4, f"invalid repository name ({HEX * 4}), cannot specify 64-byte hexadecimal strings"),
        (f"registry.example/{'a' * 256}", "repository name must not be more than 255 characters"),
    ],
)
def test_is_no_reference(name: str, message: str) -> None:
    assert reference_error(name) == message


@pytest.mark.parametrize(
    "text",
    ["linux", "amd64", "X86_64", "linux/amd64", "linux/arm/v7", "any/thing", "windows(10.0.17763)/amd64"],
)
def test_is_a_platform(text: str) -> None:
    assert platform_error(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a/b/c/d", '"a/b/c/d": cannot parse platform specifier: invalid argument'),
        ("lunix", '"lunix": unknown operating system or architecture: invalid argument'),
        ("linux/*", '"linux/*": wildcards not yet supported: invalid argument'),
        ("linux/", '"" is an invalid component of "linux/": invalid argument'),
        ("linux/a b", '"a b" is an invalid component of "linux/a b": invalid argument'),
        ("", '"" is an invalid component of "": invalid argument'),
    ],
)
def test_is_no_platform(text: str, message: str) -> None:
    assert platform_error(text) == message
