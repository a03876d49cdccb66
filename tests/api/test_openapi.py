"""The description of the API: complete, and true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

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
    "GET /api/notices",
    "POST /api/notices/{notice_id}/read",
    "POST /api/notices/read",
    "GET /api/incidents",
    "GET /api/incidents/{incident_id}",
    "POST /api/incidents/{incident_id}/retry",
    "POST /api/incidents/{incident_id}/dismiss",
    "POST /api/incidents/{incident_id}/facts",
    "POST /api/incidents/{incident_id}/route",
    "POST /api/incidents/{incident_id}/move",
    "GET /api/processes",
    "POST /api/processes",
    "POST /api/processes/check",
    "GET /api/track",
    "GET /api/track/messages",
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


def resolved(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference names, anything else as it is."""
    if "$ref" not in found:
        return found
    for part in found["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_every_operation_says_what_it_does_in_a_line_of_its_own() -> None:
    found = [described for _, _, described in operations()]
    tags = {tag["name"] for tag in fuzzed().app.openapi()["tags"]}
    for key in ("operationId", "summary"):
        names = [each[key] for each in found]
        assert len(names) == len(set(names)) == len(found), key
    for each in found:
        assert 10 < len(each["summary"]) < 110, each["summary"]
        assert each["description"].startswith(each["summary"][:5])
        assert each["summary"].replace(" ", "_").lower() != each["operationId"], each["operationId"]
        assert not each["summary"].endswith((".", ":", ";"))
        assert set(each["tags"]) <= tags, each["tags"]


def test_every_operation_says_who_may_call_it() -> None:
    document = fuzzed().app.openapi()
    assert set(document["components"]["securitySchemes"]) == {"person", "receipt"}
    kinds = {f"{method} {path}": each.get("security") for method, path, each in operations()}
    assert [name for name, security in kinds.items() if not security] == ["GET /healthz", "GET /readyz"]
    assert kinds.pop("POST /api/complaints") == [{"person": []}, {}]
    for name, security in kinds.items():
        if security:
            assert security == [{"receipt": []}] if "/api/track" in name else [{"person": []}], name


def test_every_operation_describes_its_answer() -> None:
    for method, path, described in operations():
        good = {status: each for status, each in described["responses"].items() if status.startswith("2")}
        assert good, (method, path)
        for answer in good.values():
            assert answer["description"], (method, path)
            assert answer["content"], (method, path)
            schemas = [each.get("schema", {}) for kind, each in answer["content"].items() if kind == "application/json"]
            assert all(schema != {} for schema in schemas), (method, path)


def test_every_operation_describes_its_errors_in_the_one_shape() -> None:
    document = fuzzed().app.openapi()
    for method, path, described in operations():
        if path == "/healthz":
            continue
        errors = {status: each for status, each in described["responses"].items() if int(status) >= 400}
        wanted = {"429", "500", "503"}
        wanted |= {"401"} if described.get("security") else set()
        wanted |= {"422"} if path.startswith("/api/") else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"400", "413", "422"} if "requestBody" in described else set()
        wanted |= {"403", "409"} if method != "GET" and path.startswith(("/api/tasks", "/api/complaints/")) else set()
        assert wanted <= errors.keys(), (method, path, wanted - errors.keys())
        for status, each in errors.items():
            assert list(each["content"]) == [MEDIA_TYPE], (method, path)
            assert each["content"][MEDIA_TYPE]["schema"]["$ref"].endswith("Problem"), (method, path)
            headers = {"Content-Language"}
            headers |= {"WWW-Authenticate"} if status == "401" else set()
            headers |= {"Retry-After"} if status in ("429", "503") else set()
            assert set(each["headers"]) == headers, (method, path, status)
            assert all(resolved(document, header)["description"] for header in each["headers"].values())


def test_every_parameter_and_every_body_is_described() -> None:
    document = fuzzed().app.openapi()
    for method, path, described in operations():
        names = []
        for each in described.get("parameters", ()):
            parameter = resolved(document, each)
            names.append(parameter["name"].lower())
            assert parameter.get("description"), (method, path, parameter["name"])
        assert len(names) == len(set(names)), (method, path)
        assert ("accept-language" in names) is path.startswith("/api/"), (method, path)
        body = described.get("requestBody", {}).get("content", {})
        for schema in bodies(document, described):
            assert schema.get("description"), (method, path)
            assert schema.get("examples"), (method, path)
            for example in schema["examples"]:
                Draft202012Validator({**schema, "components": document["components"]}).validate(example)
        assert (
            body
            or method in ("GET", "DELETE")
            or path.endswith(("/accept", "/claim", "/release", "/next", "}/read", "}/retry"))
        ), path


def bodies(document: dict[str, Any], described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schema of every JSON body that an operation takes."""
    schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for each in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        found = resolved(document, each)
        if found and found.get("type") != "null":
            yield found


def test_versions_that_can_be_sent_back_are_described() -> None:
    described = {f"{method} {path}": each for method, path, each in operations()}
    for name in ("GET /api/tasks/{task_id}", "POST /api/tasks/{task_id}/complete", "GET /api/complaints/{complaint_id}",
                 "PATCH /api/complaints/{complaint_id}/facts"):  # fmt: skip
        assert "ETag" in described[name]["responses"]["200"]["headers"], name
    for name in ("POST /api/tasks/{task_id}/complete", "PATCH /api/complaints/{complaint_id}/facts"):
        assert "If-Match" in [each.get("name") for each in described[name]["parameters"]]
    assert "304" in described["GET /api/complaints/{complaint_id}"]["responses"]
    assert "Location" in described["POST /api/complaints"]["responses"]["201"]["headers"]


def test_asking_twice_gives_the_same_description(redress: House) -> None:
    first = redress.public.get("/api/openapi.json")
    assert redress.public.get("/api/openapi.json") == first


def test_answers_have_the_shape_that_is_described(redress: House) -> None:
    case = redress.file(by="li.na", refund={"amount": "5.00", "currency": "CNY"}, respondents=[{"name": "x"}])["id"]
    redress.file()
    li_na = redress.person("li.na")
    li_na.post(f"/api/complaints/{case}/affected", {"name": "甲"})
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    task = redress.task("li.na", "verify", case)["id"]
    redress.later(days=3)
    assert li_na.get("/api/notices")["items"] != []
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
        ("/api/notices", "/api/notices"),
        ("/api/processes", "/api/processes"),
        ("/api/people", "/api/people"),
        ("/api/me", "/api/me"),
    ):
        fits(redress, described[f"GET {path}"], "200", li_na.get(real))
    filed = redress.public.post("/api/complaints", dict(COMPLAINT))
    fits(redress, described["POST /api/complaints"], "201", filed)
    seen = redress.complainant(filed["tracking_code"]).get("/api/track")
    fits(redress, described["GET /api/track"], "200", seen)


def test_the_reasons_that_complainants_read_say_so(redress: House) -> None:
    schemas = redress.http.get("/api/openapi.json").json()["components"]["schemas"]
    for body in ("PauseBody", "ExtendBody"):
        assert "the complainant reads this text word for word" in schemas[body]["properties"]["reason"]["description"]
    assert "complainant" not in str(schemas["DeclineBody"]["properties"]["reason"])
