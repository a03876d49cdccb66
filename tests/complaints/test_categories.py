"""The tree of categories: the one that ships, what is refused, and that nothing can break the reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.intake.categories import CategoriesInvalid, load_categories, parse_categories
from engine.errors import NotFound
from tests.support.shared import ROOT

SHIPPED = ROOT / "bpmn" / "categories.toml"
LABELS = '{ zh-CN = "一", ko = "일", en = "One" }'
SMALL = f"""
version = "7"
[codes.teaching]
labels = {LABELS}
[codes."teaching.content"]
labels = {{ zh-CN = "课程", ko = "강의", en = "Course" }}
[codes.other]
labels = {LABELS}
[views.phone]
labels = {LABELS}
[views.phone.entries.1]
labels = {LABELS}
codes = ["teaching"]
"""


def codes_of(text: str) -> list[str]:
    with pytest.raises(CategoriesInvalid) as caught:
        parse_categories(text.encode(), file="categories.toml")
    return [problem.code for problem in caught.value.problems]


def test_the_tree_that_ships_has_the_four_views_of_the_requirements() -> None:
    tree = load_categories(SHIPPED)
    assert {name: [entry.name for entry in view.entries] for name, view in tree.views.items()} == {
        "groups": ["course_quality", "teachers", "charges", "management"],
        "classes": ["teaching", "service", "charges", "other"],
        "tags": ["course_quality", "service_attitude", "environment", "complaint_suggestion"],
        "phone": ["1", "2", "3", "4"],
    }


def test_every_code_has_one_drawer_in_the_views_that_cover_everything() -> None:
    tree = load_categories(SHIPPED)
    below = [code for code in tree.categories if "." in code]
    missing = [(name, code) for name in ("tags", "phone") for code in below if tree.view(name).entry_of(code) is None]
    assert missing == []


def test_names_paths_and_children_are_found() -> None:
    tree = parse_categories(SMALL.encode(), file="categories.toml")
    assert tree.version == "7"
    assert tree.label("teaching.content", "ko") == "강의"
    assert tree.label("teaching.content", "fr") == "课程"
    assert tree.path("teaching.content", "en") == "One › Course"
    assert tree.children("teaching") == ("teaching.content",)
    assert tree.children(None) == ("teaching", "other")
    assert (tree.exists("other"), tree.exists("teaching.nothing")) == (True, False)
    assert tree.view("phone").entries[0].codes == ("teaching", "teaching.content")
    assert tree.view("phone").entry_of("other") is None


def test_what_is_outside_the_tree_is_refused_by_name() -> None:
    tree = parse_categories(SMALL.encode(), file="categories.toml")
    for ask in (lambda: tree.label("x", "en"), lambda: tree.children("x"), lambda: tree.path("x", "en")):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.details == {"category": "x"}
    with pytest.raises(NotFound):
        tree.view("nothing")


def test_a_retired_code_keeps_its_name_but_is_no_longer_offered() -> None:
    text = SMALL.replace('[codes."teaching.content"]', '[codes."teaching.content"]\nretired = true')
    tree = parse_categories(text.encode(), file="categories.toml")
    assert tree.label("teaching.content", "en") == "Course"
    assert [category.code for category in tree.offered()] == ["teaching", "other"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('version = "7"', "", ["version-missing"]),
        ('version = "7"', "version = 7", ["version-missing"]),
        ('[codes."teaching.content"]', '[codes."lost.content"]', ["parent-missing"]),
        ('[codes."teaching.content"]', '[codes."Teaching!"]', ["code-name"]),
        ("[codes.other]", "[codes.others]", ["other-missing"]),
        ("[codes.other]", "[codes.other]\nretired = true", ["other-missing"]),
        ("[codes.other]", "[codes.other]\nretired = 1", ["retired"]),
        ('ko = "강의", ', "", ["language-missing"]),
        ('ko = "강의"', 'ko = " "', ["language-missing"]),
        ('ko = "강의"', 'ko = "a\\nb"', ["text-unclean"]),
        ('codes = ["teaching"]', 'codes = ["teachings"]', ["code-unknown"]),
        ('codes = ["teaching"]', "codes = []", ["codes-missing"]),
        ('codes = ["teaching"]', "codes = [1]", ["codes-missing"]),
        ("[codes.other]\nlabels", "[codes.other]\nlabel = 1\nlabels", ["unknown-key"]),
        ('version = "7"', 'version = "7', ["toml-invalid"]),
    ],
)
def test_each_slip_is_named(old: str, new: str, expected: list[str]) -> None:
    assert old in SMALL
    assert codes_of(SMALL.replace(old, new, 1)) == expected


def test_a_code_in_two_drawers_of_a_view_is_refused() -> None:
    entry = f'[views.phone.entries.2]\nlabels = {LABELS}\ncodes = ["teaching.content"]\n'
    assert codes_of(SMALL + entry) == ["code-twice"]


def test_all_problems_are_listed_at_once_with_their_lines() -> None:
    text = SMALL.replace('version = "7"', "").replace('ko = "강의", ', "")
    with pytest.raises(CategoriesInvalid) as caught:
        parse_categories(text.encode(), file="categories.toml")
    found = [(problem.code, problem.element, problem.line) for problem in caught.value.problems]
    assert found == [
        ("version-missing", "version", None),
        ("language-missing", "codes.teaching.content.labels", 6),
    ]


def test_bytes_that_are_no_text_and_files_too_large_are_refused() -> None:
    for content, code in ((b"\xff\xfe", "toml-invalid"), (b"#" * 600_000, "file-too-large")):
        with pytest.raises(CategoriesInvalid) as caught:
            parse_categories(content, file="categories.toml")
        assert [problem.code for problem in caught.value.problems] == [code]


def test_a_file_that_is_absent_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_categories(tmp_path / "categories.toml")


scalars = st.one_of(st.booleans(), st.integers(), st.text(max_size=8), st.dates(), st.lists(st.integers(), max_size=2))


def toml_of(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    if isinstance(value, str):
        inner = "".join(char if char.isalnum() and char.isascii() else "-" for char in value)
        return f'"{inner}"'
    return str(value)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["codes", "codes.a", "views", "views.v", "views.v.entries", "views.v.entries.e", "version"]
            ),
            st.sampled_from(["labels", "codes", "entries", "retired", "x", "version"]),
            scalars,
        ),
        max_size=8,
    )
)
def test_any_values_in_any_place_are_read_or_refused_with_problems(lines: list[tuple[str, str, object]]) -> None:
    text = "\n".join(f"{place}.{name} = {toml_of(value)}" for place, name, value in lines)
    with pytest.raises(CategoriesInvalid) as caught:
        parse_categories(text.encode(), file="categories.toml")
    assert caught.value.problems


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_copy_of_the_shipped_file_never_breaks_the_reading(data: st.DataObject) -> None:
    content = SHIPPED.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    upto = data.draw(st.integers(at, min(len(content), at + 400)))
    damaged = content[:at] + data.draw(st.binary(max_size=6)) + content[upto:]
    try:
        tree = parse_categories(damaged, file="categories.toml")
    except CategoriesInvalid:
        return
    assert tree.exists("other")
    assert all(tree.path(code, "ko") for code in tree.categories)
