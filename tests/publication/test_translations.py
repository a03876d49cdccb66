"""Every finding is told in Chinese and Korean too; a sentence without words in one of them fails here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.finding_words import FINDINGS, PART, FindingWords
from api.texts import read_catalogue
from app.cli import app
from engine.model.problem import Problem
from engine.publication import RULES
from forms.rules import RULES as FORM_RULES
from tests.publication.fixture_files import FIXTURES, check_fixture
from tests.publication.sentences import ROOT, known, said_in
from tests.publication.shipped import CONFIG, findings, shipped, with_text

WORDS = FindingWords(ROOT / "locale")
LANGUAGES = ("zh-CN", "ko")
MODULES = sorted(
    [
        *(ROOT / "engine/publication").glob("*.py"),
        *(ROOT / "engine/rehearsal").glob("*.py"),
        *(ROOT / "engine/configuration").glob("*.py"),
        *(ROOT / "engine/bundles").glob("*.py"),
        *(ROOT / "engine/decisions").glob("*.py"),
        *(ROOT / "forms").glob("*.py"),
        *(ROOT / "complaints").rglob("*.py"),
        ROOT / "engine/versions.py",
    ]
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_a_check_can_say_has_words_in(language: str, module: Path) -> None:
    words = known(language)
    missing = [f"{module.name}:{line}: {text}" for line, text in said_in(module) if not words.get(text)]
    assert missing == []


def test_the_sentences_are_really_read_out_of_the_code() -> None:
    found = {text for module in MODULES for _, text in said_in(module)}
    assert len(found) > 500
    assert "The %s has no form." in found
    assert "%s is empty, so the clock is never met." in found
    assert "Use the id of a step." in found
    assert "Draw the arrow that leads to it, or remove it." in found  # the remedy of a rule whose findings say no more


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_findings_of_every_bad_diagram_are_told_in_each_language(code: str) -> None:
    for problem in check_fixture(f"{code}-bad.bpmn"):
        _check_told(problem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('default_team = "', 'default_team = "x'),
        ("met_by = [", 'met_by = ["nowhere", '),
        ('met_by = ["acknowledge"]', "met_by = []"),
        ("[clocks.acknowledge]", "[clocks.Acknowledge]"),
        ('at = "', 'at = "soon '),
        ("amount = 7\n", "amount = 10_080\n"),
        ("working_days = 20", "working_days = 8_000"),
        ('at = "due + 48 h"', 'at = "due + 900000 h"'),
        ('type = "boolean"', 'type = "bool"'),
        ("changeable = true", "changable = true"),
        ("= [", "= ["[:-1]),
    ],
)
def test_the_findings_about_a_damaged_configuration_are_told_in_each_language(old: str, new: str) -> None:
    found = [problem for problem in findings(with_text(CONFIG, old, new)) if problem.file == CONFIG]
    assert found
    for problem in found:
        _check_told(problem)


def _check_told(problem: Problem) -> None:
    for language in LANGUAGES:
        told = WORDS.told(problem, language)
        for said, english in ((told.message, problem.message), (told.advice, problem.advice)):
            assert said != english, (language, english)
            assert "%(" not in said
            assert re.search("[一-鿿]" if language == "zh-CN" else "[가-힣]", said), said
        assert (told.file, told.line, told.code, told.element) == (
            problem.file, problem.line, problem.code, problem.element,
        )  # fmt: skip


@pytest.mark.parametrize("code", sorted(FORM_RULES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_advice_about_forms_has_words_in_each_language(code: str, language: str) -> None:
    assert WORDS.said(FORM_RULES[code].advice, language) not in (None, FORM_RULES[code].advice)


def test_the_catalogues_hold_the_same_sentences_with_the_same_places() -> None:
    held = {
        language: {(each.id, each.context): each.string for each in read_catalogue(ROOT / "locale", language, FINDINGS)}
        for language in (*LANGUAGES, "en")
    }
    assert set(held["zh-CN"]) == set(held["ko"]) == set(held["en"])
    for language, entries in held.items():
        for (id_, context), said in entries.items():
            assert said or not id_, (language, id_)
            assert set(re.findall(r"%\(\w+\)s", str(said))) == set(re.findall(r"%\(\w+\)s", str(id_))) or not id_, (
                language,
                id_,
            )
            assert context in (None, PART)


@pytest.mark.parametrize(
    ("sentence", "chinese", "korean"),
    [
        ('The user task "Verify" has no form.', "用户任务“Verify”没有表单。", "사용자 작업 ‘Verify’: 양식이 없습니다."),
        (
            'The condition of the arrow from the exclusive gateway (X) choose to the task "Look": '
            "a single = does not compare (column 8).",
            "从排他网关（X） choose到任务“Look”的连线的条件：单个 = 不表示比较（第 8 列）。",
            "배타적 게이트웨이(X) choose → 작업 ‘Look’ 화살표의 조건: = 하나는 비교가 아닙니다 (8열).",
        ),
        (
            "`at` of rung no. 2 of the clock respond says soon, which is no time.",
            "时限 respond 的 第 2 级阶梯 的 `at`：写的是 soon，它不是时间。",
            "기한 respond의 단계 2번의 `at`: soon은(는) 시간이 아닙니다.",
        ),
    ],
)
def test_pieces_in_a_sentence_are_said_in_the_language_too(sentence: str, chinese: str, korean: str) -> None:
    assert (WORDS.said(sentence, "zh-CN"), WORDS.said(sentence, "ko")) == (chinese, korean)


@pytest.mark.parametrize("name", ["user task", "The end of it", "Head of unit", "condition of the x", "message"])
def test_what_somebody_called_a_thing_is_left_as_it_is(name: str) -> None:
    assert WORDS.said(f'The user task "{name}" has no form.', "zh-CN") == f"用户任务“{name}”没有表单。"


def test_a_sentence_without_words_is_told_in_english_and_marked_as_such() -> None:
    row = WORDS.row({"message": "Nobody ever said this.", "advice": "Correct the name.", "line": 3}, "ko")
    assert (row["message"], row["message_language"], row["line"]) == ("Nobody ever said this.", "en", 3)
    assert row["advice_language"] == "ko"
    assert WORDS.said("Anything.", "en") == "Anything."


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_whatever_a_diagram_holds_can_be_told(name: str, language: str) -> None:
    said = WORDS.said(f'The user task "{name}" has no form.', language)
    assert said is not None
    assert name in said


@pytest.mark.parametrize(("language", "says"), [("ko", "오류 1개"), ("zh-CN", "1 个错误"), ("en", "1 error, ")])
def test_the_command_answers_in_the_language_that_is_asked_for(language: str, says: str) -> None:
    file = str(FIXTURES / "join-waits-bad.bpmn")
    told = CliRunner().invoke(app, ["check", file, "--language", language])
    assert says in told.output
    (row,) = json.loads(CliRunner().invoke(app, ["check", file, "--language", language, "--json"]).output)
    assert row["message"] in told.output
    assert set(row) == set(Problem("", None, "error", "", None, None, "", "").as_dict())


def test_what_ships_says_nothing_in_any_language() -> None:
    assert findings(shipped("inquiry")) == []
