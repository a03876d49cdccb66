"""A version that was published before the house asked for something, seen by the doctor after an upgrade."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from app.container import Application
from app.doctor import findings
from engine.bundles.bundle import pack
from engine.bundles.content_digest import content_digest
from engine.tables import process_version
from tests.support.application import house

BEGINNING = "process complaint: version 1, which is in force, lacks what this release asks for: "
CURE = "Publish the process again (`redress publish`); where its files do not say it yet, first: "
PROCESS = "bpmn/complaint/process.toml"


def published_before(pattern: str) -> Application:
    """Return an installation whose version in force says nothing that fits the pattern."""
    application = house().application
    with application.database.read() as connection:
        (version,) = application.versions.in_force(connection)
        files = application.versions.files(connection, version.id)
    text, times = re.subn(pattern, "", files[PROCESS].decode(), flags=re.MULTILINE | re.DOTALL)
    assert times
    files = {**files, PROCESS: text.encode()}
    with application.database.write() as unit:
        unit.connection.execute(update(process_version).values(bundle=pack(files), digest=content_digest(files)))
        unit.commit()
    application.versions._compiled.clear()
    return application


def section(name: str) -> str:
    """Return the pattern of the tables of a section, each up to the next empty line."""
    return rf"^\[{name}\..*?\n\n"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (
            section("answers"),
            [("does not say which answer approves", "Add [answers.approves] with `field` and `values`.")],
        ),
        (
            section("late"),
            [("a promise that is not kept", "[late.promise]"), ("an action that is not done in time", "[late.action]")],
        ),
    ],
)
def test_what_a_version_in_force_does_not_say_is_told_with_what_to_do(
    pattern: str, said: list[tuple[str, str]]
) -> None:
    application = published_before(pattern)
    found = sorted(findings(application))
    assert len(found) == len(said), found
    for line, (what, advice) in zip(found, said, strict=True):
        wrong, _, cure = line.removeprefix(BEGINNING).partition(f" {CURE}")
        assert line == f"{BEGINNING}{wrong} {CURE}{cure}"
        assert (what in wrong, advice in cure) == (True, True), line


def test_publishing_again_is_the_cure() -> None:
    application = published_before(section("late"))
    assert len(list(findings(application))) == 2
    application.publish_folder()
    assert list(findings(application)) == []


def test_a_version_that_nobody_can_read_keeps_no_other_finding_back() -> None:
    assert list(findings(published_before(r'(?<=^key = )"'))) == [
        "process complaint: version 1, which is in force, cannot be read: NotPublishable; run `redress check` on its"
        " folder and publish it again"
    ]
