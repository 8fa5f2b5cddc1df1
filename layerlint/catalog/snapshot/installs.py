"""``python -m layerlint.catalog.snapshot.installs WORK FILE``: real installs that footprints are held against.

Installs sets of packages into slim images (from the archives that ``layerlint.catalog.snapshot`` left in
WORK) and writes, for each, what came and the bytes of it: files, control files, and what scripts made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from layerlint.catalog.snapshot.measure import measure, prepare

_EVERYWHERE = (
    "curl ca-certificates",
    "git",
    "gcc libc6-dev make",
    "build-essential",
    "python3 python3-pip python3-venv",
    "nginx",
    "postgresql-client",
    "openssh-client rsync",
    "default-jre-headless",
    "imagemagick",
    "php-cli php-curl",
    "apache2",
)
_MORE = {
    "bookworm": (
        "ffmpeg",
        "nodejs npm",
        "python3-numpy python3-pandas",
        "supervisor cron",
        "redis-server",
        "ruby-full",
        "chromium",
        "texlive-base",
        "libpq-dev libssl-dev libffi-dev",
        "vim less procps",
        "default-mysql-client",
        "sudo locales tzdata",
        "libgl1 libglib2.0-0",
        "fonts-liberation fontconfig",
        "cmake g++ ninja-build",
        "man-db",
        "udev kmod",
        "golang-go",
        "wget gnupg unzip jq",
    ),
}


def main() -> None:
    work, destination = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    rows = []
    for suite in ("bookworm", "bullseye", "trixie"):
        host = prepare(work / suite / f"debian-{suite}-slim.tar", work / suite / "installs")
        for names in (*_EVERYWHERE, *_MORE.get(suite, ())):
            install = measure(host, names.split(), recommends=False)
            rows.append(
                {
                    "image": f"debian:{suite}-slim",
                    "names": names.split(),
                    "packages": sorted(install.packages),
                    "bytes": sum(install.unowned.values())
                    + sum(
                        sum(package.files.values()) + sum(package.info.values())
                        for package in install.packages.values()
                    ),
                }
            )
            destination.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")


if __name__ == "__main__":
    main()
