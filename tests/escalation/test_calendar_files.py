"""Folders of calendars: the ones that ship, and those that must be refused."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from escalation.calendar import next_staffed_opening, staffed_close, staffed_windows
from escalation.calendar_files import load_calendars
from escalation.refusals import ConfigProblem, NoStaffedTime
from tests.escalation.builders import BERLIN, ROOT, SEOUL, SHIPPED, at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the calendars that ship."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "calendars"))


def test_the_calendars_that_ship_are_read() -> None:
    campuses = load_calendars(SHIPPED).campuses
    assert {name: (campus.zone.key, sorted(campus.years)) for name, campus in campuses.items()} == {
        "main": ("Asia/Shanghai", [2025, 2026]),
        "seoul": ("Asia/Seoul", [2025, 2026]),
    }
    assert list(campuses["main"].channels) == ["phone", "chat", "web", "app", "email", "wechat", "desk", "staff"]
    assert {channel.name: _hours(channel.week[0].staffed) for channel in campuses["main"].channels.values()} == {
        "phone": "10-21", "chat": "10-22", "web": "10-21", "app": "10-21", "email": "10-21", "wechat": "10-21",
        "desk": "9-18", "staff": "9-12 13-18",
    }  # fmt: skip
    assert sorted(name for name, channel in campuses["main"].channels.items() if channel.always_open) == [
        "app",
        "email",
        "web",
        "wechat",
    ]
    for campus in campuses.values():
        assert all(channel.week[5].staffed == channel.week[6].staffed == () for channel in campus.channels.values())


def test_late_and_substitute_holidays_of_korea_are_known() -> None:
    seoul = load_calendars(SHIPPED).campuses["seoul"]
    phone = seoul.channels["phone"]
    off = (
        "2025-01-27",
        "2025-05-06",
        "2025-06-03",
        "2025-10-08",
        "2026-03-02",
        "2026-05-01",
        "2026-07-17",
        "2026-08-17",
    )
    assert [staffed_windows(seoul, phone, date.fromisoformat(day)) for day in off] == [()] * len(off)
    worked = date(2025, 5, 2)
    assert staffed_windows(seoul, phone, worked) == ((at("2025-05-02 10:00", SEOUL), at("2025-05-02 21:00", SEOUL)),)


def test_simple_questions_are_answered() -> None:
    main = load_calendars(SHIPPED).campuses["main"]
    phone = main.channels["phone"]
    assert staffed_close(main, phone, date(2026, 1, 5)) == at("2026-01-05 21:00")
    assert staffed_close(main, phone, date(2026, 1, 10)) is None
    assert next_staffed_opening(main, phone, at("2026-01-05 12:00")) == at("2026-01-05 12:00")
    assert next_staffed_opening(main, phone, at("2026-01-09 21:00")) == at("2026-01-12 10:00")
    berlin = load_calendars(BERLIN).campuses["berlin"]
    with pytest.raises(NoStaffedTime):
        next_staffed_opening(berlin, berlin.channels["never"], at("2026-01-05 12:00"))


def test_the_digest_changes_with_every_file_and_only_then(folder: Path) -> None:
    first = load_calendars(folder).digest
    assert first == load_calendars(SHIPPED).digest
    (folder / "README.txt").write_text("not a calendar")
    assert load_calendars(folder).digest == first
    digests = {first}
    for file in sorted(folder.rglob("*.toml")):
        file.write_text(file.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
        digests.add(load_calendars(folder).digest)
    (folder / "seoul" / "2026.toml").unlink()
    digests.add(load_calendars(folder).digest)
    assert len(digests) == 8


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("main/next year.toml", "is not named for a year, like 2026.toml"),
        ("main/2026/1.toml", "is not named for a year, like 2026.toml"),
        ("main/0026.toml", "26 is no year between 1971 and 2999"),
        ("busan/2026.toml", "has no campus: there is no busan.toml beside its folder"),
        ("Main 2.toml", "must be named with small letters a-z, digits, _ and -"),
    ],
)
def test_a_stray_file_is_refused(folder: Path, name: str, reason: str) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text('published = true\nsource = "x"\n')
    with pytest.raises(ConfigProblem) as refusal:
        load_calendars(folder)
    assert (refusal.value.file, refusal.value.key, refusal.value.reason) == (name, "", reason)


def test_a_fault_in_a_year_names_the_year(folder: Path) -> None:
    file = folder / "main" / "2026.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("published = true", "published = 1"), encoding="utf-8")
    with pytest.raises(ConfigProblem, match=re.escape("main/2026.toml: published: must be true or false")):
        load_calendars(folder)


def test_a_folder_without_calendars_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="holds no calendar"):
        load_calendars(tmp_path)
    with pytest.raises(ConfigProblem, match="is no folder"):
        load_calendars(tmp_path / "nowhere")
    (tmp_path / "main.toml").mkdir()
    with pytest.raises(ConfigProblem, match=r"main\.toml: cannot be read"):
        load_calendars(tmp_path)


def test_the_examples_of_the_documentation_are_calendars(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "process-owner" / "calendars.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n# file: (\S+)\n(.*?)```", text, flags=re.DOTALL)
    for name, content in examples:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    main = load_calendars(tmp_path).campuses["main"]
    assert [name for name, _ in examples] == ["main.toml", "main/2026.toml"]
    assert (sorted(main.channels), len(main.overrides), len(main.years[2026].days)) == (
        ["hotline", "phone", "web"],
        3,
        8,
    )


def _hours(windows: tuple[tuple[int, int], ...]) -> str:
    return " ".join(f"{begin // 60}-{end // 60}" for begin, end in windows)
