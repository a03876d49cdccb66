"""Publishing over HTTP: a zip, as a body or as a part of a form; refused with the whole list of what is wrong."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.bundles.bundle import pack, read_folders
from engine.bundles.examine_bundle import examine
from tests.support.application import House, house_at, settings


def bundle(**replaced: bytes) -> bytes:
    """Return the complaint process as a zip, some files by their last name replaced."""
    values = settings()
    files = read_folders(values.bpmn_folder, values.forms_folder, "complaint")
    names = {name.rpartition("/")[2]: name for name in files}
    changed = {names[name.replace("__", ".")]: content for name, content in replaced.items()}
    return pack({**files, **changed})


def toml(old: str, new: str) -> bytes:
    content = (settings().bpmn_folder / "complaint" / "process.toml").read_text()
    assert old in content
    return content.replace(old, new).encode()


def test_versions_are_listed(redress: House) -> None:
    versions = redress.person("zhao.lei").get("/api/processes")["items"]
    assert ("complaint", 1, True) in [(each["key"], each["version"], each["active"]) for each in versions]


def test_the_same_bundle_changes_nothing_and_a_changed_one_is_the_next_version(redress: House) -> None:
    owner = redress.person("park.owner")
    zipped = {"Content-Type": "application/zip", "Bundle-Note": "shorter undo"}
    same = owner.call("POST", "/api/processes", content=bundle(), headers=zipped)
    assert (same.status_code, same.json()["outcome"]) == (200, "unchanged")
    changed = bundle(process__toml=toml("seconds = 60", "seconds = 30"))
    answer = owner.call("POST", "/api/processes", content=changed, headers=zipped)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "published")
    line = answer.json()["process"]
    assert (line["key"], line["version"], line["published_by"], line["note"]) == (
        "complaint", 2, "park.owner", "shorter undo",
    )  # fmt: skip
    case = redress.file(by="li.na")["id"]
    assert redress.person("li.na").get(f"/api/complaints/{case}")["process"]["version"] == 2


def test_one_version_of_a_process_is_in_force_the_one_that_was_published_last(redress: House) -> None:
    owner = redress.person("park.owner")
    zipped = {"Content-Type": "application/zip"}

    def stands() -> dict[int, tuple[bool, bool]]:
        items = owner.get("/api/processes")["items"]
        return {each["version"]: (each["active"], each["in_force"]) for each in items if each["key"] == "complaint"}

    assert stands() == {1: (True, True)}
    changed = bundle(process__toml=toml("seconds = 60", "seconds = 33"))
    published = owner.post("/api/processes", content=changed, headers=zipped)
    assert (published["process"]["version"], published["process"]["in_force"]) == (2, True)
    assert stands() == {1: (True, False), 2: (True, True)}
    again = owner.post("/api/processes", content=bundle(), headers=zipped)
    assert (again["outcome"], again["process"]["version"], again["process"]["in_force"]) == ("reinstated", 1, True)
    assert stands() == {1: (True, True), 2: (True, False)}


def test_a_form_upload_is_taken_too(redress: House) -> None:
    changed = bundle(process__toml=toml("seconds = 60", "seconds = 31"))
    answer = redress.person("park.owner").call(
        "POST", "/api/processes", files={"bundle": ("complaint.zip", changed, "application/zip")},
        data={"note": "by form"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["process"]["note"]) == (201, "by form")


def test_what_is_wrong_is_listed_with_file_element_and_line_and_nothing_is_stored(redress: House) -> None:
    owner = redress.person("park.owner")
    drawing = (settings().bpmn_folder / "complaint" / "complaint.bpmn").read_bytes()
    broken = bundle(complaint__bpmn=drawing.replace(b'value="post:head_of_customer_service"', b'value="post:nobody"'))
    zipped = {"Content-Type": "application/zip"}
    verdict = owner.post("/api/processes/check", content=broken, headers=zipped)
    problem = owner.refused(422, "POST", "/api/processes", content=broken, headers=zipped)
    assert (verdict["publishable"], problem["code"]) == (False, "not-publishable")
    assert verdict["problems"] == problem["problems"]
    first = problem["problems"][0]
    assert first.keys() == {"file", "line", "severity", "code", "element", "name", "message", "advice"}
    assert (first["severity"], first["file"]) == ("error", "bpmn/complaint/complaint.bpmn")
    assert (first["element"], first["line"] > 1) == ("late_response", True)
    versions = owner.get("/api/processes")["items"]
    assert [each["version"] for each in versions if each["key"] == "complaint"] == [1]
    good = owner.post("/api/processes/check", content=bundle(), headers=zipped)
    assert good["publishable"] is True


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", bytes(range(256)) * 40])
def test_what_is_no_zip_is_refused(redress: House, content: bytes) -> None:
    owner = redress.person("park.owner")
    for path in ("/api/processes", "/api/processes/check"):
        problem = owner.refused(422, "POST", path, content=content, headers={"Content-Type": "application/zip"})
        assert problem["code"] == "unreadable-bundle"


def test_only_process_owners_publish(redress: House) -> None:
    for login in ("li.na", "liu.gang", "ops"):
        for path in ("/api/processes", "/api/processes/check"):
            redress.person(login).refused(403, "POST", path, content=bundle())


def test_a_form_without_the_part_is_refused(redress: House) -> None:
    owner = redress.person("park.owner")
    problem = owner.refused(422, "POST", "/api/processes", files={"other": ("x", b"x", "text/plain")})
    assert problem["fields"] == [{"field": "/bundle", "in": "body", "code": "required", "message": "Fill this in."}]


@pytest.mark.parametrize(
    ("language", "says"), [("ko", "그런 대상이 없습니다"), ("zh-CN", "但它不存在"), ("en", "which does not exist")]
)
def test_findings_are_told_in_the_language_that_is_asked_for(redress: House, language: str, says: str) -> None:
    owner = redress.person("park.owner")
    drawing = (settings().bpmn_folder / "complaint" / "complaint.bpmn").read_bytes()
    broken = bundle(complaint__bpmn=drawing.replace(b'value="post:head_of_customer_service"', b'value="post:nobody"'))
    asked = {"Content-Type": "application/zip", "Accept-Language": language}
    refused = owner.call("POST", "/api/processes", content=broken, headers=asked).json()["problems"]
    verdict = owner.call("POST", "/api/processes/check", content=broken, headers=asked).json()["problems"]
    assert says in refused[0]["message"]
    assert [each["message"] for each in refused] == [each["message"] for each in verdict]
    assert refused[0].keys() == verdict[0].keys()


def test_nobody_waits_for_the_writer_while_a_bundle_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict takes seconds; a person's request and a deadline take the writer in the meantime."""
    redress = house_at(f"sqlite:///{tmp_path / 'redress.db'}")
    went_through: list[bool] = []

    def slowly(*given: Any, **named: Any) -> Any:
        other = threading.Thread(target=lambda: redress.file(), daemon=True)
        other.start()
        other.join(10)
        went_through.append(not other.is_alive())
        return examine(*given, **named)

    monkeypatch.setattr("engine.versions.examine", slowly)
    changed = bundle(process__toml=toml("seconds = 60", "seconds = 32"))
    zipped = {"Content-Type": "application/zip"}
    answer = redress.person("park.owner").call("POST", "/api/processes", content=changed, headers=zipped)
    assert (answer.status_code, went_through) == (201, [True])
