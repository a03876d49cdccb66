"""What the repository must never hold: addresses of one machine, hosts of registries, unlocked packages, dead links."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import files
from tests.support.shared import ROOT

# Written in two halves, so that this file does not find itself.
HOSTS = [
    "pypi." + "org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "deb." + "debian.org",
]
MACHINE_PATHS = re.compile(
    "|".join([r"(?<![\w.])/wo" + r"rk/(?:main|shared)", r"/tm" + r"p/w/", r"/ro" + r"ot/", r"/ho" + r"me/\w"])
)
BINARY = {".png", ".ico", ".woff", ".woff2", ".gz", ".zip", ".pdf", ".xlsx", ".jpg"}


def texts() -> list[tuple[str, str]]:
    """Return name and content of every text; broken bytes in a fixture are read as question marks."""
    return [
        (name, (ROOT / name).read_text(encoding="utf-8", errors="replace"))
        for name in files()
        if PurePosixPath(name).suffix not in BINARY
    ]


def test_every_text_outside_the_tests_is_utf_8_without_carriage_returns() -> None:
    outside = [(name, text) for name, text in texts() if not name.startswith("tests/")]
    assert [name for name, text in outside if "\r" in text or "\ufffd" in text] == []


def test_no_file_names_the_host_of_a_registry() -> None:
    assert [(name, host) for name, text in texts() for host in HOSTS if host in text] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = [(name, match.group()) for name, text in texts() if (match := MACHINE_PATHS.search(text))]
    assert found == []


def test_every_locked_package_has_a_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        lines = [line for line in (ROOT / lock).read_text().splitlines() if line and not line.startswith("#")]
        pins = re.split(r"\n(?=\S)", "\n".join(lines))
        assert [pin for pin in pins if not re.match(r"[a-z0-9._-]+==\S+( ; .+)? \\\n    --hash=sha256:", pin)] == []


def test_the_page_assets_are_locked_without_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert locked
    assert [name for name, package in locked.items() if "resolved" in package or "integrity" not in package] == []


def locked_versions(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_locks_fit_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "requirements.lock": [*project["project"]["dependencies"], *project["build-system"]["requires"]],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    for lock, requirements in wanted.items():
        versions = locked_versions(lock)
        unfit = [
            text
            for text in requirements
            if not (need := Requirement(text)).specifier.contains(versions.get(canonicalize_name(need.name), "0"))
        ]
        assert (lock, unfit) == (lock, [])


def test_both_locks_agree() -> None:
    runtime, dev = locked_versions("requirements.lock"), locked_versions("requirements-dev.lock")
    assert {name for name in runtime.keys() & dev.keys() if runtime[name] != dev[name]} == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = []
    for name, text in texts():
        if not name.endswith(".md"):
            continue
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
            if "://" not in target and not target.startswith("mailto:"):
                found = (ROOT / name).parent / target
                if not found.exists():
                    dead.append((name, target))
    assert dead == []
