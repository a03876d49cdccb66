"""Whoever is refused is told in the language they ask for, in our words; what machines read stays as it is."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import core_schema

from api.errors import kinds_of
from api.faults import of_house, of_library
from api.field_messages import FIELDS, OTHER, field_message
from api.sentences import Sentences
from api.texts import PROBLEMS, read_catalogue
from engine.errors import Conflict, NotFound, Refusal, StepFailed
from engine.model.config import FACT_TYPES
from forms.messages import MESSAGES
from tests.api.raised_messages import ROOT, classes, defaults, raised
from tests.support.application import COMPLAINT, House, house
from tests.support.plans import plan_made

LANGUAGES = ("zh-CN", "ko", "en")
PLACE = re.compile(r"%\((\w+)\)s")
SCRIPT = {"zh-CN": re.compile(r"[一-鿿]"), "ko": re.compile(r"[가-힣]"), "en": re.compile(r"[A-Za-z]")}
FOREIGN = {"zh-CN": re.compile(r"[가-힣]"), "ko": re.compile(r"[一-鿿]"), "en": re.compile(r"[一-鿿가-힣]")}


@lru_cache
def catalogue(language: str) -> Catalog:
    return read_catalogue(ROOT / "locale", language, PROBLEMS)


@lru_cache
def sentences() -> Sentences:
    return Sentences(ROOT / "locale")


def spoken(text: str, language: str) -> None:
    assert SCRIPT[language].search(text), (language, text)
    assert not FOREIGN[language].search(text), (language, text)
    assert "%(" not in text, text
    if language != "en":
        assert not re.search(r"\b(the|is|of|this|must|have)\b", text), text


# --- the catalogue -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_can_be_answered_has_its_words(language: str) -> None:
    wanted, known = raised(), {_numbered(str(message.id)) for message in catalogue(language) if message.id}
    assert len(wanted) > 90
    assert {text: where for text, where in wanted.items() if text not in known} == {}
    assert defaults() - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_a_problem_has_its_words(language: str) -> None:
    known = {message.id for message in catalogue(language) if message.string}
    assert marked() - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_names_what_the_sentence_does_not_and_nothing_is_left_over(language: str) -> None:
    used = {_numbered(text) for text in marked()} | set(raised()) | defaults() | VALUES | BESIDE
    ids = [str(message.id) for message in catalogue(language) if message.id]
    assert sorted(each for each in ids if _numbered(each) not in used) == []
    for message in catalogue(language):
        if message.id:
            assert set(PLACE.findall(str(message.string))) <= set(PLACE.findall(str(message.id))), message.id
            assert len(set(PLACE.findall(str(message.id)))) == len(PLACE.findall(str(message.id))), message.id
            if " " in str(message.id):
                spoken(PLACE.sub("1", str(message.string)), language)


VALUES = {
    *("anonymous", "confidential", "complaint", "opinion", "suggestion", "inquiry", *FACT_TYPES),
    *("change facts", "add the people concerned", "take people off the list", "offer the case to somebody"),
    *("write to the complainant", "write down what the complainant said", "settle an action", "settle a remedy"),
    *("settle a promise", "move the case to another process", "link cases", "say whom the complaint is about"),
    "say that a colleague is not meant after all",
    *("open a new case after an ended one", "take back an offer of the case", "pause its clocks"),
    *("let its clocks run on", "extend a clock"),
}
"""Words that stand in a sentence as values."""
BESIDE = {
    "A request has at most %(1)s bytes.", "This cannot be done with people, posts or credentials.",
    "Nothing in this house delivers to such a recipient.",
}  # fmt: skip
"""Sentences of the frame around us, and of classes that are told by their default only."""


def marked() -> set[str]:
    methods = [("web/**.py", "ignore"), ("**.py", "python")]
    return {str(each[2]) for each in extract_from_dir(str(ROOT / "api"), method_map=methods, keywords={"marked": None})}


def _numbered(text: str) -> str:
    places = iter(range(1, 99))
    return PLACE.sub(lambda _: f"%({next(places)})s", text)


# --- answers ---------------------------------------------------------------------------------------------------------


def refusals(redress: House) -> Iterator[tuple[str, str, str, Any, dict[str, str]]]:
    """Yield the code, method, path, body and headers of requests that are refused."""
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    done = redress.file(by="li.na")["id"]
    finished = redress.task("li.na", "acknowledge", done)["id"]
    redress.do("li.na", "acknowledge", done, {"acknowledgement_text": "您好。"})
    decision = redress.task("liu.gang", "decide_leadership", plan_made(redress))["id"]
    li_na = redress.person("li.na").headers["Authorization"]
    liu = redress.person("liu.gang").headers["Authorization"]
    as_li, as_liu = {"Authorization": li_na}, {"Authorization": liu}
    vote = {"data": {"decision": "approve", "reasons": "同意。"}}
    yield "not-found", "GET", "/api/complaints/unknown", None, as_li
    yield "not-found", "POST", "/api/tasks/unknown-1/claim", None, as_li
    yield "no-such-address", "GET", "/api/nowhere", None, as_li
    yield "wrong-method", "DELETE", "/api/tasks", None, as_li
    yield "sign-in-required", "GET", "/api/me", None, {}
    yield "sign-in-required", "GET", "/api/track", None, {}
    yield "sign-in-required", "GET", "/api/me", None, {"Authorization": "Bearer redress_x"}
    yield "forbidden", "GET", "/metrics", None, as_li
    yield "forbidden", "POST", f"/api/tasks/{task}/complete", {"data": {}}, as_liu
    yield "conflict", "POST", f"/api/tasks/{finished}/complete", {"data": {}}, as_li
    yield "stale", "PATCH", f"/api/complaints/{case}/facts", {"people": 2}, {**as_li, "If-Match": '"f99"'}
    yield "stale", "PATCH", f"/api/complaints/{case}/facts", {"people": 2}, {**as_li, "If-Match": "zzz"}
    yield "match-required", "POST", f"/api/tasks/{decision}/complete", vote, as_liu
    yield "unfit", "POST", f"/api/tasks/{task}/complete", {"data": {"extra": 1}}, as_li
    yield "unfit", "POST", f"/api/tasks/{task}/complete", {"data": 7, "more": 1}, as_li
    yield "unfit", "POST", "/api/complaints", {"people": 0, "type": "rumour", "text": 1, "received_at": "x"}, {}
    yield "unfit", "POST", f"/api/complaints/{case}/extend", {"clock": "resolve", "amount": 9000, "reason": "x"}, as_li
    yield "unfit", "GET", "/api/complaints?status=zzz&limit=0", None, as_li
    yield "unfit", "GET", "/api/tasks?view=team", None, as_li
    yield "unfit", "POST", f"/api/complaints/{case}/extend", {"clock": "zzz", "amount": 1, "reason": "x"}, as_li
    yield "bad-cursor", "GET", "/api/tasks?cursor=abc", None, as_li
    yield "unsafe", "POST", "/api/complaints", {**COMPLAINT, "identity_mode": "anonymous"}, {}
    yield "unreadable-bundle", "POST", "/api/processes", {}, {
        "Authorization": redress.person("park.owner").headers["Authorization"]
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_told_in_the_language_that_is_asked_for(redress: House, language: str) -> None:
    seen = set()
    for code, method, path, body, headers in refusals(redress):
        asked = {"Accept-Language": language, **headers}
        answer = redress.public.call(method, path, body, headers=asked)
        problem = answer.json()
        assert (problem["code"], problem["type"]) == (code, f"/problems/{code}"), problem
        assert (answer.headers["content-language"], answer.headers["content-type"]) == (
            language, "application/problem+json",
        )  # fmt: skip
        assert "Accept-Language" in answer.headers["vary"]
        for text in (problem["title"], problem["detail"], *(field["message"] for field in problem.get("fields", ()))):
            spoken(text, language)
        for field in problem.get("fields", ()):
            assert field["field"] == "" or field["field"].startswith("/"), field
            assert field["in"] in ("body", "query", "path", "header")
        seen.add(code)
    assert len(seen) == 12


def test_a_body_that_is_too_large_and_one_that_is_no_json_are_told_in_words(redress: House) -> None:
    sent = {"Content-Type": "application/json", "Accept-Language": "ko"}
    large = redress.http.post("/api/complaints", content=b"x" * 3_000_000, headers=sent).json()
    assert large["detail"] == "요청은 최대 2000000바이트입니다."
    broken = redress.http.post("/api/complaints", content=b'{"subject": ', headers=sent).json()
    assert (broken["code"], broken["detail"]) == ("malformed", "요청 본문이 JSON이 아닙니다.")
    parts = {**sent, "Authorization": redress.person("park.owner").headers["Authorization"],
             "Content-Type": "multipart/form-data"}  # fmt: skip
    odd = redress.http.post("/api/processes", content=b"--", headers=parts).json()
    assert (odd["code"], odd["detail"]) == ("malformed", "요청을 읽을 수 없습니다.")


def test_too_many_requests_are_told_in_words() -> None:
    redress = house(requests_per_minute=1)
    redress.public.call("GET", "/api/me")
    for _ in range(3):
        answer = redress.public.call("GET", "/api/me", headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer.json()["detail"]) == (429, "请求太频繁，请稍后再试。")


def test_a_form_that_does_not_fit_points_into_the_request_as_it_was_sent(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "属实。"})
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    task = redress.task("li.na", "respond", case)["id"]
    promise = {"what": "x", "due_at": "2026-03-01T00:00:00Z"}
    for method, path, body, fields in (
        ("POST", f"/api/tasks/{task}/complete", {"data": {"response_text": 1}}, ["/data/response_text"]),
        ("POST", f"/api/tasks/{task}/complete", {"data": {"response_text": "x", "promises": [promise]}},
         ["/data/promises/0/due_at"]),
        ("POST", f"/api/tasks/{task}/complete", {}, ["/data"]),
        ("PATCH", f"/api/complaints/{case}/facts", {"people": "x", "refund": {"amount": "1,5", "currency": "CNY"}},
         ["/people", "/refund/amount"]),
        ("PATCH", f"/api/complaints/{case}/facts", {"refunds": [{"payee": "x"}], "a/b": 1},
         ["/refunds/0/amount", "/a~1b"]),
        ("POST", f"/api/complaints/{case}/affected", {"people": [{"name": "x"}, {"contact": 1}]},
         ["/people/1/name", "/people/1/contact"]),
        ("POST", f"/api/complaints/{case}/affected", {"contact": "x"}, ["/name"]),
        ("POST", f"/api/complaints/{case}/affected", {"people": []}, ["/people"]),
        ("POST", f"/api/complaints/{case}/pause", {"why": " "}, ["/why"]),
        ("POST", f"/api/complaints/{case}/notes", None, [""]),
        ("POST", f"/api/complaints/{case}/notes", [1], [""]),
    ):  # fmt: skip
        problem = li_na.refused(422, method, path, body, headers={"If-Match": tag} if method == "PATCH" else {})
        assert ([field["field"] for field in problem["fields"]], {field["in"] for field in problem["fields"]}) == (
            fields, {"body"},
        ), problem  # fmt: skip


def test_a_key_that_cannot_be_one_is_a_fault_of_the_header(redress: House) -> None:
    problem = redress.public.refused(422, "POST", "/api/complaints", dict(COMPLAINT), headers={"Idempotency-Key": "x"})
    assert [(field["field"], field["in"]) for field in problem["fields"]] == [("/Idempotency-Key", "header")]


# --- words ------------------------------------------------------------------------------------------------------------

CODES = sorted({*FIELDS, *MESSAGES, "no such code", *(f"not-{each}" for each in FACT_TYPES)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_fault_has_a_sentence_without_gaps(language: str) -> None:
    for code in CODES:
        for said in (
            field_message(sentences(), code, language),
            field_message(sentences(), code, language, {}),
        ):
            spoken(said, language)
            assert not re.search(r"\{\w", said), (code, said)
    missing = [each for each in (f"not-{each}" for each in FACT_TYPES) if each not in FIELDS]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_library_reaches_anybody(language: str) -> None:
    for kind in typing.get_args(core_schema.ErrorType):
        for context in ({}, {"ge": 1, "le": 9, "max_length": 3, "min_length": 1, "expected": "'a' or 'b'"}):
            raw = {"type": kind, "loc": ("body", "a", 0), "msg": "LIBRARY", "ctx": context}
            (told,) = of_library([raw], sentences(), language)
            assert (told["field"], told["in"]) == ("/a/0", "body")
            assert "LIBRARY" not in told["message"]
            spoken(told["message"], language)


def test_limits_and_choices_are_named() -> None:
    def said(kind: str, context: dict[str, Any], language: str) -> str:
        fault = {"type": kind, "loc": ("query", "limit"), "msg": "", "ctx": context}
        return str(of_library([fault], sentences(), language)[0]["message"])

    assert said("greater_than_equal", {"ge": 1}, "en") == "Enter 1 or more."
    assert said("string_too_long", {"max_length": 200}, "zh-CN") == "最多 200 个字符。"
    assert said("too_short", {"min_length": 1}, "ko") == "1개 이상 보내 주세요."
    assert said("literal_error", {"expected": "'a', 'b' or 'c'"}, "en") == "Choose one of these: a, b, c."
    (told,) = of_house([{"field": "kind", "code": "unknown", "known": ["x", "y"]}], sentences(), "ko")
    assert told == {
        "field": "/kind", "in": "body", "code": "unknown", "allowed": ["x", "y"],
        "message": "다음 중에서 골라 주세요: x, y.",
    }  # fmt: skip


def test_values_in_a_sentence_stay_and_are_said_in_words_where_there_are_any() -> None:
    words = sentences()
    assert words.find("The clock resolve does not run any more.", "zh-CN") == "时限“resolve”已不再计时。"
    assert words.find("The clock resolve does not run any more.", "ko", {"resolve": "처리"}) == (
        "‘처리’ 기한은 더 이상 진행되지 않습니다."
    )
    refused = "This case is somebody else's: you may not change facts."
    assert words.find(refused, "zh-CN") == "这个案件由别人负责，您不能执行此操作：修改案件信息。"
    assert words.find("The bundle is no readable zip: File is not a zip file", "en") == (
        "The bundle is no readable zip file."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_words_is_told_by_its_kind(language: str) -> None:
    for kind in (*classes(Refusal),):
        error = kind.__new__(kind)
        spoken(sentences().said("words of a library", language, *kinds_of(error)), language)
    told = sentences().said("x", language, *kinds_of(StepFailed("x")))
    assert told == sentences().find((StepFailed.__doc__ or "").strip(), language)
    assert sentences().said("x", "en", *kinds_of(Conflict())) != sentences().said("x", "en", *kinds_of(NotFound()))


@given(st.text(max_size=300) | st.sampled_from(sorted(raised())), st.sampled_from(LANGUAGES))
def test_any_message_is_told_without_gaps(message: str, language: str) -> None:
    said = sentences().said(message.replace("%(", "("), language, OTHER)
    assert said
    assert not PLACE.search(said)


def test_a_catalogue_that_is_missing_is_noticed_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Sentences(tmp_path)
