"""The type of a case decides its process (X-09), and a type belongs to one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from access.principals import principal
from app.container import Application, build
from app.roster import seat
from app.settings import Settings
from complaints.intake.filing import Complainant, FileComplaint
from engine.bundles.bundle import read_folders
from engine.case_work import COMPLAINANT, SYSTEM, Actor
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.commands.publish import PublishBundle
from engine.configuration.process_file import read_config
from engine.errors import NotPublishable, Unfit
from engine.ids import CountedIds
from engine.versions import Versions
from storage.migrate import create

OPENING = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
SETTINGS = Settings(database_url="sqlite://")
CLAIMS = b'types = ["inquiry", "opinion", "suggestion"]'
FILE = "bpmn/inquiry/process.toml"


@pytest.fixture
def house(versions: Versions) -> Iterator[Application]:
    """An empty installation with the people of the roster and the complaint process."""
    application = build(SETTINGS, clock=MovableClock(OPENING), ids=CountedIds(), versions=versions)
    create(application.database)
    application.pipeline.run(HouseWork(lambda desk: seat(desk.connection, desk.now)), SYSTEM)
    publish(application, "complaint")
    yield application
    application.database.close()


def files(key: str, types: bytes = CLAIMS) -> dict[str, bytes]:
    found = read_folders(SETTINGS.bpmn_folder, SETTINGS.forms_folder, key)
    if key == "inquiry":
        assert found[FILE].count(CLAIMS) == 1
        found[FILE] = found[FILE].replace(CLAIMS, types)
    return found


def publish(application: Application, key: str, types: bytes = CLAIMS) -> None:
    application.pipeline.run(PublishBundle(files(key, types)), SYSTEM)


def filed(application: Application, by: str | None = None, **fields: Any) -> str:
    """Return the process that a new case runs."""
    actor = COMPLAINANT
    with application.database.read() as connection:
        if by is not None:
            actor = Actor("person", principal(connection, by, now=OPENING, rules=application.posts.rules))
    command = FileComplaint(subject="s", text="t", complainant=Complainant(name="A"), **fields)
    case_id = application.pipeline.run(command, actor).id
    with application.database.read() as connection:
        work = application.pipeline.load(connection, case_id, SYSTEM, OPENING)
        return work.process.config.key


def test_each_type_goes_to_the_process_that_claims_it(house: Application) -> None:
    publish(house, "inquiry")
    found = {type_: filed(house, type=type_) for type_ in ("complaint", "opinion", "suggestion", "inquiry")}
    assert found == {"complaint": "complaint", "opinion": "inquiry", "suggestion": "inquiry", "inquiry": "inquiry"}


def test_a_type_that_nobody_claims_is_refused_and_nothing_is_filed(house: Application) -> None:
    with pytest.raises(Unfit) as caught:
        filed(house, type="inquiry")
    assert caught.value.details["fields"] == [{"field": "type", "code": "no-process"}]


def test_staff_may_choose_another_process_and_nobody_else(house: Application) -> None:
    publish(house, "inquiry")
    assert filed(house, by="li.na", type="inquiry", process="complaint") == "complaint"
    with pytest.raises(Unfit) as caught:
        filed(house, type="inquiry", process="complaint")
    assert caught.value.details["fields"] == [{"field": "process", "code": "staff-only"}]


def test_two_processes_never_claim_the_same_type(house: Application) -> None:
    with pytest.raises(NotPublishable) as caught:
        publish(house, "inquiry", b'types = ["inquiry", "complaint"]')
    (problem,) = caught.value.details["problems"]
    assert (problem["file"], problem["severity"], problem["code"], problem["element"]) == (
        FILE, "error", "type-claimed-twice", "types",
    )  # fmt: skip
    assert problem["message"] == "`types` claims complaint, which the process complaint takes already."
    with house.database.read() as connection:
        assert [v.process_key for v in house.versions.all(connection)] == ["complaint"]
        assert house.versions.taking(connection, "inquiry") is None


def test_the_check_alone_says_so_too(house: Application) -> None:
    with house.database.read() as connection:
        found = house.versions.check(connection, files("inquiry", b'types = ["inquiry", "complaint"]'))
    assert [(p.severity, p.code) for p in found] == [("error", "type-claimed-twice")]


def test_a_type_goes_over_once_the_other_has_let_it_go(house: Application) -> None:
    publish(house, "inquiry")
    publish(house, "inquiry", b'types = ["inquiry"]')
    with house.database.read() as connection:
        assert house.versions.taking(connection, "opinion") is None
        in_force = [(v.process_key, v.number) for v in house.versions.in_force(connection)]
    assert in_force == [("complaint", 1), ("inquiry", 2)]


def test_a_type_that_intake_never_gives_is_refused(house: Application) -> None:
    with pytest.raises(NotPublishable) as caught:
        publish(house, "inquiry", b'types = ["inquiry", "inquirry"]')
    assert [p["code"] for p in caught.value.details["problems"]] == ["type-unknown"]


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("types = [1]", ["`types` must be a list of texts."]),
        ('types = ["In quiry"]', ["`types` holds 'In quiry', which is no type."]),
        ('types = ["a", "a"]', ["`types` says a more than once."]),
        ('types = "a"', []),
        ("", []),
    ],
)
def test_wrong_types_are_named(line: str, messages: list[str]) -> None:
    text = f'key = "k"\n{line}\ntitle = {{ zh-CN = "a", ko = "b", en = "c" }}\n'
    config, problems = read_config(text.encode(), "process.toml")
    assert [p.message for p in problems] == messages
    assert config is not None
