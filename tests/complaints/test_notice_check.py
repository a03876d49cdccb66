"""Publication refuses a process that would tell somebody something without words for it."""

from __future__ import annotations

import pytest

from app.container import house
from app.settings import Settings
from complaints.notice_check import check_told
from engine.bundle import read_folders
from engine.compile_bundle import check
from engine.config_file import read_config
from escalation.posts import load_posts

SETTINGS = Settings()
NOTICES, CONFIG = "bpmn/complaint/notices.toml", "bpmn/complaint/process.toml"


@pytest.fixture
def files() -> dict[str, bytes]:
    """The shipped bundle."""
    return read_folders(SETTINGS.bpmn_folder, SETTINGS.forms_folder, "complaint")


def _without(content: bytes, template: str) -> bytes:
    text = content.decode()
    return text.replace(f"[templates.{template}", f"[templates.x_{template}").encode()


@pytest.mark.parametrize(
    ("template", "by"), [("receipt", "diagram"), ("acknowledge_overdue", "ladder"), ("paused", "command")]
)
def test_a_template_that_is_missing_is_an_error(files: dict[str, bytes], template: str, by: str) -> None:
    files[NOTICES] = _without(files[NOTICES], template)
    config = read_config(files[CONFIG], CONFIG)[0]
    missing = [p.element for p in check_told(files, config) if p.code == "notice-missing"]
    assert missing == [template], by


def test_a_bundle_without_notices_is_refused(files: dict[str, bytes]) -> None:
    del files[NOTICES]
    found = check(files, house(load_posts(SETTINGS.bpmn_folder / "posts.toml")))
    assert [p.severity for p in found if p.code == "notice-missing"] == ["error"]


def test_the_shipped_bundle_has_words_for_everything(files: dict[str, bytes]) -> None:
    assert list(check_told(files, read_config(files[CONFIG], CONFIG)[0])) == []
