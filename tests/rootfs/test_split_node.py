"""A split of an image of Node.js: when what its build writes is certain, and what is said when it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layerlint.cli import main
from layerlint.report import SPLIT, BaseAdvice, BaseVerdict, CandidateRecord
from tests.rootfs.apps import advice_of

LOCK = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/express": {"version": "4.19.2"}}})
HEAD = "FROM node:22\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n"
OUT = '{"compilerOptions": {"outDir": "dist"}}'


def _package(build: str = "tsc", **more: Any) -> str:
    scripts = {"build": build, **more.pop("scripts", {})}
    whole = {"dependencies": {"express": "4.19.2"}, "devDependencies": {"typescript": "5.4.5"}, **more}
    return json.dumps({"scripts": scripts, **whole})


def _server(**more: str) -> dict[str, str]:
    files = {"tsconfig.json": OUT, "src/index.ts": "import express from 'express';\n"}
    return {"package.json": _package(), "package-lock.json": LOCK, **files, **more}


def _advice(dockerfile: str, folder: Path, files: dict[str, str]) -> BaseAdvice:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return advice_of(dockerfile, folder)


def _split(dockerfile: str, folder: Path, files: dict[str, str]) -> CandidateRecord:
    found = _advice(dockerfile, folder, files)
    record = next((each for each in found.candidates if each.what == SPLIT), None)
    assert record is not None, found.no_split
    return record


def _refused(dockerfile: str, folder: Path, files: dict[str, str]) -> str:
    found = _advice(dockerfile, folder, files)
    assert [each.diff for each in found.candidates if each.what == SPLIT] == []
    return found.no_split


def _added(found: CandidateRecord) -> list[str]:
    return [line[1:] for line in found.diff.splitlines() if line.startswith("+") and line[1:]][2:]


# ---------------------------------------------------------------------------- served

SERVE = "RUN npm install -g serve\n"


@pytest.mark.parametrize(
    ("build", "files", "folder"),
    [
        ("react-scripts build", {}, "build"),
        ("CI=false react-scripts build", {}, "build"),
        ("vite build", {}, "dist"),
        ("tsc -b && vite build", {}, "dist"),
        (
            "vite build",
            {"vite.config.ts": "import react from '@vitejs/plugin-react'\nexport default {}"},
            "dist",
        ),
        ("vite build", {"vite.config.js": "export default {\n  build: { outDir: 'out' },\n}"}, "out"),
        ("vite build --outDir www", {}, "www"),
        ("vue-cli-service build", {}, "dist"),
        ("vue-cli-service build", {"vue.config.js": "module.exports = {\n  outputDir: 'web',\n}"}, "web"),
        ("webpack --mode production", {}, "dist"),
        (
            "webpack --config webpack.prod.js",
            {"webpack.prod.js": "module.exports = { output: { path: path.resolve(__dirname, 'public'), } }"},
            "public",
        ),
        (
            "ng build --configuration production",
            {
                "angular.json": json.dumps(
                    {
                        "projects": {
                            "a": {
                                "architect": {
                                    "build": {
                                        "builder": "@angular-devkit/build-angular:browser",
                                        "options": {"outputPath": "dist/a"},
                                    }
                                }
                            }
                        }
                    }
                )
            },
            "dist/a",
        ),
    ],
)
def test_what_a_front_end_writes_is_served(
    build: str, files: dict[str, str], folder: str, tmp_path: Path
) -> None:
    files = {"package.json": _package(build), "package-lock.json": LOCK, "src/a.png": "x", **files}
    dockerfile = f'{HEAD}RUN npm run build\n{SERVE}CMD ["serve", "-s", "{folder}", "-l", "80"]\n'
    found = _split(dockerfile, tmp_path, files)
    assert found.verdict is BaseVerdict.MEETS, found.reasons
    assert _added(found) == [
        "FROM node:22-slim",
        "WORKDIR /app",
        f"COPY --from=build /app/{folder} /app/{folder}",
    ]


@pytest.mark.parametrize(
    ("build", "files", "why"),
    [
        ("BUILD_PATH=out react-scripts build", {}, "BUILD_PATH"),
        ("react-scripts build", {".env": "BUILD_PATH=www\n"}, "BUILD_PATH"),
        ("vite build", {"vite.config.js": "import a from 'odd-plugin'\nexport default {}"}, "not certain"),
        ("vite build", {"vite.config.js": "export default { build: { outDir: place } }"}, "not certain"),
        ("vite build", {"vite.config.js": "export default { root: 'web' }"}, "not certain"),
        ("vite build", {"vite.config.js": "export default { build: { outDir: '../build' } }"}, "not certain"),
        ("ng build", {}, "not certain"),
        ("webpack", {"webpack.config.js": "module.exports = merge(common, {})"}, "not certain"),
        ("webpack", {"webpack.config.js": "module.exports = { output: { path: out } }"}, "not certain"),
        ("next build", {}, "standalone"),
        ("gulp", {}, "not known"),
        ("npm run build", {}, "too deep"),
        ("vite build", {}, "which command writes /app/build"),
    ],
)
def test_what_no_front_end_certainly_writes_is_not_served(
    build: str, files: dict[str, str], why: str, tmp_path: Path
) -> None:
    dockerfile = f'{HEAD}RUN npm run build\n{SERVE}CMD ["serve", "-s", "build"]\n'
    files = {"package.json": _package(build), "package-lock.json": LOCK, **files}
    assert why in _refused(dockerfile, tmp_path, files)


def test_scripts_that_call_many_others_end(tmp_path: Path) -> None:
    next_ = {"a": "b", "b": "c"}
    scripts = {
        f"{letter}{number}": "run-s " + " ".join(f"{next_[letter]}{other}" for other in range(30))
        for letter in next_
        for number in range(30)
    }
    scripts |= {f"c{number}": "tsc" for number in range(30)}
    files = {"package.json": _package("run-s a1 a2 a3", scripts=scripts), "package-lock.json": LOCK}
    assert "too many" in _refused(f'{HEAD}RUN npm run build\nCMD ["serve", "build"]\n', tmp_path, files)


def test_a_folder_that_is_changed_later_is_not_served(tmp_path: Path) -> None:
    dockerfile = f'{HEAD}RUN npm run build && mv dist build\n{SERVE}CMD ["serve", "-s", "dist"]\n'
    files = {"package.json": _package("vite build"), "package-lock.json": LOCK}
    assert "another command may change /app/dist" in _refused(dockerfile, tmp_path, files)


_EXPRESS = "const express = require('express'), path = require('path');\nconst app = express();\n"


def test_a_server_of_the_context_goes_with_what_it_serves(tmp_path: Path) -> None:
    files = {
        "package.json": _package("vite build"),
        "package-lock.json": LOCK,
        "server.js": f"{_EXPRESS}require('./lib/log');\napp.use(express.static(path.join(__dirname, 'dist')));\n",
        "lib/log.js": "",
        "src/logo.png": "x",
    }
    found = _split(f'{HEAD}RUN npm run build\nCMD ["node", "server.js"]\n', tmp_path, files)
    assert found.verdict is BaseVerdict.MEETS, found.reasons
    assert _added(found)[2:] == [
        "COPY package.json package-lock.json ./",
        "RUN npm ci --omit=dev && npm cache clean --force",
        "COPY --from=build /app/dist /app/dist",
        "COPY --from=build /app/lib/log.js /app/lib/log.js",
        "COPY --from=build /app/server.js /app/server.js",
    ]


def test_a_path_that_is_computed_is_a_doubt(tmp_path: Path) -> None:
    text = f"{_EXPRESS}app.use(express.static('dist'));\nrequire(process.argv[2]);\n"
    files = {"package.json": _package("vite build"), "package-lock.json": LOCK, "server.js": text}
    found = _split(f'{HEAD}RUN npm run build\nCMD ["node", "server.js"]\n', tmp_path, files)
    assert found.verdict is BaseVerdict.UNKNOWN
    assert "a path that is computed" in found.reasons[0].text


# --------------------------------------------------------------------------- servers

BUILT = HEAD + "RUN npm run build\n"
START = 'CMD ["node", "dist/index.js"]\n'


def test_a_server_gets_the_packages_that_it_runs_with(tmp_path: Path) -> None:
    found = _split(f"{BUILT}EXPOSE 80\n{START}", tmp_path, _server())
    assert found.verdict is BaseVerdict.MEETS, found.reasons
    assert _added(found) == [
        "FROM node:22-slim",
        "WORKDIR /app",
        "COPY package.json package-lock.json ./",
        "RUN npm ci --omit=dev && npm cache clean --force",
        "COPY --from=build /app/dist /app/dist",
    ]


def test_what_is_pruned_is_copied(tmp_path: Path) -> None:
    found = _split(f"{BUILT}RUN npm prune --production\n{START}", tmp_path, _server())
    assert found.verdict is BaseVerdict.MEETS, found.reasons
    assert _added(found)[2:] == [
        "COPY --from=build /app/package.json /app/package.json",
        "COPY --from=build /app/dist /app/dist",
        "COPY --from=build /app/node_modules /app/node_modules",
    ]


@pytest.mark.parametrize(
    ("name", "verdict"), [("bcrypt", BaseVerdict.MEETS), ("odd-addon", BaseVerdict.UNKNOWN)]
)
def test_an_add_on_is_copied_as_it_was_built(name: str, verdict: BaseVerdict, tmp_path: Path) -> None:
    packages = {f"node_modules/{name}": {"version": "5.1.1", "hasInstallScript": True}}
    lock = json.dumps({"lockfileVersion": 3, "packages": packages})
    found = _split(BUILT + START, tmp_path, _server(**{"package-lock.json": lock}))
    assert found.verdict is verdict, found.reasons
    assert "RUN npm prune --omit=dev" in found.diff
    assert "COPY --from=build /app/node_modules /app/node_modules" in _added(found)


@pytest.mark.parametrize(
    ("name", "verdict"), [("express", BaseVerdict.MEETS), ("odd-addon", BaseVerdict.UNKNOWN)]
)
def test_yarn_installs_again_what_compiles_nothing(name: str, verdict: BaseVerdict, tmp_path: Path) -> None:
    dockerfile = BUILT.replace("package-lock.json", "yarn.lock").replace("npm ci", "yarn --frozen-lockfile")
    files = _server(
        **{
            "package.json": _package(dependencies={name: "4.19.2"}),
            "yarn.lock": f'{name}@4.19.2:\n  version "4.19.2"\n',
        }
    )
    found = _split(dockerfile.replace("npm run", "yarn") + START, tmp_path, files)
    assert found.verdict is verdict, found.reasons
    assert _added(found)[2:4] == [
        "COPY package.json yarn.lock ./",
        "RUN yarn install --frozen-lockfile --production && yarn cache clean",
    ]


def test_an_old_npm_is_told_in_its_own_words(tmp_path: Path) -> None:
    found = _split(BUILT.replace("node:22", "node:14") + START, tmp_path, _server())
    assert "RUN npm ci --only=production && npm cache clean --force" in _added(found)


def test_a_user_is_made_and_comes_last(tmp_path: Path) -> None:
    dockerfile = BUILT.replace("COPY . .", "RUN useradd me\nUSER root\nCOPY . .") + "USER me\n" + START
    found = _split(dockerfile, tmp_path, _server())
    assert "RUN useradd me" in _added(found)
    assert _added(found)[-1] == "USER root"
    assert "-USER me" not in found.diff


@pytest.mark.parametrize(
    ("files", "dockerfile", "why"),
    [
        ({}, HEAD.replace("COPY . .", "COPY src src") + "RUN npm run build\n" + START, "tsconfig.json"),
        ({"tsconfig.json": '{"compilerOptions": {}}'}, BUILT + START, "tsconfig.json"),
        ({"tsconfig.json": '{"extends": "./tsconfig.json"}'}, BUILT + START, "tsconfig.json"),
        ({}, BUILT + 'CMD ["node", "dist/other.js"]\n', "no source of /app/dist/other.js"),
        ({}, BUILT + 'CMD ["npx", "ts-node", "src/index.ts"]\n', "builds when the image starts"),
        ({}, BUILT + 'CMD ["npm", "start"]\n', "no script start"),
        ({}, BUILT + 'CMD ["pm2-runtime", "dist/index.js"]\n', "what `pm2-runtime dist/index.js` reads"),
        ({"package-lock.json": "{}", ".dockerignore": "package-lock.json"},
         "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install && npm run build\n" + START, "no package-lock.json"),
        ({"package.json": _package(workspaces=["a"])}, BUILT + START, "workspaces"),
        ({"package.json": _package(dependencies={"a": "file:../a"})}, BUILT + START, "a folder beside it"),
        ({}, HEAD.replace("npm ci", "pnpm install") + "RUN npm run build\n" + START, "pnpm"),
        ({}, BUILT.replace("node:22", "node:latest") + START, "no smaller base"),
        ({}, "FROM node:22\nWORKDIR /app\nCOPY package.json .\nRUN npm i\nCOPY . .\nRUN npm run build\n" + START,
         "not there when packages are installed first"),
        ({}, BUILT.replace("node:22", "node:8").replace("npm ci", "npm i") + START, "has `npm ci`"),
        ({}, BUILT + "RUN rm -rf dist/web\n" + START, "another command may change"),
        ({}, BUILT.replace("npm run build", "npm run build --prefix web") + START, "another folder"),
    ],
)  # fmt: skip
def test_what_is_not_certain_of_a_server_is_said(
    files: dict[str, str], dockerfile: str, why: str, tmp_path: Path
) -> None:
    assert why in _refused(dockerfile, tmp_path, _server(**files))


@pytest.mark.parametrize(
    ("files", "dockerfile", "doubt"),
    [
        ({"views/a.ejs": ""}, BUILT + START, "reads a.ejs"),
        ({".env": "A=b\n"}, BUILT + START, "reads .env"),
        ({"package.json": _package("prisma generate && tsc")}, BUILT + START, "what `prisma generate` makes"),
        ({}, BUILT + "RUN npx prisma generate\n" + START, "npx prisma generate"),
        ({"src/b.ts": "import ts from 'typescript';\n"}, BUILT + START, "a package for development"),
        ({}, BUILT + "RUN mkdir -p /data\n" + START, "mkdir -p /data"),
        ({}, BUILT + "RUN yarn generate\n" + START, "yarn generate"),
        ({"package.json": _package("tsc && vite build --outDir web")}, BUILT + START, "reads /app/web, which vite"),
        (
            {"package.json": _package(scripts={"build:web": "react-scripts build"})},
            BUILT + "RUN npm run build:web\n" + START,
            "reads /app/build, which react-scripts",
        ),
        (
            {},
            BUILT.replace("RUN npm ci", "RUN npm i -g npm@9 && npm ci") + START,
            "whether the npm of node:22",
        ),
    ],
)
def test_what_may_stay_behind_is_a_doubt(
    files: dict[str, str], dockerfile: str, doubt: str, tmp_path: Path
) -> None:
    found = _split(dockerfile, tmp_path, _server(**files))
    assert found.verdict is BaseVerdict.UNKNOWN
    assert doubt in " ".join(reason.text for reason in found.reasons)


def test_a_next_server_of_its_own_is_copied_alone(tmp_path: Path) -> None:
    files = {
        "package.json": _package("next build"),
        "package-lock.json": LOCK,
        "next.config.js": "module.exports = { output: 'standalone' }\n",
    }
    found = _split(BUILT + 'CMD ["node", ".next/standalone/server.js"]\n', tmp_path, files)
    assert _added(found)[2:] == ["COPY --from=build /app/.next/standalone /app/.next/standalone"]


def test_without_a_build_context_nothing_is_certain() -> None:
    found = advice_of(BUILT + START)
    assert not [each for each in found.candidates if each.what == SPLIT]
    assert "package.json" in found.no_split


@pytest.mark.parametrize("start", ['CMD ["node", "index.js"]\n', "", 'CMD ["node"]\n'])
def test_what_builds_nothing_is_not_split(start: str, tmp_path: Path) -> None:
    assert _refused(HEAD + start, tmp_path, _server()) == ""


def test_many_doubts_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in _server().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    made = "".join(f"RUN mkdir -p /data{number}\n" for number in range(9))
    (tmp_path / "Dockerfile").write_text(BUILT + made + START)
    assert main(["base", str(tmp_path / "Dockerfile")]) == 0
    out = capsys.readouterr().out
    assert "/data4" in out
    assert "/data5`" not in out
    assert "and 4 more" in out
