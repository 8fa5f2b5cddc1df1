"""One Dockerfile on which every rule has something to say, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.report import FileReport, Severity
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.shellcheck.program import real

DOCKERFILE = """\
# check=experimental=all
# anything
LABEL in=front
FROM debian:bookworm-slim AS unused
FROM debian:bullseye AS old
RUN useradd -u 1000720000 app && sudo service app start
RUN cd /usr/src && make
FROM example.org/a AS tagless
FROM debian:bookworm-slim AS main
COPY --from=old /usr/src /usr/src
COPY --from=busybox /bin/busybox /bin/
RUN rm /etc/apt/apt.conf.d/docker-clean
RUN apt-get update
RUN apt-get install -y git
RUN apt-get install less
COPY . /app
RUN pip install flask
RUN apk add less && mkdir -p /var/cache/apk && head -c 1M /dev/zero > /var/cache/apk/index
RUN yum install git && dnf install git && zypper install git
RUN zypper dup -y && ln -sf bash /bin/sh && apt list
RUN npm install typescript && yarn add lodash && gem install rake && go install a.b/c@latest
RUN curl -O https://example.org/a && wget -O- https://example.org/b | tar -x
COPY web /web
RUN head -c 1M /dev/urandom > /usr/bin/tar
RUN apt-get install -y gcc libc6-dev
RUN mkdir -p /root/.ccache /root/.npm/_cacache && head -c 1M /dev/urandom > /root/.ccache/a
RUN head -c 1M /dev/urandom > /root/.npm/_cacache/a
RUN head -c 2M /dev/urandom > /tmp/a && head -c 2M /dev/urandom > /usr/share/doc/a
RUN cp /app/c.bin /app/d.bin && cp /tmp/a /var/tmp/a
RUN head -c 1M /dev/urandom > /one && ln /one /two
RUN chmod 700 /one
RUN git clone https://bot:Tq7vKm2Zr9@git.example.org/a.git /clone
COPY <<EOF /js/package.json
{"name": "a", "version": "1.0.0", "devDependencies": {"webpack": "^5.0.0"}}
EOF
RUN cd /js && npm install
COPY <<EOF /root/.netrc
machine git.example.org login bot password Tq7-vKm2-Zr
EOF
RUN rm /root/.netrc
RUN tar -xf /app/a.tar -C /srv
RUN chmod 600 /app/a.tar
RUN mv /app/b.bin /srv/b.bin
RUN echo more >> /app/c.bin
RUN rm /srv/b.bin && rm -rf /usr/share/zoneinfo
RUN truncate -s 600M /disk.img
RUN cd /srv; true
RUN curl -k --tlsv1.0 http://example.org/x.sh | sh && wget -q --no-check-certificate https://example.org/y -O /y
RUN pip install --trusted-host a.b pip && npm config set strict-ssl false && git -c http.sslVerify=false clone c@d:e
RUN yum install --nogpgcheck --setopt=sslverify=0 openssl=3.0.1 && rpm -i --nosignature f && apk add --allow-untrusted f
RUN apt-get install -y --allow-unauthenticated --force-yes openssh-server sudo && ssh -o StrictHostKeyChecking=no g
RUN mkdir -p /etc/yum.repos.d && printf 'gpgcheck=0\\nsslverify=0\\n' > /etc/yum.repos.d/a.repo
RUN curl -sLo /h.asc https://example.org/h.asc; hg --insecure pull; gpg --verify h.asc && apt-key add h.asc
RUN curl -o /h https://example.org/h && md5sum -c h.md5 && apk add a && apk add b
RUN echo StrictHostKeyChecking no > /etc/ssh/ssh_config
ARG TOKEN
RUN echo "$SUM h" | sha256sum -c - && ./configure && chmod 666 /h && chmod 777 /srv && chmod u+s /bin/ls
RUN useradd -o -u 0 toor && passwd -d toor && echo toor:mango | chpasswd && echo $TOKEN > /token
RUN apt-get upgrade -y && apt-get dist-upgrade -y && apk add gcc make && apk del gcc make
RUN mkdir -p /usr/src/i && head -c 2M /dev/urandom > /usr/src/i/i.c
COPY --chown=65534 --chmod=755 a.tar /srv/program
ADD https://example.org/j /j
ENV PYTHONHTTPSVERIFY=0 NODE_TLS_REJECT_UNAUTHORIZED=0 NPM_CONFIG_STRICT_SSL=false GIT_SSL_NO_VERIFY=1
ENV PIP_TRUSTED_HOST=a.b GOSUMDB=off DOCKER_CONTENT_TRUST=0 FLASK_DEBUG=1 DEBIAN_FRONTEND=noninteractive
ENV PATH=/opt/bin
EXPOSE 22 5900
VOLUME /var/run/docker.sock
COPY --from=later /a /b
COPY absent /
WORKDIR app
ENV SECRET mango
label a=$b
MAINTAINER somebody
CMD true
CMD true \\

    false
