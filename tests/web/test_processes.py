"""Process owners: what is published, how it is drawn, and what is wrong with a bundle."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.settings import Settings
from engine.bundles.bundle import pack, read_folders
from tests.support.application import House
from tests.web.visitor import Page, Visitor, staff, text_of


def shipped() -> dict[str, bytes]:
    """Return the files of the complaint process as it ships."""
    settings = Settings()
    return read_folders(settings.bpmn_folder, settings.forms_folder, "complaint")


def upload(who: Visitor, bundle: bytes, do: str, *, language: str = "en") -> Page:
    """Send a bundle by the form of the page."""
    (form,) = [form for form in who.get("/processes").forms if form.action == "/processes"]
    answer = who.http.post(
        "/processes", data={**dict(form.entries), "do": do}, files={"bundle": ("b.zip", bundle, "application/zip")},
        headers={"origin": "http://testserver", "accept": "text/html", "accept-language": language},
    )  # fmt: skip
    return who._page(answer)


def test_a_good_bundle_is_checked_then_published_for_new_cases(redress: House) -> None:
    owner = staff(redress, "park.owner")
    files = shipped()
    files["bpmn/complaint/labels.toml"] = files["bpmn/complaint/labels.toml"].replace(b'en = "', b'en = "Our ', 1)
    checked = upload(owner, pack(files), "check")
    assert "This bundle can be published. Nothing was stored." in checked.text
    assert "version 2" not in checked.text
    published = upload(owner, pack(files), "publish")
    assert "The process is published." in published.text
    assert owner.get("/processes/complaint/2").status == 200
    again = upload(owner, pack(files), "publish")
    assert "This version is in force already; nothing was changed." in again.text


def test_the_version_that_was_put_in_force_again_is_the_one_that_is_marked(redress: House) -> None:
    owner, files = staff(redress, "park.owner"), shipped()

    def marked() -> list[str]:
        versions = [
            text_of(each) for each in owner.get("/processes").elements("li") if each.get("class") == "record version"
        ]
        return [each[:9] for each in versions if "in force" in each]

    labels = files["bpmn/complaint/labels.toml"]
    changed = {**files, "bpmn/complaint/labels.toml": labels.replace(b'en = "', b'en = "Our ', 1)}
    assert marked() == ["version 1"]
    upload(owner, pack(changed), "publish")
    assert marked() == ["version 2"]
    upload(owner, pack(files), "publish")
    assert marked() == ["version 1"]


def test_a_bad_bundle_lists_every_finding_with_file_element_line_and_advice(redress: House) -> None:
    owner = staff(redress, "park.owner")
    files = shipped()
    diagram = files["bpmn/complaint/complaint.bpmn"]
    files["bpmn/complaint/complaint.bpmn"] = diagram.replace(
        b'name="exclude" value="plan"', b'name="exclude" value="nobody"'
    )
    page = upload(owner, pack(files), "publish")
    assert page.status == 422
    assert "This bundle cannot be published; nothing was stored." in page.text
    rows = [" ".join("".join(row.itertext()).split()) for row in page.elements("tr")][1:]
    assert [
        row for row in rows if row.startswith("Error bpmn/complaint/complaint.bpmn, line ") and "decide_head" in row
    ]
    assert owner.get("/processes/complaint/2").status == 404


def test_a_bundle_that_is_only_written_otherwise_is_kept_under_the_same_version(redress: House) -> None:
    owner = staff(redress, "park.owner")
    files = shipped()
    files["bpmn/complaint/process.toml"] += b"\n# a remark\n"
    page = upload(owner, pack(files), "publish")
    assert "The files are kept as they are drawn and written now; what the process does has not changed." in page.text
    assert owner.get("/processes/complaint/2").status == 404


@pytest.mark.parametrize(("language", "says"), [("ko", "그런 단계가 없습니다"), ("zh-CN", "没有这个步骤")])
def test_findings_are_told_in_the_language_of_the_page(redress: House, language: str, says: str) -> None:
    owner = staff(redress, "park.owner", language)
    files = shipped()
    diagram = files["bpmn/complaint/complaint.bpmn"]
    files["bpmn/complaint/complaint.bpmn"] = diagram.replace(
        b'name="exclude" value="plan"', b'name="exclude" value="nobody"'
    )
    page = upload(owner, pack(files), "publish", language=language)
    assert says in page.text
    assert not [cell for row in page.elements("tr") for cell in row.iter() if cell.get("lang") == "en"]


def test_what_is_no_bundle_is_said_so(redress: House) -> None:
    owner = staff(redress, "park.owner")
    for content in (b"", b"no zip", empty_zip()):
        page = upload(owner, content, "publish")
        assert page.status == 422
        assert "The bundle cannot be read; nothing was stored." in page.text


def empty_zip() -> bytes:
    """Return a zip with nothing in it."""
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    return buffer.getvalue()


def test_only_process_owners_are_offered_the_form_and_heard(redress: House) -> None:
    li_na, owner = staff(redress, "li.na"), staff(redress, "park.owner")
    assert [form for form in li_na.get("/processes").forms if form.action == "/processes"] == []
    (csrf,) = {dict(form.entries).get("_csrf") for form in li_na.get("/processes").forms if "_csrf" in form.names}
    refused = li_na.http.post(
        "/processes", data={"_csrf": str(csrf), "do": "publish"}, files={"bundle": ("b.zip", pack(shipped()))},
        headers={"origin": "http://testserver", "accept": "text/html", "accept-language": "en"},
    )  # fmt: skip
    assert refused.status_code == 403
    assert [form for form in owner.get("/processes").forms if form.action == "/processes"] != []


def test_the_drawing_of_a_version_comes_with_every_name_in_the_reader_s_language(redress: House) -> None:
    owner = staff(redress, "park.owner", "ko")
    data = owner.http.get("/processes/complaint/1/diagram.json").json()
    assert data["drawings"][0]["file"] == "complaint.bpmn"
    assert data["labels"]["acknowledge"] == "접수 확인"
    assert data["labels"]["approval_pool"] == "처리 방안 결재"
    assert data["lanes"]["service"] == "고객 지원"
    assert data["tokens"] == []
