"""Forms are loaded from a folder or a bundle; answers are shown to whom the form says."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.catalogue import BrokenForms, FormCatalogue, UnknownForm, check_files
from forms.languages import pick
from forms.visibility import visible_data, visible_fields
from tests.forms.samples import FIXTURES, complete_answer, equipment

SAMPLE = {
    f"forms/sample/{path.name}": path.read_bytes() for path in sorted((FIXTURES / "sample").glob("*.json"))
}  # fmt: skip


def test_a_bundle_and_a_folder_hold_the_same_forms() -> None:
    bundle = FormCatalogue.from_files(SAMPLE | {"bpmn/sample/sample.bpmn": b"<xml/>", "notes.json": b"{"})
    assert list(bundle.forms) == [("sample", "equipment")]
    assert bundle.form("sample", "equipment").digest == equipment().digest


def test_a_form_is_found_by_the_file_name_of_a_diagram() -> None:
    catalogue = FormCatalogue.from_files(SAMPLE)
    form = catalogue.form("sample", "equipment")
    assert catalogue.form("sample", "equipment.schema.json") is form
    assert catalogue.form("sample", "equipment.ui.json") is form
    for process, name in (("sample", "other"), ("other", "equipment")):
        with pytest.raises(UnknownForm):
            catalogue.form(process, name)


def test_another_wording_is_another_digest() -> None:
    changed = {path: content.replace(b"Outcome", b"Result") for path, content in SAMPLE.items()}
    assert FormCatalogue.from_files(changed).form("sample", "equipment").digest != equipment().digest


def test_forms_with_errors_are_not_loaded_and_the_errors_are_listed(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "broken.schema.json").write_bytes(b"{")
    with pytest.raises(BrokenForms) as caught:
        FormCatalogue.from_folder(tmp_path)
    assert {problem.code for problem in caught.value.problems} == {"partner-missing", "json-invalid"}


def test_a_warning_does_not_keep_a_form_from_being_loaded() -> None:
    files = {
        path: content.replace(b'"ko": "\xec\x83\x81\xed\x99\xa9 \xec\x84\xa4\xeb\xaa\x85", ', b"")
        for path, content in SAMPLE.items()
    }
    assert [(p.code, p.pointer) for p in check_files(files)] == [("language-missing", "/fields/summary/label")]
    assert (
        pick(FormCatalogue.from_files(files).form("sample", "equipment").ui["fields"]["summary"]["label"], "ko")
        == "情况说明"
    )


def test_an_empty_folder_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert FormCatalogue.from_folder(tmp_path).forms == {}


def test_the_public_sees_only_what_is_marked_public_all_the_way_down() -> None:
    assert visible_data(equipment(), complete_answer(), "public") == {
        "outcome": "damaged",
        "summary": "第一行\n둘째 줄 & <third>",
        "contact": {"name": "김민수"},
        "costs": [{"purpose": "repair"}, {"purpose": "cleaning"}],
    }


def test_insiders_see_every_field_but_no_unknown_name() -> None:
    assert visible_data(equipment(), complete_answer() | {"colour": "red"}, "internal") == complete_answer()


def test_a_field_is_internal_unless_the_form_says_otherwise() -> None:
    assert {field.name for field in visible_fields(equipment(), "public")} == {"outcome", "summary", "contact", "costs"}
    assert visible_fields(equipment(), "internal") == equipment().fields


def test_a_missing_language_falls_back_to_chinese_then_english() -> None:
    texts = {"zh-CN": "中", "en": "E"}
    assert [pick(texts, "ko"), pick(texts, "en"), pick({"en": "E"}, "ko"), pick({"ko": "K"}, "en")] == [
        "中",
        "E",
        "E",
        "",
    ]
