"""Publication refuses a process that would tell somebody something without words for it."""

from __future__ import annotations

import pytest

from complaints.notices.notice_check import check_told
from engine.configuration.process_file import read_config
from tests.publication.shipped import findings, shipped

NOTICES, CONFIG = "bpmn/complaint/notices.toml", "bpmn/complaint/process.toml"


@pytest.fixture
def files() -> dict[str, bytes]:
    """The shipped bundle."""
    return shipped()


def _without(content: bytes, template: str) -> bytes:
    text = content.decode()
    return text.replace(f"[templates.{template}", f"[templates.x_{template}").encode()


@pytest.mark.parametrize(
    ("template", "by"),
    [
        ("receipt", "diagram"), ("acknowledge_overdue", "ladder"), ("paused", "command"), ("action_dropped", "command"),
        ("resumed", "command"), ("extended", "command"), ("new_owner", "command"), ("case_ownerless", "command"),
        ("grade_lowered", "tells"),
    ],
)  # fmt: skip
def test_a_template_that_is_missing_is_an_error(files: dict[str, bytes], template: str, by: str) -> None:
    files[NOTICES] = _without(files[NOTICES], template)
    config = read_config(files[CONFIG], CONFIG)[0]
    missing = [p for p in check_told(files, config) if p.code == "notice-missing"]
    assert [p.element for p in missing] == [template], by
    assert [p.message[-1] + p.advice[-1] for p in missing] == [".."]


def test_a_bundle_without_notices_is_refused(files: dict[str, bytes]) -> None:
    del files[NOTICES]
    found = findings(files)
    assert [p.severity for p in found if p.code == "notice-missing"] == ["error"]


def test_the_shipped_bundle_has_words_for_everything(files: dict[str, bytes]) -> None:
    assert list(check_told(files, read_config(files[CONFIG], CONFIG)[0])) == []


def test_a_notice_promises_the_due_time_of_a_clock_that_the_process_has(files: dict[str, bytes]) -> None:
    files[NOTICES] = files[NOTICES].replace(b"{respond_by}", b"{answer_by}")
    config = read_config(files[CONFIG], CONFIG)[0]
    found = [(p.code, p.element, p.message) for p in check_told(files, config)]
    assert (
        "placeholder-unknown",
        "receipt",
        "receipt names {answer_by}, but the process has no clock answer.",
    ) in found
    assert {code for code, _, _ in found} == {"placeholder-unknown"}
    files[CONFIG] = files[CONFIG].replace(b"[clocks.respond", b"[clocks.answer")
    assert list(check_told(files, read_config(files[CONFIG], CONFIG)[0])) == []


def told(files: dict[str, bytes]) -> list[tuple[str, str | None, bool]]:
    """Return code and place of each problem, and whether it has a line."""
    found = findings(files)
    return [(p.code, p.element, p.line is not None) for p in found]


def test_somebody_is_told_of_whatever_has_a_day_of_its_own(files: dict[str, bytes]) -> None:
    text = files[CONFIG].decode()
    begin, end = text.index("[late.promise]"), text.index("# Answers of forms")
    files[CONFIG] = (text[:begin] + text[end:]).encode()
    assert [(code, place) for code, place, _ in told(files)] == [
        ("notice-missing", "late.action"), ("notice-missing", "late.promise"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[late.action]", "[late.actoin]", ("process-toml", "late.actoin", True)),
        ('["owner", "concerned"]', '["owner", "concernde"]', ("process-toml", "late.action.to", True)),
        ('["owner", "concerned"]', '["post:nobody"]', ("process-toml", "late.action.to", True)),
        ('["owner", "concerned"]', "[]", ("process-toml", "late.action", True)),
        ('template = "action_overdue"', 'template = "overdue_action"', ("notice-missing", "overdue_action", False)),
        ('template = "action_overdue"', 'tempalte = "action_overdue"', ("process-toml", "late.action.tempalte", True)),
    ],
)
def test_a_slip_in_who_is_told_is_found(
    files: dict[str, bytes], old: str, new: str, problem: tuple[str, str, bool]
) -> None:
    files[CONFIG] = files[CONFIG].decode().replace(old, new, 1).encode()
    assert problem in told(files)
