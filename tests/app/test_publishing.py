"""What is published with a warning tells it: the warning is the only word about it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.checking import publish_path
from app.settings import Settings
from storage import migrate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return an installation of its own, whose only process is the inquiry."""
    shutil.copytree(Settings().bpmn_folder, tmp_path / "bpmn")
    shutil.rmtree(tmp_path / "bpmn" / "complaint")
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    migrate.upgrade(url)
    return Settings(bpmn_folder=tmp_path / "bpmn", database_url=url)


def test_a_step_that_is_renamed_in_the_diagram_alone_is_told_when_it_is_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.checking.terminal_language", lambda _: "en")
    assert list(publish_path(None, "", settings)) == ["inquiry 1: published, 0 warnings"]
    drawing = settings.bpmn_folder / "inquiry" / "inquiry.bpmn"
    text = drawing.read_text("utf-8")
    drawn = re.search(r'userTask id="(\w+)" name="[^"]*"', text)
    assert drawn is not None
    drawing.write_text(text.replace(drawn[0], f'userTask id="{drawn[1]}" name="Odd name"', 1), "utf-8")
    warning, done = publish_path(None, "", settings)
    line = text.split(drawn[0])[0].count("\n") + 1
    assert warning == (
        f"bpmn/inquiry/inquiry.bpmn:{line}: warning label-differs: {drawn[1]} (Odd name) The user task"
        ' "Odd name" is called 处置逾期答复 / 답변 지연 조치 / Act on the late answer in labels.toml, and people read'
        " that name. Change its entry in labels.toml too, or delete it there: then people read the name in the diagram."
    )
    assert done == "inquiry 2: published, 1 warning"
