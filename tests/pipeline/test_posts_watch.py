"""Posts and rights follow their file: checked first, for everybody at once, and a broken file changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from access.rights import Standing, Verb
from app.container import Application, build, take_posts
from app.doctor import findings
from app.serve import loops
from app.settings import ROOT, Settings
from engine.tables import incident
from escalation.placement import PostPlacement
from escalation.posts import load_posts
from escalation.posts_watch import PostsWatch
from storage import migrate
from tests.pipeline.conftest import ACKNOWLEDGED, Case

TEXT = (ROOT / "bpmn" / "posts.toml").read_text(encoding="utf-8")
EXTEND = 'extend = ["owner", "supervisor"]'
LIBRARY = """
[teams.library]
takes_in = true
labels = { zh-CN = "图书馆", ko = "도서관", en = "Library" }

[posts.duty_officer]"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A posts file of our own, as it ships."""
    path = tmp_path / "posts.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def watch(application: Application, file: Path, machine: str = "one") -> PostsWatch:
    """Return what watches the file for this application, which has read it."""
    return PostsWatch(
        file=file, pipeline=application.pipeline, read=file.read_bytes(), machine=machine,
        take=lambda posts: take_posts(posts, application.library, application.pipeline),
    )  # fmt: skip


@pytest.fixture
def application() -> Application:
    built = build(Settings(database_url="sqlite://"))
    migrate.create(built.database)
    return built


def look_twice(one: PostsWatch) -> bool:
    return [one.run_once(), one.run_once()][1]


def incidents(application: Application) -> list[tuple[str, bool]]:
    with application.database.read() as connection:
        return [(row.doing, row.resolved_at is not None) for row in connection.execute(select(incident))]


def may_extend(application: Application) -> list[bool]:
    return [
        application.pipeline.services.rules.allows(Verb.EXTEND, {who})
        for who in (Standing.OWNER, Standing.SUPERVISOR, Standing.LEADS)
    ]


def test_a_changed_file_is_in_force_for_everybody_once_it_has_come_to_rest(
    application: Application, file: Path
) -> None:
    one, services = watch(application, file), application.pipeline.services
    assert look_twice(one) is False
    assert may_extend(application) == [True, True, False]
    changed = TEXT.replace(EXTEND, 'extend = ["leads"]').replace("\n[posts.duty_officer]", LIBRARY)
    file.write_text(changed, encoding="utf-8")
    # It may be being written at this very moment.
    assert one.run_once() is False
    assert may_extend(application) == [True, True, False]
    assert one.run_once() is True
    assert may_extend(application) == [False, False, True]
    assert "library" in application.posts.teams
    assert "library" in application.posts.rules.duties
    placements = (services.placement, application.pipeline.services.placement)
    known = ["library" in each.posts.teams for each in placements if isinstance(each, PostPlacement)]
    # A change that is under way goes on with those it began with.
    assert known == [False, True]
    assert "library" in application.versions.house.teams
    assert (application.posts, look_twice(one)) == (load_posts(file), False)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (TEXT.replace(EXTEND, 'extend = ["onwer"]'), "may.extend"),
        (TEXT.replace(EXTEND + "\n", ""), "may"),
        (TEXT[: TEXT.index("[may]")], "may"),
        (TEXT.replace('head = "head_of_academic"', 'head = "nobody"'), "teams.academic.head"),
        ("[teams", ""),
        ("", ""),
    ],
)
def test_a_broken_file_keeps_the_old_one_in_force_and_is_told(
    application: Application, file: Path, broken: str, said: str
) -> None:
    one, before = watch(application, file), application.posts
    look_twice(one)
    file.write_text(broken, encoding="utf-8")
    with capture_logs() as lines:
        for _ in range(5):
            assert one.run_once() is False
    told = [line for line in lines if line["event"] == "posts-refused"]
    assert len(told) == 1
    assert told[0]["key"].startswith(said)
    assert application.posts is before
    assert may_extend(application) == [True, True, False]
    (finding,) = findings(application)
    assert finding.startswith("the house: read posts.toml failed once since ")
    assert finding.endswith("; what was read before stays in force.")
    file.write_text(TEXT.replace(EXTEND, 'extend = ["leads"]'), encoding="utf-8")
    assert look_twice(one) is True
    assert (incidents(application), list(findings(application))) == ([("read posts.toml", True)], [])


def test_a_file_that_is_gone_or_put_back_changes_nothing(application: Application, file: Path) -> None:
    one, before = watch(application, file), application.posts
    look_twice(one)
    file.unlink()
    assert look_twice(one) is False
    assert incidents(application) == [("read posts.toml", False)]
    file.write_text(TEXT, encoding="utf-8")
    assert look_twice(one) is False
    assert (application.posts is before, incidents(application)) == (True, [("read posts.toml", True)])


@pytest.mark.parametrize("cannot", ["gone", "a folder"])
def test_a_file_that_cannot_be_read_is_told_as_that(application: Application, file: Path, cannot: str) -> None:
    one = watch(application, file)
    look_twice(one)
    file.unlink()
    if cannot == "a folder":
        file.mkdir()
    said = {"gone": "No such file or directory", "a folder": "Is a directory"}[cannot]
    with capture_logs() as lines:
        assert look_twice(one) is False
    assert [(line["event"], line["key"], line["reason"]) for line in lines] == [
        ("posts-refused", "", f"cannot be read: {said}")
    ]
    (finding,) = findings(application)
    assert finding.endswith(f": posts.toml: cannot be read: {said} (on one); what was read before stays in force.")


def test_the_broken_copy_of_one_machine_stays_on_record_whatever_the_others_have(
    application: Application, file: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "copy" / "posts.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text(TEXT, encoding="utf-8")
    one, two = watch(application, file), watch(application, elsewhere, "two")
    for each in (one, two):
        look_twice(each)
    for path, each in ((file, one), (elsewhere, two)):
        path.write_text("[teams", encoding="utf-8")
        look_twice(each)
    # One is mended; then a further process begins, and what it finds is well.
    file.write_text(TEXT, encoding="utf-8")
    look_twice(one)
    assert ["(on one)" in said for said in findings(application)] == [False]
    look_twice(watch(application, file, "three"))
    assert list(findings(application)) == []
    two.run_once()
    for each in (one, two):
        look_twice(each)
    (finding,) = findings(application)
    assert finding.startswith("the house: read posts.toml failed once since ")
    assert "(on two)" in finding
    elsewhere.write_text(TEXT, encoding="utf-8")
    look_twice(two)
    assert list(findings(application)) == []


def test_every_process_of_the_server_looks(application: Application) -> None:
    (loop,) = [each for each in loops(application) if each.name == "posts"]
    assert (loop.every_seconds, loop.run) == (2.0, application.posts_watch.run_once)


def test_who_may_no_more_is_refused_from_the_next_step_on(case: Case, file: Path) -> None:
    application = case.on.application
    one = watch(application, file)
    look_twice(one)
    file.write_text(TEXT.replace('sees = "all"\ntakes_in = true', "takes_in = true"), encoding="utf-8")
    assert look_twice(one) is True
    # Customer service sees only what it is asked in; it is asked here, and acts.
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    who = case.on.actor("li.na").principal
    assert who is not None
    assert who.duties == {"takes_in"}
