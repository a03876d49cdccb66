"""The description of the API: complete, and true."""

from __future__ import annotations

from typing import Any

from api.problems import MEDIA_TYPE
from tests.api.test_fuzz import fits, fuzzed, operations
from tests.support.application import COMPLAINT, House

CONTRACT = (
    "POST /api/complaints",
    "GET /api/complaints",
    "GET /api/complaints/{complaint_id}",
    "PATCH /api/complaints/{complaint_id}/facts",
    "GET /api/complaints/{complaint_id}/affected",
    "POST /api/complaints/{complaint_id}/affected",
    "DELETE /api/complaints/{complaint_id}/affected",
    "GET /api/complaints/{complaint_id}/timeline",
    "GET /api/complaints/{complaint_id}/diagram",
    "POST /api/complaints/{complaint_id}/messages",
    "POST /api/complaints/{complaint_id}/notes",
    "POST /api/complaints/{complaint_id}/withdraw",
    "POST /api/complaints/{complaint_id}/hand-over",
    "POST /api/complaints/{complaint_id}/hand-over/accept",
    "POST /api/complaints/{complaint_id}/hand-over/decline",
    "POST /api/complaints/{complaint_id}/pause",
    "POST /api/complaints/{complaint_id}/resume",
    "POST /api/complaints/{complaint_id}/extend",
    "POST /api/complaints/{complaint_id}/retype",
    "GET /api/tasks",
    "GET /api/tasks/{task_id}",
    "PUT /api/tasks/{task_id}/draft",
    "POST /api/tasks/{task_id}/claim",
    "POST /api/tasks/{task_id}/release",
    "POST /api/tasks/{task_id}/assign",
    "POST /api/tasks/{task_id}/complete",
    "POST /api/tasks/{task_id}/send-back",
    "POST /api/tasks/next",
    "GET /api/approvals",
    "GET /api/processes",
    "POST /api/processes",
    "POST /api/processes/check",
    "GET /api/track",
    "POST /api/track/messages",
    "POST /api/track/satisfaction",
    "POST /api/track/withdraw",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
)


def test_every_path_of_the_contract_is_there() -> None:
    described = {f"{method} {path}" for method, path, _ in operations()}
    assert [line for line in CONTRACT if line not in described] == []


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag() -> None:
    found = [described for _, _, described in operations()]
    names = [each["operationId"] for each in found]
    assert len(names) == len(set(names))
    assert [each["operationId"] for each in found if not each.get("tags") or not each.get("description")] == []


def test_every_operation_of_the_api_describes_its_errors_in_the_one_shape() -> None:
    for method, path, described in operations():
        if not path.startswith("/api/"):
            continue
        errors = {status: each for status, each in described["responses"].items() if int(status) >= 400}
        assert {"429", "503"} <= errors.keys(), (method, path)
        for each in errors.values():
            assert list(each["content"]) == [MEDIA_TYPE], (method, path)
            assert each["content"][MEDIA_TYPE]["schema"]["$ref"].endswith("Problem"), (method, path)


def test_the_example_of_the_description_can_be_filed() -> None:
    components = fuzzed().app.openapi()["components"]["schemas"]
    (example,) = components["IntakeBody"]["examples"]
    answer = fuzzed().public.call("POST", "/api/complaints", example)
    assert answer.status_code == 201, answer.text


def test_answers_have_the_shape_that_is_described(redress: House) -> None:
    case = redress.file(by="li.na", refund={"amount": "5.00", "currency": "CNY"}, respondents=[{"name": "x"}])["id"]
    redress.file()
    li_na = redress.person("li.na")
    li_na.post(f"/api/complaints/{case}/affected", {"name": "甲"})
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    task = redress.task("li.na", "verify", case)["id"]
    described: dict[str, Any] = {f"{method} {path}": each for method, path, each in operations()}
    complaint = "/api/complaints/{complaint_id}"
    for path, real in (
        ("/api/complaints", "/api/complaints"),
        (complaint, f"/api/complaints/{case}"),
        (f"{complaint}/timeline", f"/api/complaints/{case}/timeline"),
        (f"{complaint}/diagram", f"/api/complaints/{case}/diagram"),
        (f"{complaint}/affected", f"/api/complaints/{case}/affected"),
        ("/api/tasks", "/api/tasks"),
        ("/api/tasks/{task_id}", f"/api/tasks/{task}"),
        ("/api/approvals", "/api/approvals"),
        ("/api/processes", "/api/processes"),
        ("/api/people", "/api/people"),
        ("/api/me", "/api/me"),
    ):
        fits(redress, described[f"GET {path}"], "200", li_na.get(real))
    filed = redress.public.post("/api/complaints", dict(COMPLAINT))
    fits(redress, described["POST /api/complaints"], "201", filed)
    seen = redress.complainant(filed["tracking_code"]).get("/api/track")
    fits(redress, described["GET /api/track"], "200", seen)
