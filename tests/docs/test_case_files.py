"""The case files of docs/cases are what the stories beside them come to today; a case is printed in any language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.case_file_text import case_file_text, case_text
from app.case_file_words import WORDS
from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.scenarios.stage import Stage
from app.settings import Settings
from engine.errors import NotFound, Unfit
from engine.versions import Versions
from forms.languages import LANGUAGES
from storage.migrate import upgrade
from tests.docs.case_files import FOLDER, stories, told
from tests.support.keys import SERVER_KEY


@pytest.fixture(scope="module")
def withdrawn(versions: Versions) -> Iterator[Stage]:
    """The story of the withdrawal, played."""
    on = play(read_scenario(FOLDER / "withdrawal.yaml"), Settings(), versions=versions)
    yield on
    on.application.database.close()


@pytest.mark.parametrize("story", stories(), ids=lambda path: path.stem)
def test_the_case_file_is_what_the_story_comes_to(story: Path, versions: Versions) -> None:
    page = story.with_suffix(".md").read_text(encoding="utf-8")
    assert page == told(read_scenario(story), versions), "write it again: python -m tests.docs.case_files"


def test_there_is_a_case_file_for_each_kind_of_case() -> None:
    assert {story.stem for story in stories()} == {
        "routine-question", "group-complaint", "large-refund", "technical-fault", "legal-dispute", "withdrawal",
        "mediation",
    }  # fmt: skip


def test_number_and_id_print_the_same_file(withdrawn: Stage) -> None:
    by_id = case_text(withdrawn.application, withdrawn.case_id, "en")
    number = by_id.split("\n")[0].removeprefix("# Case file ")
    assert number.startswith("R0000-")
    assert by_id == case_text(withdrawn.application, f" {number} ", "en")
    assert by_id.splitlines()[2] == "Printed 2026-06-02 13:25. All times are those of China Time."


@pytest.mark.parametrize(
    ("language", "status"),
    [("zh-CN", "状态：已关闭 · 投诉人撤回"), ("ko", "상태: 종결 · 민원인 철회"), ("en", "Status: Closed · Withdrawn")],
)
def test_a_case_is_printed_in_each_language(withdrawn: Stage, language: str, status: str) -> None:
    text = case_text(withdrawn.application, withdrawn.case_id, language)
    assert f"\n- {status}\n" in text
    assert "> 周二晚上的英语口语课，老师连续两次迟到二十分钟。" in text


def test_what_somebody_wrote_cannot_pass_for_a_heading(withdrawn: Stage) -> None:
    text = case_text(withdrawn.application, withdrawn.case_id, "en")
    said = text.split("## What was said\n\n")[1].split("\n\n## ")[0]
    assert all(line.startswith(">") for line in said.splitlines())


def test_an_unknown_case_or_language_is_refused(withdrawn: Stage) -> None:
    with pytest.raises(NotFound, match="There is no case R9"):
        case_text(withdrawn.application, "R9", "en")
    with pytest.raises(Unfit, match="not in fr"):
        case_text(withdrawn.application, withdrawn.case_id, "fr")


def test_the_command_reads_the_database_of_the_installation(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'redress.db'}", var_folder=tmp_path, key=SecretStr(SERVER_KEY)
    )
    upgrade(settings.database_url)
    with pytest.raises(NotFound):
        case_file_text(settings, "R0000-00001", "en")


def test_every_word_of_the_file_is_there_in_three_languages() -> None:
    assert {
        name for name, labels in WORDS.items() if set(labels) != set(LANGUAGES) or not all(labels.values())
    } == set()
