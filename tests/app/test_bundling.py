"""`redress bundle` packs what is named and says where it was taken from: a copy is never mixed up with the original."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.settings import ROOT, Settings
from engine.bundles.bundle import read_folders, unpack

MARK = "# edited beside"


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with an edited copy of the complaint process and its forms, and stand in it."""
    shutil.copytree(ROOT / "bpmn" / "complaint", tmp_path / "bpmn" / "complaint")
    shutil.copytree(ROOT / "forms" / "definitions" / "complaint", tmp_path / "forms" / "definitions" / "complaint")
    edited = tmp_path / "bpmn" / "complaint" / "process.toml"
    edited.write_text(f"{edited.read_text('utf-8')}\n{MARK}\n", "utf-8")
    (tmp_path / "forms" / "definitions" / "complaint" / "acknowledge.json").write_text("{}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bundled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[str], str]:
    """Return exit code, what was printed, and what was said to be wrong."""
    monkeypatch.setattr(sys, "argv", ["redress", "bundle", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out.splitlines(), told.err.strip()


@pytest.mark.parametrize("named", ["bpmn/complaint", "./bpmn/complaint/", "whole"])
def test_a_folder_is_packed_with_the_forms_beside_it(
    beside: Path, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = beside / "bpmn" / "complaint"
    done = bundled(monkeypatch, capsys, str(copy) if named == "whole" else named, "x.zip")
    assert done == (0, [f"Packed from {copy} and {beside / 'forms/definitions/complaint'}.", "x.zip written."], "")
    packed = unpack((beside / "x.zip").read_bytes())
    assert packed == read_folders(beside / "bpmn", beside / "forms" / "definitions", "complaint")
    assert MARK in packed["bpmn/complaint/process.toml"].decode()
    assert packed["forms/definitions/complaint/acknowledge.json"] == b"{}"


def test_a_key_means_the_installation_and_says_so(
    beside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, forms = Settings().bpmn_folder, Settings().forms_folder
    done = bundled(monkeypatch, capsys, "complaint", "x.zip")
    assert done == (0, [f"Packed from {own / 'complaint'} and {forms / 'complaint'}.", "x.zip written."], "")
    assert unpack((beside / "x.zip").read_bytes()) == read_folders(own, forms, "complaint")


@pytest.mark.parametrize("folder", [True, False])
def test_a_key_means_the_installation_though_something_else_of_that_name_is_in_the_way(
    beside: Path, folder: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, forms = Settings().bpmn_folder, Settings().forms_folder
    if folder:
        (beside / "complaint").mkdir()
    else:
        (beside / "complaint").write_text("Notes.", "utf-8")
    done = bundled(monkeypatch, capsys, "complaint", "x.zip")
    assert done == (0, [f"Packed from {own / 'complaint'} and {forms / 'complaint'}.", "x.zip written."], "")
    assert unpack((beside / "x.zip").read_bytes()) == read_folders(own, forms, "complaint")


def test_a_process_without_forms_is_packed_and_told_to_be_without(
    beside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(beside / "forms")
    forms = beside / "forms" / "definitions" / "complaint"
    code, told, _ = bundled(monkeypatch, capsys, "bpmn/complaint", "x.zip")
    assert (code, told[0]) == (
        0, f"Packed from {beside / 'bpmn' / 'complaint'} without forms: there is no folder {forms}.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("bpmn", "There is no process.toml in bpmn; name the folder of one process."),
        ("bpmn/nosuch", "There is no file or folder bpmn/nosuch."),
        ("nosuch", "There is no bpmn/nosuch/process.toml."),
        (
            "bpmn/complaint/process.toml",
            "bpmn/complaint/process.toml is a file; name the folder of one process, or its key.",
        ),
    ],
)
def test_what_is_no_process_is_told(
    beside: Path, named: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundled(monkeypatch, capsys, named, "x.zip") == (2, [], sentence)
    assert not (beside / "x.zip").exists()