RNU true
# layerlint: ignore[large-layer] nothing is large here
# layerlint: ignore[no-such-rule] nothing has this name
ARG GIT_COMMIT
RUN apt-get install -y make git curl bison
ENV A = 1
ENV B=1 C=$B
RUN export D=1
RUN --network=host --security=insecure --mount=type=secret,id=s,mode=444,target=/LONG true
VOLUME ['/a']
WORKDIR /proc/a b
ENTRYPOINT ["a", "|", "b"]
ENTRYPOINT ["a"]
HEALTHCHECK NONE
HEALTHCHECK NONE
# TODO: labels
LABEL Bad=1 maintainer= email=a org.opencontainers.image.created=a org.opencontainers.image.licenses=a \\
  org.opencontainers.image.source=a org.label-schema.version=a org.label-schema.vcs-ref=a
ONBUILD FROM a
EXPOSE 70000
COPY ../a.tar b /c
ADD a /n/
ADD b /n/
COPY --from=main a /a
COPY --from=tagless / /
COPY --from=example.org/a:latest /a /a
COPY --from=example.org/a:1@sha256:DIGEST /a /a
LAYERS
# hadolint ignore=DL3014
USER root
FROM scratch As later
FROM scratch AS Later
USER app
FROM --platform=linux/amd64 scratch${nothing} AS context
FROM --platform=$TARGETPLATFORM scratch:$none AS ports
EXPOSE 8080:80/TCP
COPY a b
"""
DOCKERFILE = (
    DOCKERFILE.replace("DIGEST", "0" * 64)
    .replace("LAYERS", "\n".join(f"RUN touch /{number}" for number in range(30)))
    .replace("LONG", "long/" * 20)
)
BASES = ("eclipse-temurin:21", "golang:1.22", "maven:3.9", "python:3.12")
"""Of the rules about what a program stands on each fires on one base alone."""
PROGRAM = """\
FROM python:3.12-slim
COPY . /app
RUN pip install --no-cache-dir -r /app/requirements.txt
CMD ["python", "/app/app.py"]
"""
SOURCES = {
    "app.py": "import subprocess\n\nimport flask\n\nsubprocess.run(['git', flask.__name__], check=True)\n",
    "requirements.txt": "flask\nbeautifulsoup4\n",
}
"""Of the rules that read the program's sources."""
SIZES = {
    "a.tar": 100_000,
    "b.bin": 200_000,
    "c.bin": 300_000,
    ".git/pack": 400_000,
    "web/node_modules/a": 70_000,
    "tests/a": 80_000,
}


def _report(
    folder: Path, ignored: str | None = None, target: str | None = "main", text: str = DOCKERFILE
) -> FileReport:
    for name, size in SIZES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    if ignored is not None:
        (folder / ".dockerignore").write_text(ignored)
    known = load_bundled(CHECKS)
    # Rules that are off by default are on here.
    active = RuleSet(
        tuple(
            replace(rule, severity=Severity.INFO) if rule.severity is Severity.OFF else rule for rule in known
        )
    )
    settings = Settings(target=target, shellcheck=real())
    return lint(SourceFile("Dockerfile", text), folder, settings, known, active)


def test_every_rule_fires(tmp_path: Path) -> None:
    fired = {finding.rule for finding in _report(tmp_path).findings}
    # One rule asks for an ignore file, another is about one.
    assert "no-dockerignore" in fired
    # The target has a command.
    fired |= {finding.rule for finding in _report(tmp_path, target="later").findings}
    fired |= {finding.rule for finding in _report(tmp_path, ignored="absent\n").findings}
    known = load_bundled(CHECKS)
    for base in BASES:
        text = f'FROM {base}\nCMD ["app", "start"]\n'
        fired |= {
            finding.rule
            for finding in lint(SourceFile("Dockerfile", text), None, Settings(), known, known).findings
        }
    program = tmp_path / "program"
    program.mkdir()
    for name, source in SOURCES.items():
        (program / name).write_text(source)
    fired |= {finding.rule for finding in _report(program, text=PROGRAM, target=None).findings}
    # And one about an image that does not run as root.
    user = DOCKERFILE.replace("USER root", "USER 65534")
    fired |= {finding.rule for finding in _report(tmp_path, text=user).findings}
    assert sorted(rule.name for rule in load_bundled(CHECKS) if rule.name not in fired) == []


def test_no_finding_is_made_twice(tmp_path: Path) -> None:
    findings = _report(tmp_path).findings
    keys = [(finding.rule, finding.place) for finding in findings]
    assert len(keys) == len(set(keys))


def test_a_finding_about_bytes_carries_them(tmp_path: Path) -> None:
    """Whoever shows an amount in the message has it as data too."""
    rules = {rule.name: rule for rule in load_bundled(CHECKS)}
    for finding in _report(tmp_path).findings:
        if "bytes" in rules[finding.rule].message.fields:
            assert finding.bytes is not None, finding.message
            assert finding.bytes.likely > 0, finding.message
