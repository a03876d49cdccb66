"""What is refused, and in which words: nothing is changed, nobody sees a trace, every field is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.errors import STATUS, status_of
from api.problem_titles import TITLES
from engine.errors import Refusal
from engine.pipeline import Pipeline
from storage.errors import OutcomeUnknown, StoreBusy, StoreUnreachable
from tests.support.application import COMPLAINT, Client, House, house


def faults(problem: Any) -> set[tuple[str, str]]:
    return {(field["field"], field["code"]) for field in problem["fields"]}


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"subject": }', b"[" * 100_000])
def test_what_is_not_json_is_refused(redress: House, content: bytes) -> None:
    answer = redress.http.post("/api/complaints", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("malformed", "unfit")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"subject": 5}, ("/subject", "not-string")),
        ({"subject": ""}, ("/subject", "required")),
        ({"subject": "x" * 201}, ("/subject", "too-long")),
        ({"text": "x" * 10_001}, ("/text", "too-long")),
        ({"text": "a\u0000b"}, ("/text", "unshowable")),
        ({"people": "3"}, ("/people", "not-integer")),
        ({"people": True}, ("/people", "not-integer")),
        ({"people": 0}, ("/people", "out-of-range")),
        ({"people": 1.5}, ("/people", "not-integer")),
        ({"people": 10**30}, ("/people", "out-of-range")),
        ({"type": "rumour"}, ("/type", "unknown")),
        ({"category": "no.such"}, ("/category", "unknown")),
        ({"channel": "pigeon"}, ("/channel", "unknown")),
        ({"campus": "moon"}, ("/campus", "unknown")),
        ({"campus": "moon", "channel": "pigeon"}, ("/campus", "unknown")),
        ({"language": "fr"}, ("/language", "unknown")),
        ({"refund": {"amount": "-1", "currency": "CNY"}}, ("/refund/amount", "money-amount")),
        ({"refund": {"amount": "1.001", "currency": "CNY"}}, ("/refund/amount", "money-decimals")),
        ({"refund": {"amount": "1.5", "currency": "KRW"}}, ("/refund/amount", "money-decimals")),
        ({"refund": {"amount": 1.5, "currency": "CNY"}}, ("/refund/amount", "not-string")),
        ({"refund": {"amount": "1", "currency": "XXX0"}}, ("/refund/currency", "too-long")),
        ({"refund": {"amount": "1", "currency": "QQQ"}}, ("/refund/currency", "money-currency")),
        ({"refund": {"amount": "1", "currency": "XXX"}}, ("/refund/currency", "money-currency")),
        ({"refund": {"amount": "1", "currency": "XTS"}}, ("/refund/currency", "money-currency")),
        ({"refund": {"amount": "1"}}, ("/refund/currency", "required")),
        ({"complainant": {"email": "nobody"}}, ("/complainant/email", "email")),
        ({"complainant": {"nickname": "x"}}, ("/complainant/nickname", "unknown-field")),
        ({"respondents": [{"role": "teacher"}]}, ("/respondents/0/name", "required")),
        ({"received_at": "2026-03-02T10:00:00+08:00"}, ("/received_at", "staff-only")),
        ({"received_at": "2026-03-02T10:00:00"}, ("/received_at", "timezone-aware")),
        ({"received_at": 1}, ("/received_at", "not-instant")),
        ({"respondents": [{"name": "x", "person": "li.na"}]}, ("/respondents", "staff-only")),
        ({"surprise": 1}, ("/surprise", "unknown-field")),
        ({"safety": "yes"}, ("/safety", "not-boolean")),
    ],
)
def test_a_complaint_that_does_not_fit_names_the_field(
    redress: House, change: dict[str, Any], fault: tuple[str, str]
) -> None:
    problem = redress.public.refused(422, "POST", "/api/complaints", {**COMPLAINT, **change})
    assert problem["code"] == "unfit"
    assert faults(problem) == {fault}
    assert redress.person("li.na").get("/api/complaints") == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ('{"people": 1' + "0" * 30 + "}", ("/people", "out-of-range")),
        ('{"people": 1' + "0" * 400 + "}", ("/people", "out-of-range")),
        ('{"refund": {"amount": -1e300, "currency": "CNY"}}', ("/refund/amount", "out-of-range")),
        ('{"refunds": [{}, {"payee": "a\\u0000b"}]}', ("/refunds/1/payee", "unshowable")),
        ('{"refunds": [{}, {"a\\u0000b": 1}]}', ("/refunds/1", "unshowable")),
        ('{"a\\ud800b": 1}', ("", "unshowable")),
        ('{"x": ' + "[" * 40 + "]" * 40 + "}", ("", "too-complex")),
    ],
)
def test_a_fact_that_no_fact_can_be_is_named(redress: House, changes: str, fault: tuple[str, str]) -> None:
    owner = redress.person("li.na")
    path = f"/api/complaints/{redress.file(by='li.na')['id']}/facts"
    headers = {**owner.headers, "Content-Type": "application/json", "If-Match": '"f1"'}
    answer = redress.http.patch(path, content=changes, headers=headers)
    assert (answer.status_code, faults(answer.json())) == (422, {fault}), answer.text


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ('{"people": 0}', {"least": 1, "most": 100_000}),
        ('{"people": 100001}', {"least": 1, "most": 100_000}),
        ('{"refund": {"amount": -1e300}}', {"least": -(2**53), "most": 2**53}),
        ('{"people": NaN}', {"least": -(2**53), "most": 2**53}),
    ],
)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Give a value from {least} to {most}."), ("zh-CN", "须在 {least} 到 {most} 之间。"),
        ("ko", "{least} 이상 {most} 이하여야 합니다."),
    ],
)  # fmt: skip
def test_a_fact_that_is_out_of_range_is_told_its_limits(
    redress: House, changes: str, limits: dict[str, int], language: str, sentence: str
) -> None:
    owner = redress.person("li.na")
    case = f"/api/complaints/{redress.file(by='li.na')['id']}"
    tag = owner.call("GET", case).headers["ETag"]
    path, headers = f"{case}/facts", {"Content-Type": "application/json", "If-Match": tag, "Accept-Language": language}
    (field,) = owner.refused(422, "PATCH", path, headers=headers, content=changes)["fields"]
    assert (field["code"], field["values"], field["message"]) == ("out-of-range", limits, sentence.format(**limits))


def test_all_faults_are_named_at_once(redress: House) -> None:
    problem = redress.public.refused(422, "POST", "/api/complaints", {"people": 0, "extra": 1})
    assert faults(problem) == {
        ("/subject", "required"), ("/text", "required"), ("/people", "out-of-range"), ("/extra", "unknown-field"),
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["anonymous", "confidential"])
def test_what_cannot_be_kept_secret_yet_is_not_taken(redress: House, mode: str) -> None:
    problem = redress.public.refused(422, "POST", "/api/complaints", {**COMPLAINT, "identity_mode": mode})
    assert problem["code"] == "unsafe"


def test_ten_megabytes_are_refused(redress: House) -> None:
    body = json.dumps({**COMPLAINT, "text": "x" * 10_000_000})
    answer = redress.http.post("/api/complaints", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_ten_megabytes_that_do_not_say_how_many_they_are_are_refused_too(redress: House) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 50_000

    answer = redress.http.post("/api/complaints", content=parts(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_completing_twice_says_who_was_faster_and_when(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    problem = redress.person("wang.fang").refused(
        409, "POST", f"/api/tasks/{task}/complete", {"data": {"acknowledgement_text": "我来。"}}
    )
    assert problem["code"] == "conflict"
    assert (problem["by"], problem["by_name"], problem["at"]) == ("li.na", "李娜", "2026-03-03T03:00:00+00:00")


def test_a_form_that_does_not_fit_names_its_fields_in_the_readers_language(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    li_na = redress.person("li.na")
    problem = li_na.refused(
        422, "POST", f"/api/tasks/{task}/complete", {"data": {"contact_way": "smoke", "extra": 1}},
        headers={"Accept-Language": "ko"},
    )  # fmt: skip
    found = {field["field"]: field["message"] for field in problem["fields"]}
    assert found["/data/acknowledgement_text"] == "이 항목을 입력해 주세요."
    assert {"/data/contact_way", "/data/extra"} <= found.keys()
    assert problem["title"] == "일부 항목이 맞지 않습니다"


@pytest.mark.parametrize("tag", ['"f999"', '"r1-f1"', '"t1"', "nonsense", "", "*"])
def test_whoever_may_not_see_or_do_a_thing_learns_nothing_of_its_versions(redress: House, tag: str) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    requests: list[tuple[str, str, Any]] = [
        ("POST", f"/api/tasks/{task}/complete", {"data": {}}),
        ("PATCH", f"/api/complaints/{case}/facts", {"people": 3}),
    ]
    for method, path, body in requests:
        for who, status in (("he.tao", 404), ("wang.fang", 403)):
            redress.person(who).refused(status, method, path, body, headers={"If-Match": tag})
    for tag_of_facts, status in (('"f999"', 412), ("nonsense", 412)):
        redress.person("li.na").refused(status, *requests[1], headers={"If-Match": tag_of_facts})


def test_a_task_of_somebody_else_is_forbidden_and_one_that_nobody_may_see_is_not_there(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    data = {"data": {"acknowledgement_text": "您好。"}}
    assert redress.person("wang.fang").refused(403, "POST", f"/api/tasks/{task}/complete", data)["code"] == "forbidden"
    assert redress.person("gao.yan").refused(404, "POST", f"/api/tasks/{task}/complete", data)["code"] == "not-found"


def test_claiming_what_somebody_has_says_who(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.person("li.na").post(f"/api/tasks/{task}/claim")
    redress.person("li.na").post(f"/api/tasks/{task}/claim")
    problem = redress.person("wang.fang").refused(409, "POST", f"/api/tasks/{task}/claim")
    assert (problem["by"], problem["by_name"]) == ("li.na", "李娜")


def test_facts_change_only_on_what_was_seen(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, facts = redress.person("li.na"), f"/api/complaints/{case}/facts"
    assert li_na.refused(428, "PATCH", facts, {"people": 3})["code"] == "match-required"
    seen = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    assert li_na.call("PATCH", facts, {"people": 3}, headers={"If-Match": seen}).status_code == 200
    problem = li_na.refused(412, "PATCH", facts, {"people": 4}, headers={"If-Match": seen})
    assert problem["code"] == "stale"
    assert li_na.get(f"/api/complaints/{case}")["facts"]["people"] == 3
    for odd in ('"x9"', "nonsense", '"f1", "f2"', "W/"):
        li_na.refused(412, "PATCH", facts, {"people": 4}, headers={"If-Match": odd})


def test_a_timer_elsewhere_gives_nobody_a_stale_etag_of_the_facts(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    seen = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    redress.later(minutes=50)
    now = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    assert now != seen
    answer = li_na.call("PATCH", f"/api/complaints/{case}/facts", {"people": 3}, headers={"If-Match": seen})
    assert answer.status_code == 200


def test_unknown_addresses_and_methods_are_problems_too(redress: House) -> None:
    li_na = redress.person("li.na")
    assert li_na.refused(404, "GET", "/api/nowhere")["code"] == "no-such-address"
    assert li_na.refused(405, "DELETE", "/api/tasks")["code"] == "wrong-method"
    assert li_na.refused(404, "GET", "/api/complaints/unknown")["code"] == "not-found"
    assert li_na.refused(404, "GET", "/api/tasks/unknown-1")["code"] == "not-found"
    assert li_na.refused(422, "GET", "/api/complaints/%00")["code"] == "unfit"


def test_an_unknown_process_is_refused(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    body = {"type": "inquiry", "process": "astrology", "reason": "It is a question."}
    problem = redress.person("li.na").refused(422, "POST", f"/api/complaints/{case}/retype", body)
    assert faults(problem) == {("/process", "unknown-process")}


@pytest.mark.parametrize(
    ("error", "code"),
    [(StoreBusy(), "busy"), (StoreUnreachable(), "busy"), (OutcomeUnknown(), "outcome-unknown")],
)
def test_a_busy_store_says_when_to_come_again(monkeypatch: pytest.MonkeyPatch, error: Exception, code: str) -> None:
    redress = house()

    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Pipeline, "run", fails)
    answer = redress.public.call("POST", "/api/complaints", dict(COMPLAINT))
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, code, "1")


def test_what_nobody_foresaw_shows_an_id_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redress = house()

    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr(Pipeline, "run", fails)
    answer = redress.public.call("POST", "/api/complaints", dict(COMPLAINT))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "unexpected")
    assert problem["incident"]
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_refusal_of_the_house_has_a_status_and_a_title() -> None:
    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        yield kind
        for each in kind.__subclasses__():
            yield from below(each)

    of_the_house = {kind for kind in below(Refusal) if not kind.__module__.startswith(("tests", "api.web"))}
    statuses = {kind.code: status_of(kind.__new__(kind)) for kind in of_the_house}
    assert {code: status for code, status in statuses.items() if status not in STATUS.values()} == {}
    assert {code for code, status in STATUS.items() if statuses.get(code, status) != status} == set()
    assert {code for code in STATUS if code not in TITLES and code != "foreign-form"} == set()


@pytest.mark.parametrize("path", ["/api/me", "/api/nowhere", "/healthz", "/api/complaints/none", "/metrics"])
def test_every_answer_tells_browsers_to_run_nothing(redress: House, path: str) -> None:
    client: Client = redress.person("li.na")
    headers = client.call("GET", path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/complaints", ["GET", "HEAD", "POST"]),
        ("DELETE", "/api/tasks", ["GET", "HEAD"]),
        ("PATCH", "/api/complaints/x/affected", ["GET", "HEAD", "POST", "DELETE"]),
        ("GET", "/api/tasks/next/claim", ["POST"]),
        ("POST", "/assets/style.css", ["GET", "HEAD"]),
    ],
)
def test_a_wrong_method_names_every_method_that_the_address_takes(
    redress: House, method: str, path: str, allowed: list[str]
) -> None:
    answer = redress.person("li.na").call(method, path)
    assert (answer.status_code, answer.json()["code"], answer.json()["allow"]) == (405, "wrong-method", allowed)
    assert answer.headers["allow"] == ", ".join(allowed)


def test_a_key_that_another_request_had_is_named(redress: House) -> None:
    key = {"Idempotency-Key": "one-key-for-two"}
    redress.public.post("/api/complaints", dict(COMPLAINT), headers=key)
    problem = redress.public.refused(422, "POST", "/api/complaints", {**COMPLAINT, "subject": "x"}, headers=key)
    assert problem["code"] == "key-reused"
    assert [(each["field"], each["in"], each["code"]) for each in problem["fields"]] == [
        ("/Idempotency-Key", "header", "key-reused"),
    ]  # fmt: skip


def test_a_task_that_somebody_else_has_taken_says_who_and_since_when(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.person("li.na").post(f"/api/tasks/{task}/claim")
    redress.later(minutes=5)
    problem = redress.person("wang.fang").refused(409, "POST", f"/api/tasks/{task}/claim")
    assert (problem["by"], problem["by_name"], problem["at"]) == ("li.na", "李娜", "2026-03-03T03:00:00+00:00")


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ('{"text": "a", "text": "a"}', {"/text"}),
        ('{"text": "a", "more": [{}, {"x": 1, "y": 2, "x": 3}], "more": 1, "te\\u0078t": 2}', {"/text", "/more"}),
        ('{"text": "a", "more": [{}, {"x/y": 1, "x/y": 3}]}', {"/more/1/x~1y"}),
        ('{"\\ud800": 1, "\\ud800": 2}', {"/?"}),
    ],
)
def test_a_name_that_stands_twice_is_refused_and_named(redress: House, content: str, places: set[str]) -> None:
    owner = redress.person("li.na")
    case = redress.file(by="li.na")["id"]
    headers = {**owner.headers, "Content-Type": "application/json"}
    answer = redress.http.post(f"/api/complaints/{case}/notes", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert faults(answer.json()) == {(place, "repeated") for place in places}
    assert {field["message"] for field in answer.json()["fields"]} == {"Give this once."}
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        sent = f" {content}\n".encode(encoding)
        again = redress.http.post(f"/api/complaints/{case}/notes", content=sent, headers=headers)
        assert (again.status_code, faults(again.json())) == (422, faults(answer.json())), encoding
    filed = redress.http.post("/api/complaints", content='{"subject": "a", "subject": "b"}', headers=headers)
    assert (filed.status_code, faults(filed.json())) == (422, {("/subject", "repeated")})


@pytest.mark.parametrize(
    ("people", "code"),
    [([], "too-few"), ([{"name": f"P{number}"} for number in range(1001)], "too-many")],
    ids=["none", "many"],
)
def test_people_who_are_too_few_or_too_many_for_one_list_are_refused(
    redress: House, people: list[Any], code: str
) -> None:
    case = redress.file("li.na", channel="phone")["id"]
    owner, path = redress.person("li.na"), f"/api/complaints/{case}/affected"
    assert faults(owner.refused(422, "POST", path, {"people": people})) == {("/people", code)}
    assert owner.get(path) == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("rating", "limit", "said"), [(0, {"least": 1}, "不能小于 1。"), (6, {"most": 5}, "不能大于 5。")]
)
def test_a_rating_beyond_the_scale_is_told_its_limit(
    redress: House, rating: int, limit: dict[str, int], said: str
) -> None:
    complainant = redress.complainant(redress.file()["tracking_code"])
    problem = complainant.refused(422, "POST", "/api/track/satisfaction", {"satisfied": True, "rating": rating})
    assert [(field["field"], field["code"], field["values"], field["message"]) for field in problem["fields"]] == [
        ("/rating", "out-of-range", limit, said)
    ]


def test_planned_refunds_beyond_the_most_are_refused(redress: House) -> None:
    owner = redress.person("li.na")
    case = f"/api/complaints/{redress.file(by='li.na')['id']}"
    lines = [{"payee": f"P{number}", "amount": {"amount": "1", "currency": "CNY"}} for number in range(501)]
    headers = {"If-Match": owner.call("GET", case).headers["ETag"]}
    problem = owner.refused(422, "PATCH", f"{case}/facts", {"refunds": lines}, headers=headers)
    assert faults(problem) == {("/refunds", "too-many")}
