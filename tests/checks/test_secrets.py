"""Secrets by content: where they are found, and that no output shows any part of one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from layerlint.cli import main
from layerlint.report import Confidence
from layerlint.reporters import LAYERS_REPORTERS, REPORTERS, STEPS_REPORTERS
from tests.checks.observe import observe, words
from tests.domain.test_credentials import FORMS, checksummed, pem

PASSWORD = "vK8#mQ2x-Lw9"
LOGIN = base64.b64encode(b"bot:" + PASSWORD.encode()).decode()
KUBE = "apiVersion: v1\nkind: Config\nclusters:\n- name: a\nusers:\n- user:\n    token: " + "Rk7mQ2xVb9LtZc4W"
COPY_ALL = "FROM scratch\nCOPY . /app/\n"


def context(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        (".env", f"A=b\nexport API_TOKEN='{PASSWORD}'\n", "the value of a secret variable"),
        (".env.production", f"A_KEY={PASSWORD}\nDB_PASSWORD={PASSWORD}\n", "values of 2 secret variables"),
        (".netrc", f"machine a.example.org\n  login bot\n  password {PASSWORD}\n", "a password of a .netrc file"),
        (".pgpass", f"db:5432:*:app:{PASSWORD}\n", "a password of a database"),
        (".pypirc", f"[pypi]\nusername = a\npassword = {PASSWORD}\n", "a password of a package registry"),
        (".docker/config.json", json.dumps({"auths": {"r": {"auth": LOGIN}}}), "a password of a registry"),
        (".kube/config", KUBE, "a key of a Kubernetes cluster"),
        (".git-credentials", f"https://bot:{PASSWORD.replace('#', '')}@git.example.org\n", "a password in an address"),
        ("deploy.key", pem("OPENSSH PRIVATE KEY"), "a private key"),
        ("src/settings.py", f"TOKEN = '{checksummed('ghp_')}'\n", "a token of GitHub"),
        ("gcloud.json", json.dumps({"private_key": pem()}), "a private key"),
        *((f"{number}.txt", text, kind) for number, (text, kind) in enumerate(FORMS.items())),
    ],
)
def test_a_file_with_a_secret(tmp_path: Path, name: str, data: str, kind: str) -> None:
    folder = context(tmp_path, {name: data, "main.py": "print(1)\n"})
    (seen,) = observe("secret-in-file", COPY_ALL, folder)
    assert (seen.words, seen.confidence) == (".", None)
    assert (seen.values["path"], seen.values["kind"]) == (f"/app/{name}", kind)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".env", "API_TOKEN=\nDB_PASSWORD=changeme\nSECRET=<secret>\nKEY_FILE=/run/secrets/key\nNAME=abc123XYZ9\n"),
        (".env", f"DB_PASSWORD=${{DB_PASSWORD}}\nTOKEN_URL={PASSWORD}\n"),
        (".env.example", f"DB_PASSWORD={PASSWORD}\n"),
        (".netrc", "machine a.example.org login bot password changeme\n"),
        (".docker/config.json", '{"auths": {"r": {}}, "credsStore": "x"}'),
        (".npmrc", "registry=https://npm.example.org/\n//npm.example.org/:_authToken=${NPM_TOKEN}\n"),
        ("id_rsa.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 a@b\n"),
        ("id_rsa", "a public key or nothing\n"),
        ("ca.pem", "-----BEGIN CERTIFICATE-----\n" + "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG\n" * 9),
        ("node_modules/tls/test/key.pem", pem()),
        ("venv/lib/python3.12/site-packages/tls/key.pem", pem()),
        ("big.bin", b"\0" * 2000 + pem().encode()),
        ("big.txt", b"a" * 70_000 + pem().encode()),
    ],
)
def test_a_file_without(tmp_path: Path, name: str, data: str | bytes) -> None:
    assert observe("secret-in-file", COPY_ALL, context(tmp_path, {name: data})) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [("tests/server.key", pem()), ("store.p12", b"0\x82\0\1"), ("key.pem", pem("ENCRYPTED PRIVATE KEY"))],
)
def test_one_that_is_not_sure(tmp_path: Path, name: str, data: str | bytes) -> None:
    (seen,) = observe("secret-in-file", COPY_ALL, context(tmp_path, {name: data}))
    assert seen.confidence is Confidence.MEDIUM


def test_what_does_not_ship_is_no_secret_of_the_image(tmp_path: Path) -> None:
    folder = context(tmp_path, {".env": f"API_TOKEN={PASSWORD}\n"})
    built = "FROM scratch AS build\nCOPY . /app/\nFROM scratch\n"
    assert observe("secret-in-file", built + "COPY --from=build /other /\n", folder) == []
    (seen,) = observe("secret-in-file", built + "COPY --from=build /app/ /srv/\n", folder)
    assert seen.values["path"] == "/srv/.env"


def test_the_source_that_brings_it_is_marked(tmp_path: Path) -> None:
    folder = context(tmp_path, {"main.py": "print(1)", "id_rsa": pem()})
    assert words("secret-in-file", "FROM scratch\nCOPY main.py id_rsa /root/\n", folder) == ["id_rsa"]


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ("id_rsa", ["id_rsa"]),
        ("a .ssh/id_ed25519", [".ssh/id_ed25519"]),
        (".env .env.example", [".env"]),
        (".aws/credentials .kube/config", [".aws/credentials", ".kube/config"]),
        ("id_rsa.pub main.py config.json server.pem", []),
    ],
)
def test_without_a_context_names_tell(sources: str, found: list[str]) -> None:
    seen = observe("secret-in-file", f"FROM scratch\nCOPY {sources} /x/\n")
    assert [case.words for case in seen] == found
    assert {case.confidence for case in seen} <= {Confidence.MEDIUM}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ENV A={}", "ENV"),
        ("LABEL a={}", "LABEL"),
        ("ARG A={}", "ARG"),
        ("RUN curl -H 'X-Key: {}' a", "RUN"),
        ("RUN cat > /a <<EOF\nkey: {}\nEOF", "RUN"),
        ("COPY <<EOF /a\nkey: {}\nEOF", "COPY"),
        ('CMD ["a", "--key={}"]', "CMD"),
        ("# {}", None),
        ("ENV A=b # {}x", None),
    ],
)
def test_a_secret_in_the_text(text: str, found: str | None) -> None:
    token = checksummed("ghp_")
    seen = observe("secret-in-text", "FROM scratch\n" + text.format(token) + "\n")
    assert [case.values["keyword"] for case in seen] == ([] if found is None else [found])
    assert all(case.words == token for case in seen)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("COPY .netrc /root/\nRUN rm /root/.netrc\n", "rm /root/.netrc"),
        ("COPY .netrc /root/\nRUN rm -rf /root\n", "rm -rf /root"),
        ("COPY .netrc main.py /root/\nRUN true\nRUN echo > /root/.netrc\n", "echo > /root/.netrc"),
        ("COPY .netrc /root/\nCOPY main.py /root/.netrc\n", "COPY main.py /root/.netrc"),
        ("COPY .netrc /root/\n", None),
        ("COPY main.py /root/\nRUN rm /root/main.py\n", None),
        ("RUN --mount=type=bind,source=.netrc,target=/root/.netrc rm -f /a\n", None),
    ],
)
def test_a_secret_that_a_later_layer_hides(tmp_path: Path, text: str, command: str | None) -> None:
    folder = context(
        tmp_path, {".netrc": f"machine a login b password {PASSWORD}\n", "main.py": "print(1)\n"}
    )
    seen = observe("secret-removed", "FROM debian:bookworm-slim\n" + text, folder)
    assert [case.values["command"] for case in seen] == ([] if command is None else [command])
    assert all(case.related and case.values["shippers"] == "line 2" for case in seen)


def _texts(folder: Path) -> str:
    """A Dockerfile with a secret wherever one can stand, also where a line is cut."""
    tokens = [text for text, kind in FORMS.items() if "\n" not in text and "key" not in kind]
    lines = ["FROM debian:bookworm-slim", "COPY . /app"]
    lines += [f"RUN echo '{token}' > /x{number}" for number, token in enumerate(tokens)]
    lines += [f"RUN {'true ' * 36}{token}" for token in tokens]
    lines += [f"RUN rm /x{number} || frobnicate {token}" for number, token in enumerate(tokens)]
    lines += [f"ENV A{number}={token}" for number, token in enumerate(tokens)]
    lines += [f"{word} {tokens[7]}" for word in ("LABEL", "FROB", "WORKDIR /a", "USER", "STOPSIGNAL", "CMD x")]
    lines += [f"COPY {tokens[7]} /absent", f"COPY --from={tokens[7]} /a /b", f"ADD {tokens[7]} /c"]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    return "\n".join([*tokens, PASSWORD, LOGIN, pem()])


def test_no_output_shows_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = context(
        tmp_path, {".env": f"API_TOKEN={PASSWORD}\n", "key.pem": pem(), "c/config.json": f'{{"auth": "{LOGIN}"}}'}
    )
    monkeypatch.chdir(folder)
    secrets = _texts(folder)
    # Eight characters of a secret are a part of it; its prefix and the words of a form are not.
    parts = {secrets[at : at + 8] for at in range(len(secrets) - 7)}
    parts = {part for part in parts if sum(map(str.isdigit, part)) >= 2 and "\n" not in part and "-" not in part}
    assert len(parts) > 100
    runs = [["check", "--format", name] for name in REPORTERS] + [["check", "--verbose", "--severity", "all=info"]]
    runs += [["layers", "--changes", "--format", name] for name in LAYERS_REPORTERS]
    lines = ("3", "30")
    runs += [["explain", "Dockerfile", "--line", at, "--format", name] for name in STEPS_REPORTERS for at in lines]
    runs += [["graph", "--format", name] for name in ("text", "json")]
    for arguments in runs:
        main(arguments)
        out = "".join(capfd.readouterr())
        assert [part for part in parts if part in out] == [], arguments
        assert len(out) > 100, arguments
