"""Which process the public form opens, and what a due time is said to be for, stand in process.toml alone."""

from __future__ import annotations

from typing import Any

import pytest

from app.settings import ROOT
from engine.bundles.bundle import read_folders
from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from engine.errors import NotPublishable
from tests.support.application import House
from tests.web.visitor import visitor

FORM_LINE = 'form = "intake"\n'


def publish(redress: House, key: str, *changes: tuple[str, str], forms: tuple[str, ...] = ()) -> None:
    """Publish a process that ships with other words in its process.toml, and with forms of the complaint process."""
    files = dict(read_folders(ROOT / "bpmn", ROOT / "forms" / "definitions", key))
    config = f"bpmn/{key}/process.toml"
    text = files[config].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    for name in forms:
        files[f"forms/definitions/{key}/{name}"] = (ROOT / "forms/definitions/complaint" / name).read_bytes()
    redress.application.pipeline.run(PublishBundle({**files, config: text.encode()}), SYSTEM)


def type_chosen(redress: House) -> str | None:
    """Return the type of case that the public form begins with."""
    boxes = visitor(redress).get("/complain").elements("input")
    return next((b.get("value") for b in boxes if b.get("name") == "type" and b.get("checked") is not None), None)


def test_the_public_form_is_that_of_the_process_which_names_one(redress: House) -> None:
    form = ("intake.schema.json", "intake.ui.json")
    claims = ("[intake]\n", f"[intake]\n{FORM_LINE}")
    with pytest.raises(NotPublishable) as refused:
        publish(redress, "inquiry", claims, forms=form)
    assert [p["code"] for p in refused.value.details["problems"] if p["severity"] == "error"] == ["form-claimed-twice"]
    assert type_chosen(redress) == "complaint"
    publish(redress, "complaint", (FORM_LINE, ""))
    assert visitor(redress).get("/complain").status == 404
    publish(redress, "inquiry", claims, forms=form)
    assert type_chosen(redress) == "inquiry"


@pytest.mark.parametrize(
    ("duty", "said"),
    [(None, "To be done: acknowledge the complaint."), ("ring them up", "To be done: ring them up.")],
)
def test_what_is_to_be_done_is_said_as_the_process_says_it(redress: House, duty: str | None, said: str) -> None:
    if duty is not None:
        publish(redress, "complaint", ('en = "acknowledge the complaint"', f'en = "{duty}"'))
    answer: dict[str, Any] = redress.file(language="en")
    assert said in answer["explanation"]
    shown = redress.person("chen.jing").get(
        f"/api/complaints/{answer['id']}", headers={"Accept-Language": "en"}
    )["clocks"]  # fmt: skip
    assert said in next(each["explanation"] for each in shown if each["name"] == "acknowledge")


def test_a_clock_without_a_duty_is_said_by_its_name(redress: House) -> None:
    line = 'duty = { zh-CN = "确认受理", ko = "접수 확인", en = "acknowledge the complaint" }\n'
    publish(redress, "complaint", (line, ""))
    assert "To be done: Acknowledge." in redress.file(language="en")["explanation"]
