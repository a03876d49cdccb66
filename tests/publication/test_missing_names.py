"""A team or post that leaves `posts.toml` while processes name it: the check, the log and the doctor say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.checking import check_paths
from app.container import Application, build, take_posts
from app.doctor import findings
from app.settings import ROOT, Settings
from escalation.posts_watch import PostsWatch
from storage import migrate

POSTS = (ROOT / "bpmn" / "posts.toml").read_text(encoding="utf-8")
WITHOUT_LEGAL = re.sub(r"(?ms)^\[teams\.legal\].*?(?=^\[)", "", POSTS)
PLACES = [
    ("bpmn/complaint/complaint.bpmn", "team-unknown", "complaint_lane_legal"),
    ("bpmn/complaint/complaint.bpmn", "team-unknown", "resolution_lane_legal"),
    ("bpmn/complaint/complaint.bpmn", "recipient-unknown", "legal_opinion_late"),
    ("bpmn/complaint/process.toml", "process-toml", "clocks.external.rungs[0].to"),
    ("bpmn/complaint/process.toml", "process-toml", "clocks.external.rungs[1].to"),
]
"""Where the process that ships names the legal adviser."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation with files and a database of its own; the database is not made yet."""
    folder = tmp_path / "bpmn"
    folder.mkdir()
    for each in (ROOT / "bpmn").iterdir():
        if each.name != "posts.toml":
            (folder / each.name).symlink_to(each)
    (folder / "posts.toml").write_text(POSTS, encoding="utf-8")
    return Settings(bpmn_folder=folder, database_url=f"sqlite:///{tmp_path / 'redress.db'}", demo=False)


def in_force(settings: Settings) -> Application:
    """Return the installation with the complaint process in force."""
    migrate.upgrade(settings.database_url)
    application = build(settings)
    application.publish_folder()
    return application


def changed(settings: Settings, text: str) -> Path:
    """Write another posts file, and return where it is."""
    file = settings.bpmn_folder / "posts.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_check_warns_of_every_place_of_the_processes_beside_the_file(settings: Settings) -> None:
    found = check_paths([changed(settings, WITHOUT_LEGAL)], settings)
    assert [(problem.file, problem.code, problem.element) for problem in found] == PLACES
    assert {problem.severity for problem in found} == {"warning"}
    assert found[0].message == "The lane legal is no team that exists."
    assert check_paths([changed(settings, POSTS)], settings) == []


def test_a_post_that_is_named_is_warned_of_as_a_team_is(settings: Settings) -> None:
    text = POSTS.replace("vice_principal_teaching", "vice_principal_of_teaching")
    found = check_paths([changed(settings, text)], settings)
    assert {problem.severity for problem in found} == {"warning"}
    named = [problem.message for problem in found if "post:vice_principal_teaching" in problem.message]
    assert "`to` of rung no. 4 of the clock acknowledge names post:vice_principal_teaching, whom nobody knows." in named


def test_the_installations_own_file_is_judged_by_what_is_in_force_too(settings: Settings) -> None:
    in_force(settings).database.close()
    assert check_paths([changed(settings, POSTS)], settings) == []
    (settings.bpmn_folder / "complaint").unlink()
    found = check_paths([changed(settings, WITHOUT_LEGAL)], settings)
    assert [(problem.file, problem.code, problem.element) for problem in found] == [
        (f"complaint 1: {file}", code, element) for file, code, element in PLACES
    ]


def test_what_is_said_of_the_process_beside_it_is_not_said_again_of_the_same_in_force(settings: Settings) -> None:
    in_force(settings).database.close()
    found = check_paths([changed(settings, WITHOUT_LEGAL)], settings)
    assert [(problem.file, problem.code, problem.element) for problem in found] == PLACES


def test_a_running_server_warns_when_it_takes_the_file_up_and_the_doctor_until_it_is_mended(
    settings: Settings,
) -> None:
    application = in_force(settings)
    file = settings.bpmn_folder / "posts.toml"
    watch = PostsWatch(
        file=file, pipeline=application.pipeline, read=file.read_bytes(),
        take=lambda posts: take_posts(posts, application.library, application.pipeline),
    )  # fmt: skip
    watch.run_once()
    assert list(findings(application)) == []
    changed(settings, WITHOUT_LEGAL)
    with capture_logs() as lines:
        watch.run_once()
        assert watch.run_once() is True
        watch.run_once()
    told = [line for line in lines if line["event"] == "posts-name-missing"]
    assert [(line["file"], line["code"], line["element"]) for line in told] == PLACES
    assert told[0] == {
        "event": "posts-name-missing", "log_level": "warning", "process": "complaint", "version": 1,
        "file": PLACES[0][0], "code": "team-unknown", "element": "complaint_lane_legal",
        "reason": "The lane legal is no team that exists.",
    }  # fmt: skip
    said = list(findings(application))
    assert len(said) == len(PLACES)
    assert re.sub(r"line \d+", "line N", said[0]) == (
        "process complaint: version 1, which is in force, names what posts.toml does not have, at complaint_lane_legal"
        " (bpmn/complaint/complaint.bpmn, line N): The lane legal is no team that exists. Put it into posts.toml again,"
        " or publish the process without it."
    )
    changed(settings, POSTS)
    with capture_logs() as lines:
        watch.run_once()
        assert watch.run_once() is True
    assert [line["event"] for line in lines] == ["posts-taken"]
    assert list(findings(application)) == []
    application.database.close()
