"""A bundle comes from outside: whatever its bytes are, it is read or refused."""

from __future__ import annotations

import io
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundles.bundle import UnreadableBundle, pack, unpack
from tests.publication.shipped import findings, shipped

FILES = {"bpmn/a/process.toml": b'key = "a"\n' * 40, "bpmn/a/a.bpmn": bytes(range(256))}


def _packed(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return buffer.getvalue()


PACKED = {method: _packed(method) for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)}


def test_what_was_packed_is_unpacked() -> None:
    assert unpack(pack(shipped())) == shipped()
    assert [unpack(data) for data in PACKED.values()] == [FILES] * len(PACKED)


@pytest.mark.parametrize("top", ["inquiry-2/", "a/b/"])
def test_a_bundle_inside_another_folder_is_refused_and_told_how_it_has_to_be(top: str) -> None:
    files = {f"{top}{name}": data for name, data in shipped("inquiry").items()}
    with pytest.raises(UnreadableBundle, match="A bundle holds one process"):
        findings(unpack(pack(files)))


@given(st.sampled_from(sorted(PACKED)), st.dictionaries(st.integers(0, 400), st.integers(0, 255), max_size=3))
def test_no_damage_to_a_zip_makes_it_raise_anything_but_a_refusal(method: int, damage: dict[int, int]) -> None:
    data = bytearray(PACKED[method])
    for at, byte in damage.items():
        data[at % len(data)] = byte
    with suppress(UnreadableBundle):
        unpack(bytes(data))


@pytest.mark.parametrize("method", sorted(PACKED))
def test_a_bundle_whose_content_is_damaged_is_refused(method: int) -> None:
    data = bytearray(PACKED[method])
    begin = 30 + len("bpmn/a/process.toml")
    data[begin : begin + 30] = bytes(30)
    with pytest.raises(UnreadableBundle, match="no readable zip"):
        unpack(bytes(data))


def _zipped(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name comes twice is the point
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "again", ["bpmn/a/process.toml", "bpmn/A/Process.toml", "bpmn/a/ｐrocess.toml", "bpmn/a/./process.toml"]
)
def test_a_path_that_comes_twice_is_refused(again: str) -> None:
    data = _zipped(("bpmn/a/process.toml", b"1"), (again, b"2"))
    with pytest.raises(UnreadableBundle, match="The bundle holds this file twice"):
        unpack(data)


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("bpmn/posts.toml", ("warning", "file-unused")),
        ("bpmn/complaint/posts.toml", ("warning", "file-unused")),
        ("bpmn/complaint/more.json", ("warning", "file-unused")),
        ("forms/definitions/complaint/more.json", ("warning", "file-unused")),
        ("bpmn/notices.toml", ("error", "file-elsewhere")),
        ("bpmn/other/labels.toml", ("error", "file-elsewhere")),
    ],
)
def test_a_file_that_belongs_to_no_process_is_named(path: str, verdict: tuple[str, str]) -> None:
    found = [p for p in findings({**shipped(), path: b"[teams]"}) if p.code.startswith("file-")]
    assert [(p.file, (p.severity, p.code)) for p in found] == [(path, verdict)]
