"""Credentials by their form: what is one, what is none, and that none is shown.

Every value here was made up, with the right checksum where its form has one.
"""

from __future__ import annotations

import time
from zlib import crc32

import pytest

from layerlint.domain.credentials import find_credentials, redact, redact_all

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM = "Rk7mQ2xVb9LtZc4WnYh8PdGs5JfAu3EoXi6UwNyKqHrCzMvTgBjDpSaFl1Qe0O"
_HEX = "9f3c71d05be84a26" * 8


def checksummed(prefix: str) -> str:
    body = _RANDOM[:30]
    left, digits = crc32(body.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        digits = _DIGITS[digit] + digits
    return prefix + body + digits


def pem(name: str = "PRIVATE KEY", newline: str = "\n", head: str = "") -> str:
    body = newline.join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" for _ in range(4))
    return f"-----BEGIN {name}-----{newline}{head}{body}{newline}-----END {name}-----"


FORMS = {
    "AKIA" + "J4QZ7MXN2WVL5TRB": "an access key of AWS",
    "aws_secret_access_key = " + _RANDOM[:40]: "a secret key of AWS",
    "AccountKey=" + (_RANDOM * 2)[:86] + "==": "a key of an Azure account",
    "sk-ant-api03-" + (_RANDOM * 2)[:95]: "a token of Anthropic",
    "dckr_pat_" + _RANDOM[:27]: "a token of Docker Hub",
    "dop_v1_" + _HEX[:64]: "a token of DigitalOcean",
    checksummed("ghp_"): "a token of GitHub",
    "github_pat_" + _RANDOM[:22] + "_" + _RANDOM[1:60]: "a token of GitHub",
    "glpat-" + _RANDOM[:20]: "a token of GitLab",
    "AIza" + _RANDOM[:35]: "a key of Google's interfaces",
    "GOCSPX-" + _RANDOM[:28]: "a client secret of Google",
    checksummed("npm_"): "a token of npm",
    "sk-" + _RANDOM[:20] + "T3BlbkFJ" + _RANDOM[20:40]: "a token of OpenAI",
    "pypi-AgEIcHlwaS5vcmc" + (_RANDOM * 2)[:100]: "a token of PyPI",
    "rubygems_" + _HEX[:48]: "a token of RubyGems",
    "SG." + _RANDOM[:22] + "." + _RANDOM[:43]: "a token of SendGrid",
    "shpat_" + _HEX[:32]: "a token of Shopify",
    "xoxb-" + "2847561930-5918273640-" + _RANDOM[:24]: "a token of Slack",
    "https://hooks.slack.com/services/T0" + "7QZ4MXN/B05TRB2WVL/" + _RANDOM[:24]: "an address of a Slack hook",
    "sk_live_" + _RANDOM[:24]: "a live key of Stripe",
    "hvs." + (_RANDOM * 2)[:90]: "a token of Vault",
    "//npm.example.org/:_authToken=" + _RANDOM[:36]: "a token of a package registry",
    "postgres://app:" + "Tq7vKm2Zr9" + "@db/app": "a password in an address",
    pem(): "a private key",
    pem("RSA PRIVATE KEY"): "a private key",
    pem("OPENSSH PRIVATE KEY"): "a private key",
    pem(newline="\\n"): "a private key",
    pem("PGP PRIVATE KEY BLOCK", head="\n"): "a private key",
}


@pytest.mark.parametrize("text", FORMS, ids=list(FORMS.values()))
@pytest.mark.parametrize("around", ["{}", "ENV A={} B=c", 'RUN x --key="{}" && y', "a:\n  b: '{}'\n"])
def test_a_form(text: str, around: str) -> None:
    whole = around.format(text)
    (found,) = find_credentials(whole)
    assert (found.kind, found.sure) == (FORMS[text], True)
    value = whole[found.start : found.end]
    shown = redact(whole)
    assert value not in shown
    assert shown.replace("***", value) == whole


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "xAKIAJ4QZ7MXN2WVL5TRB",
        "AKIAJ4QZ7MXN2WVL5TRBX",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}",
        "ghp_" + "x" * 36,
        "ghp_your_token_here",
        "github_pat_" + "A" * 22 + "_" + "B" * 59,
        "sk_test_" + _RANDOM[:24],
        "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
        "https://user:password@example.org/",
        "https://user:$TOKEN@example.org/",
        "https://$USER:$(cat /run/secrets/t)@example.org/",
        "postgres://postgres:postgres@localhost/db",
        "http://example.org:8080/a@b",
        "-----BEGIN CERTIFICATE-----\n" + "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG\n" * 9 + "-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB\n" * 9 + "-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "openssl genrsa | grep -q 'BEGIN RSA PRIVATE KEY-----'",
        "sha256:" + _HEX[:64],
        "",
    ],
)
def test_no_credential(text: str) -> None:
    assert list(find_credentials(text)) == []
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + _RANDOM[:36],
        pem("ENCRYPTED PRIVATE KEY"),
        pem("RSA PRIVATE KEY", head="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n"),
    ],
    ids=["checksum", "PKCS 8", "PEM"],
)
def test_not_sure(text: str) -> None:
    """A wrong checksum, a key that needs a passphrase: told, and not as sure."""
    (found,) = find_credentials(text)
    assert not found.sure
    assert redact(text) != text


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "-----BEGIN PRIVATE KEY-----" + "A" * 400_000,
        "a://" * 100_000,
        "https://" + "a:" * 200_000,
        "x" * 400_000 + "://",
        ":_auth" + " " * 400_000,
        "aws_secret_access_key" * 20_000,
        "sk-" * 100_000 + "T3BlbkFJ",
        "PuTTY-User-Key-File-2: " * 5_000,
        "xoxb-" * 80_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long(text: str) -> None:
    before = time.process_time()
    redact(text)
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("echo 'root:hunter2' | chpasswd", "echo 'root:***' | chpasswd"),
        ('echo "app:pw"|sudo chpasswd', 'echo "app:***"|sudo chpasswd'),
        ("echo root:$PASSWORD | chpasswd", "echo root:$PASSWORD | chpasswd"),
        ("useradd -m -p pw app", "useradd -m -p *** app"),
        ("sshpass -ppw ssh host", "sshpass -p*** ssh host"),
        ("tool --password=pw --user=app", "tool --password=*** --user=app"),
        ("tool --password pw", "tool --password ***"),
        ("mkdir -p /srv/app", "mkdir -p /srv/app"),
        ("useradd app && mkdir -p /srv", "useradd app && mkdir -p /srv"),
    ],
)
def test_passwords_of_commands_are_not_shown(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_very_many_texts_are_redacted_as_one_by_one() -> None:
    texts = [f"/srv/{number}" for number in range(2500)]
    assert redact_all(texts) == texts
    texts[1700] = f"/srv/{checksummed('ghp_')}"
    assert redact_all(texts) == [redact(text) for text in texts]
    assert texts[1700] not in redact_all(texts)
    # Only together they look like a password that is typed.
    assert redact_all(["x --password", "hunter2hunter2"]) == ["x --password", "hunter2hunter2"]
