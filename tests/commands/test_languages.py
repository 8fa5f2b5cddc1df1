"""Tools of programming languages: where they write, what of it a lock file tells, and what stays unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from layerlint.commands import find
from layerlint.domain.size import Size
from layerlint.effects import Populate
from layerlint.filesystem.node import Directory
from layerlint.filesystem.union import FileSystem
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile
from tests.commands.invoke import directory, invoke, performed, show, symlink, system
from tests.shared import rows

EMPTY = system({"/w": None})
SOMEWHERE = system({"/w": directory(complete=False)}, complete=False)

GEMFILE_LOCK = b"""GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.0)
      mini_portile2 (~> 2.8.2)
    mini_portile2 (2.8.5)

PLATFORMS
  ruby

DEPENDENCIES
  nokogiri
"""
GO_SUM = b"""example.com/a v1.0.0 h1:x=
example.com/a v1.0.0/go.mod h1:x=
example.com/b v0.3.0/go.mod h1:x=
"""
COMPOSER_LOCK = json.dumps({"packages": [{}, {}], "packages-dev": [{}]}).encode()
CARGO_LOCK = b'[[package]]\nname = "app"\n\n[[package]]\nname = "serde"\n'


def places(line: str, filesystem: FileSystem = EMPTY, **environment: str) -> list[str]:
    """The paths that a command writes to, with ``?`` for what is not understood in full."""
    outcome = invoke(line, filesystem, environment=environment)
    found: list[str] = []
    for effect in outcome.effects:
        if isinstance(effect, Populate):
            found.append(f"{effect.directory}{'?' if effect.reason else ''}")
        else:
            found.append(f"{type(effect).__name__} {getattr(effect, 'path', '')}")
    return list(dict.fromkeys(found))


def size(line: str, under: str, filesystem: FileSystem = EMPTY, **environment: str) -> Size:
    """Bytes that a command fills a directory with."""
    effects = invoke(line, filesystem, environment=environment).effects
    return next(e.size for e in effects if isinstance(e, Populate) and e.directory == under)


# ------------------------------------------------------------------------------ places


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gem install -N rake", ["/usr/local/bundle/gems", "/usr/local/bundle/cache",
         "/usr/local/bundle/specifications", "/root/.gem"]),
        ("gem --version", []),
        ("bundle install", ["/usr/local/bundle/gems?", "/usr/local/bundle/cache?",
         "/usr/local/bundle/specifications?", "/root/.bundle/cache", "Write /w/Gemfile.lock"]),
        ("bundle exec rake assets:precompile", ["/w/public/assets?", "/w/tmp/cache?", "/w/log?"]),
        ("bundle _2.0.2_ exec rspec", ["/w?"]),
        ("rails assets:precompile", ["/w/public/assets?", "/w/tmp/cache?", "/w/log?"]),
        ("ruby setup.rb", ["/w?"]),
        ("ruby -v", []),
        ("rbenv install 2.7.0", ["/root/.rbenv/versions"]),
        ("keytool -importcert -noprompt -file ca.crt -keystore k.jks", ["Write /w/k.jks"]),
        ("composer install --no-cache", ["/w/vendor?", "/w/vendor/composer"]),
        ("composer global require drush/drush", ["/root/.composer/vendor?", "/root/.composer/cache/files?",
         "/root/.composer/cache/repo", "/root/.composer", "/root/.composer/vendor/composer"]),
        ("composer clear-cache", ["Remove /root/.composer/cache"]),
        ("php -- --install-dir=/usr/local/bin --filename=composer",
         ["Write /usr/local/bin/composer", "/root/.composer"]),
        ("php composer-setup.php", ["Write /w/composer.phar", "/root/.composer"]),
        ("php -r \"copy('https://getcomposer.org/installer', 'composer-setup.php');\"",
         ["Write /w/composer-setup.php"]),
        ("php -r \"unlink('composer-setup.php');\"", ["Remove /w/composer-setup.php"]),
        ("php composer.phar dump-autoload", ["/w/vendor/composer"]),
        ("php artisan config:cache", ["/w/bootstrap/cache?"]),
        ("php bin/console cache:warmup", ["/w?"]),
        ("php -m", []),
        ("pear install drush/drush", ["/usr/share/php", "/tmp/pear"]),
        ("go build -o /app ./cmd/server", ["/root/.cache/go-build", "Write /app"]),
        ("go build ./cmd/server", ["/root/.cache/go-build", "Write /w/server"]),
        ("go build ./...", ["/root/.cache/go-build", "/w?"]),
        ("go install example.com/x/tool/v2@latest",
         ["/root/go/pkg/mod?", "/root/go/pkg/mod/cache?", "/root/.cache/go-build", "Write /root/go/bin/tool"]),
        ("go get -u github.com/golang/dep/cmd/dep",
         ["/root/go/src?", "/root/go/pkg?", "Write /root/go/bin/dep"]),
        ("go clean -modcache -cache", ["Remove /root/go/pkg/mod", "Remove /root/.cache/go-build"]),
        ("go version", []),
        ("dep ensure", ["/root/go/pkg/dep/sources?", "/w/vendor?"]),
        ("cargo new --bin app", ["Write /w/app/Cargo.toml", "Write /w/app/src/main.rs", "/w/app/.git"]),
        ("cargo install diesel_cli", ["/root/.cargo/registry/src?", "/root/.cargo/registry/cache?",
         "/root/.cargo/registry/index?", "Write /root/.cargo/bin/diesel_cli"]),
        ("cargo clean", ["Remove /w/target"]),
        ("rustup target add x86_64-unknown-linux-musl", ["/root/.rustup/toolchains"]),
        ("mvn -B clean package", ["Remove /w/target", "/root/.m2/repository?", "/w/target?"]),
        ("mvn dependency:go-offline", ["/root/.m2/repository?"]),
        ("mvn -f app/pom.xml package", ["/root/.m2/repository?", "/w/app/target?"]),
        ("gradlew build", ["/root/.gradle/wrapper/dists", "/root/.gradle/caches?", "/w/.gradle",
         "/root/.gradle/daemon", "/w/build?"]),
        ("java -version", []),
        ("java -jar app.jar", ["/w?"]),
        ("javac -d out Main.java", ["/w/out"]),
        ("dotnet restore", ["/root/.nuget/packages?", "/root/.local/share/NuGet?", "/w/obj"]),
        ("dotnet publish --no-restore -c Release -o /out", ["/w/obj?", "/w/bin?", "/out?"]),
        ("stack build --only-dependencies",
         ["/root/.stack/programs", "/root/.stack/pantry", "/root/.stack/snapshots?"]),
        ("cabal update", ["/root/.cabal/packages"]),
        ("mix do local.hex --force, local.rebar --force", ["/root/.mix/archives", "/root/.mix"]),
        ("mix deps.get", ["/w/deps?", "/root/.hex/packages?", "/root/.hex"]),
        ("cpanm --notest EV", ["/usr/local/share/perl", "/root/.cpanm/work"]),
        ("perl -e 'print 1'", []),
        ("perl build.pl", ["/w?"]),
        ("R -e \"install.packages(c('a', 'b'), repos='http://x')\"",
         ["/usr/local/lib/R/site-library", "/usr/local/lib/R/site-library?"]),
        ("Rscript init.R", ["/w?"]),
        ("Rscript -e 'library(x)'", []),
        ("luarocks install busted", ["/usr/local/share/lua", "/root/.cache/luarocks"]),
        ("opam install dune", ["/root/.opam?", "/root/.opam/download-cache?"]),
        ("swift build -c release", ["/w/.build?"]),
        ("crystal build src/app.cr", ["/root/.cache/crystal", "Write /w/app"]),
    ],
)  # fmt: skip
def test_places(line: str, expected: list[str]) -> None:
    assert places(line) == expected


@pytest.mark.parametrize(
    ("line", "environment", "expected"),
    [
        ("gem install -N x", {"GEM_HOME": "/gems"}, "/gems/gems"),
        ("bundle install", {"BUNDLE_PATH": "/bundle"}, "/bundle/gems?"),
        ("bundle install --path vendor", {"BUNDLE_PATH": "/bundle"}, "/w/vendor/gems?"),
        ("bundle install --deployment", {}, "/w/vendor/bundle/gems?"),
        ("composer global require x/y", {"COMPOSER_HOME": "/c"}, "/c/vendor?"),
        ("go install x.org/y", {"GOPATH": "/go"}, "Write /go/bin/y"),
        ("go mod download", {"GOMODCACHE": "/mods"}, "/mods?"),
        ("go build", {"GOCACHE": "/cache"}, "/cache"),
        ("cargo fetch", {"CARGO_HOME": "/usr/local/cargo"}, "/usr/local/cargo/registry/src?"),
        ("cargo build", {"CARGO_TARGET_DIR": "/t"}, "/t/debug/deps?"),
        ("mvn package -Dmaven.repo.local=/repo", {}, "/repo?"),
        ("gradle build", {"GRADLE_USER_HOME": "/g"}, "/g/caches?"),
        ("dotnet restore", {"NUGET_PACKAGES": "/n"}, "/n?"),
        ("mix local.hex --force", {"HOME": "/home/app"}, "/home/app/.mix/archives"),
        ("sdkmanager platform-tools", {"ANDROID_HOME": "/sdk"}, "/sdk"),
    ],
)
def test_variables_that_move_a_place(line: str, environment: Mapping[str, str], expected: str) -> None:
    assert expected in places(line, **environment)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("go env GOPATH", ["stdout '/root/go\\n'"]),
        ("go env GOOS", ["stdout 'linux\\n'"]),
        ("ruby -e 'exit(1 > 2)'", ["status MAYBE", "stdout 0..500.."]),
        ("docker-php-source nonsense", ["status NO"]),
    ],
)
def test_answers(line: str, expected: list[str]) -> None:
    assert show(invoke(line, EMPTY)) == expected


# -------------------------------------------------------------------------- lock files


def test_a_lock_file_gives_the_number_of_packages() -> None:
    tree = system(
        {
            "/w/Gemfile.lock": GEMFILE_LOCK,
            "/w/go.sum": GO_SUM,
            "/w/go.mod": b"module example.com/team/service\n",
            "/w/composer.lock": COMPOSER_LOCK,
            "/w/Cargo.lock": CARGO_LOCK,
            "/w/Cargo.toml": b'[package]\nname = "app"\n',
            "/w/mix.lock": b'%{"a": {:hex, :a, "1"}, "b": {:hex, :b, "2"}}',
        }
    )
    for line, first in (
        ("bundle install", "/usr/local/bundle/gems"),
        ("go mod download", "/root/go/pkg/mod"),
        ("composer install", "/w/vendor"),
        ("cargo build --release", "/root/.cargo/registry/src"),
        ("mix deps.get", "/w/deps"),
    ):
        assert places(line, tree)[0] == first, line
        assert size(line, first, tree).high is not None, line
    two, one = (
        size("composer install --no-dev", "/w/vendor", tree),
        size("go mod download", "/root/go/pkg/mod", tree),
    )
    assert size("composer install", "/w/vendor", tree).likely > two.likely > one.low
    # The program that is built has the name of its module or package.
    assert places("go build", tree)[-1] == "Write /w/service"
    assert places("cargo build --release", tree)[-1] == "Write /w/target/release/app"


def test_what_an_earlier_step_fetched_is_not_fetched_again() -> None:
    tree = system({"/w/go.mod": b"module x\n", "/w/Cargo.lock": CARGO_LOCK})
    assert places("go build", performed(invoke("go mod download", tree), tree)) == [
        "/root/.cache/go-build",
        "Write /w/x",
    ]
    fetched = performed(invoke("cargo fetch", tree), tree)
    assert places("cargo build", fetched) == ["/w/target/debug/deps"]


@pytest.mark.parametrize(
    "text", [b"", b"[", b"{" * 5000, b'{"packages": 3}', b"\xff\xfe", b"[[package]]" * 40_000]
)
def test_lock_files_that_are_none(text: bytes) -> None:
    names = ("Gemfile.lock", "go.sum", "composer.lock", "Cargo.lock", "mix.lock", "go.mod", "Cargo.toml")
    tree = system({f"/w/{name}": text for name in names})
    for line in (
        "bundle install",
        "go mod download",
        "go build",
        "composer install",
        "cargo build",
        "mix deps.get",
    ):
        assert invoke(line, tree).effects


def test_the_path_that_bundler_was_told_holds_afterwards() -> None:
    tree = performed(invoke("bundle config set --local path vendor/gems", EMPTY), EMPTY)
    assert places("bundle install", tree)[0] == "/w/vendor/gems/gems?"


# ---------------------------------------------------------------- PHP's images, Apache


def names(filesystem: FileSystem, path: str) -> set[str]:
    node = filesystem.lookup(path)
    assert isinstance(node, Directory)
    return set(node.children)


def test_the_source_of_php_is_deleted_unless_it_was_there() -> None:
    base = system(
        {"/usr/src/php.tar.xz": 12_000_000, "/usr/local/lib/php/extensions/no-debug-non-zts-20220829": None}
    )
    for line in ("docker-php-ext-install -j4 gd zip", "docker-php-ext-install pdo_mysql"):
        after = performed(invoke(line, base), base)
        assert names(after, "/usr/src") == {"php.tar.xz"}
    configured = performed(invoke("docker-php-ext-configure gd --with-jpeg", base), base)
    assert ".docker-delete-me" in names(configured, "/usr/src/php")
    assert "php" not in names(
        performed(invoke("docker-php-ext-install gd", configured), configured), "/usr/src"
    )
    unpacked = performed(invoke("docker-php-source extract", base), base)
    kept = performed(invoke("docker-php-ext-install gd", unpacked), unpacked)
    assert "php" in names(kept, "/usr/src")
    assert names(performed(invoke("docker-php-source delete", kept), kept), "/usr/src") == {"php.tar.xz"}
    assert names(kept, "/usr/local/lib/php/extensions/no-debug-non-zts-20220829") == {"gd.so"}


def test_extensions_go_where_the_version_says() -> None:
    shown = show(invoke("docker-php-ext-enable xdebug.so", EMPTY))
    assert shown == ["Write /usr/local/etc/php/conf.d/docker-php-ext-xdebug.ini 17..17..117"]
    assert "Write /usr/local/lib/php/extensions/no-debug-non-zts-20190902/redis.so" in places(
        "pecl install redis-5.3.7", PHP_VERSION="7.4.33"
    )


APACHE = system(
    {
        "/etc/apache2/mods-available/rewrite.load": b"",
        "/etc/apache2/mods-available/ssl.load": b"",
        "/etc/apache2/mods-available/ssl.conf": b"",
        "/etc/apache2/mods-enabled/mpm_event.load": symlink("../mods-available/mpm_event.load"),
        "/etc/apache2/mods-available/mpm_event.load": b"",
        "/etc/apache2/sites-available/app.conf": b"",
        "/etc/apache2/mods-enabled/setenvif.load": symlink("../mods-available/setenvif.load"),
        "/etc/apache2/mods-enabled/mime.load": symlink("../mods-available/mime.load"),
        "/etc/php/8.2/cli/conf.d": None,
        "/etc/php/8.2/mods-available/xdebug.ini": b"; priority=30\nzend_extension=xdebug.so\n",
    }
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a2enmod rewrite", ["Symlink ../mods-available/rewrite.load /etc/apache2/mods-enabled/rewrite.load",
         "Write /var/lib/apache2/module/enabled_by_admin/rewrite 0"]),
        ("a2enmod ssl", ["Symlink ../mods-available/socache_shmcb.load /etc/apache2/mods-enabled/socache_shmcb.load",
         "Write /var/lib/apache2/module/enabled_by_admin/socache_shmcb 0",
         "Symlink ../mods-available/ssl.load /etc/apache2/mods-enabled/ssl.load",
         "Symlink ../mods-available/ssl.conf /etc/apache2/mods-enabled/ssl.conf",
         "Write /var/lib/apache2/module/enabled_by_admin/ssl 0"]),
        ("a2enmod missing", ["status NO"]),
        ("a2dismod mpm_event", ["Remove /etc/apache2/mods-enabled/mpm_event.load",
         "Write /var/lib/apache2/module/disabled_by_admin/mpm_event 0"]),
        ("a2ensite app.conf", ["Symlink ../sites-available/app.conf /etc/apache2/sites-enabled/app.conf",
         "Write /var/lib/apache2/site/enabled_by_admin/app 0"]),
        ("phpenmod xdebug", ["Symlink /etc/php/8.2/mods-available/xdebug.ini /etc/php/8.2/cli/conf.d/30-xdebug.ini",
         "Write /var/lib/php/modules/8.2/cli/enabled_by_admin/xdebug 0"]),
    ],
)  # fmt: skip
def test_links(line: str, expected: list[str]) -> None:
    assert show(invoke(line, APACHE)) == expected


# --------------------------------------------------------------------- perl in place


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("perl -pi -e s/a/b/ conf", ["Replace /w/conf 666..1000..5596"]),
        ("perl -p -i -e s/a/b/ conf gone", ["Replace /w/conf 666..1000..5596"]),
        ("perl -pi.bak -e s/a/b/ conf", ["Move /w/conf /w/conf.bak", "Replace /w/conf 666..1000..5596"]),
        ("perl -pi -e s/a/b/ ?", ["Unmodelled perl -i: which file it edits is not known"]),
        ("perl -ne print conf", ["stdout 0..500.."]),
    ],
)
def test_perl(line: str, expected: list[str]) -> None:
    assert show(invoke(line, system({"/w/conf": 1000}))) == expected


# ------------------------------------------------------------------- where they are found


@pytest.mark.parametrize(
    ("name", "known"),
    [("./gradlew", True), ("./mvnw", True), ("/root/.cargo/bin/cargo", True), ("vendor/bin/phpunit", True),
     ("bin/rails", True), ("/opt/jdk/bin/java", True), ("./build.sh", False), ("vendor/bin/x", False), ("./r", False)],
)  # fmt: skip
def test_tools_that_lie_elsewhere(name: str, known: bool) -> None:
    assert (find(name) is not None) is known


def test_a_program_of_the_authors_leaves_the_rest_certain() -> None:
    trace = analyse(
        SourceFile("Dockerfile", "FROM scratch\nWORKDIR /app\nRUN ruby x.rb && rm -rf /root/.gem\n"),
        None,
        Settings(),
    ).trace
    step = list(trace.steps())[-1]
    assert [gap.reason for gap in step.not_understood] == ["what x.rb writes is not known"]


# ------------------------------------------------------------------------ recorded builds

_MEASURED = re.compile(r"RUN (gem install|pecl install|docker-php-ext-(install|configure))\b")
_OTHERS = re.compile(r"apt-get|curl|wget|&& (?!docker-php|bundle config)")


def test_recorded_instructions_lie_within_the_bounds() -> None:
    """Of the official images of 2015: at least nine of ten."""
    found: set[tuple[str, int]] = set()
    for row in rows("data/official_pairs_2015.jsonl.gz"):
        for layer in row["layers"]:
            text = layer["instruction"]
            if layer["bytes"] and _MEASURED.match(text) and not _OTHERS.search(text):
                found.add((text, layer["bytes"]))
    within = 0
    for text, bytes_ in found:
        trace = analyse(SourceFile("Dockerfile", f"FROM base\n{text}\n"), None, Settings()).trace
        layer = list(trace.steps())[-1].layer
        assert layer is not None
        forecast = layer.bytes
        within += forecast.low <= bytes_ and (forecast.high is None or bytes_ <= forecast.high)
    assert len(found) >= 15
    assert within >= 0.9 * len(found)
