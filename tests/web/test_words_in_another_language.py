"""What is prepared for a complainant stands on the page in the language that they read, whoever opens it."""

from __future__ import annotations

import json

import pytest

from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from storage.counting import counted
from tests.publication.shipped import FORMS, shipped
from tests.support.application import House, house
from tests.web.conftest import with_pages
from tests.web.visitor import NS, staff, text_of

FORM = f"{FORMS}/acknowledge.ui.json"
SAID = {"zh-CN": "{course}的问题", "ko": "{course}의 문제", "en": "about {course}"}
"""What the shipped words say of the complaint: blanks that no fact fills."""
FACTS = "{number}: {channel}, {received_at}, {people}, {category}, {campus}, {priority}"
LETTERS = {
    "zh-CN": (
        "您好，遇到这样的事确实让人着急，给您添麻烦了，非常抱歉。\n\n"
        "您反映的<>: 网站, 2026年3月3日周二 11:00, 3, "
        "教学 › 课程内容与大纲不符或有误, 主校区, 重点，我已经完整记录下来了。\n\n"
        "这件事由我负责到底，接下来我会向{team}核实情况。\n\n"
        "{time}之前我会主动联系您，告诉您进展。"
    ),
    "ko": (
        "안녕하세요. 이런 일로 많이 답답하셨을 텐데, 불편을 드려 정말 죄송합니다.\n\n"
        "말씀해 주신 <>: 웹사이트, 2026년 3월 3일 (화) 11:00, 3, "
        "수업 › 강의 내용이 계획과 다르거나 오류가 있음, 본교, 중점를 빠짐없이 기록했습니다.\n\n"
        "이 건은 제가 끝까지 책임지고 {team}에 확인하겠습니다.\n\n"
        "{time}까지 제가 먼저 연락드려 진행 상황을 알려 드리겠습니다."
    ),
    "en": (
        "Hello. I am sorry you had to go through this; I can see why it is upsetting.\n\n"
        "I have written down in full what you told us <>: website, Tue 3 Mar 2026, 11:00, 3, "
        "Teaching › Course content wrong or not as announced, Main campus, High.\n\n"
        "I will look after this until it is settled. Next I will check the facts with {team}.\n\n"
        "I will contact you myself by {time} and tell you where things stand."
    ),
}
"""What is prepared for whoever reads the language; <> is the number of the case."""


@pytest.fixture(scope="module")
def spoken() -> House:
    """An installation whose words of acknowledgement say facts of the case; publishing it takes seconds."""
    found, files = with_pages(house(secure_cookies=False)), shipped()
    form = json.loads(files[FORM])
    script = form["fields"]["acknowledgement_text"]["script"]
    for language, said in SAID.items():
        assert said in script["fact"][language]
        script["fact"][language] = script["fact"][language].replace(said, FACTS)
    form["script"] = script
    found.application.pipeline.run(PublishBundle({**files, FORM: json.dumps(form).encode()}), SYSTEM)
    return found


@pytest.mark.parametrize("read", ["zh-CN", "ko", "en"])
@pytest.mark.parametrize("page_in", ["zh-CN", "ko", "en"])
def test_words_to_say_and_the_facts_in_them_are_in_the_language_that_the_complainant_reads(
    spoken: House, page_in: str, read: str
) -> None:
    filed = spoken.file(language=read, people=3)
    task = spoken.task("li.na", "acknowledge", filed["id"])["id"]
    page = staff(spoken, "li.na", page_in).get(f"/tasks/{task}")
    letter, expected = page.by_id("task-acknowledgement_text"), LETTERS[read].replace("<>", filed["number"])
    marked = None if read == page_in else read
    assert (letter.text.strip(), letter.get("lang")) == (expected, marked)
    (aloud,) = [each for each in page.elements("section") if each.get("class") == "form-script"]
    parts = [next(iter(each), each) for each in aloud.iter(f"{NS}dd")]
    assert ([text_of(each) for each in parts], {each.get("lang") for each in parts}) == (
        expected.split("\n\n"), {marked},
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "ko", "en"])
def test_a_task_is_read_once_whatever_language_the_complainant_reads(redress: House, language: str) -> None:
    case = redress.file("li.na", channel="phone", language=language)["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    li_na = staff(redress, "li.na")
    with counted(redress.application.database) as count:
        assert li_na.get(f"/tasks/{task}").status == 200
    assert len([each for each in count.sql if "work_item.draft" in each and "undo_until" in each]) == 1
