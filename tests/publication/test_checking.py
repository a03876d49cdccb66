"""`redress check` on files, folders and `posts.toml`: judged with the house around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.checking import check_paths, check_posts
from app.settings import Settings
from engine.bundles.bundle import UnreadableBundle
from engine.model.problem import Problem

SETTINGS = Settings(database_url="sqlite:////nonexistent/redress.db")
FOLDER = SETTINGS.bpmn_folder
POSTS = (FOLDER / "posts.toml").read_bytes()


def test_the_diagrams_that_ship_pass_alone_as_they_pass_in_their_bundles() -> None:
    for key in ("complaint", "inquiry"):
        files = [path for path in sorted((FOLDER / key).iterdir()) if path.suffix in (".bpmn", ".dmn")]
        assert check_paths(files, SETTINGS) == []
        assert check_paths([FOLDER / key], SETTINGS) == []


def test_the_teams_and_posts_that_ship_pass() -> None:
    assert check_paths([FOLDER / "posts.toml"], SETTINGS) == []


def test_a_mistake_in_the_posts_is_told_with_its_line() -> None:
    old = b'next = "academic_director"'
    line = POSTS.split(old)[0].count(b"\n") + 1
    post = POSTS.split(old)[0].rsplit(b"[posts.", 1)[1].split(b"]")[0].decode()
    assert check_posts(POSTS.replace(old, b'next = "academic_directer"', 1), "bpmn/posts.toml") == [
        Problem(
            "bpmn/posts.toml", line, "error", "config-problem", f"posts.{post}.next", None,
            f"`posts.{post}.next` 'academic_directer' is no post of this file.",
            "Correct this line; what may stand there is in docs/process-owner/posts.md.",
        )
    ]  # fmt: skip
    (problem,) = check_posts(POSTS + b"\n[posts.x\n", "posts.toml")
    assert problem.line == POSTS.count(b"\n") + 2


def test_without_posts_that_can_be_read_nothing_else_is_judged(tmp_path: Path) -> None:
    (tmp_path / "posts.toml").write_bytes(b"\n[teams.service\n")
    settings = SETTINGS.model_copy(update={"bpmn_folder": tmp_path})
    found = check_paths([FOLDER / "complaint" / "refund.bpmn"], settings)
    assert [(problem.file, problem.line, problem.code) for problem in found] == [
        (str(tmp_path / "posts.toml"), 2, "config-problem")
    ]


@pytest.mark.parametrize("name", ["process.toml", "labels.toml"])
def test_what_is_neither_diagram_nor_bundle_is_refused(name: str) -> None:
    with pytest.raises(UnreadableBundle):
        check_paths([FOLDER / "complaint" / name], SETTINGS)
