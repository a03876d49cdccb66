"""Which form complainants fill in, and which process it opens, stands in process.toml and is held against the forms."""

from __future__ import annotations

import pytest

from tests.publication.shipped import findings, shipped

CONFIG, FORM = "bpmn/complaint/process.toml", "forms/definitions/complaint/intake.schema.json"


@pytest.fixture
def files() -> dict[str, bytes]:
    """The shipped bundle."""
    return shipped()


def found(files: dict[str, bytes]) -> list[tuple[str, str | None, str, str]]:
    """Return code, place, sentence and advice of each error, each with its line."""
    problems = findings(files)
    errors = [p for p in problems if p.severity == "error" and p.file == CONFIG]
    for problem in errors:
        assert problem.line is not None
        assert files[CONFIG].decode().splitlines()[problem.line - 1].startswith("form = ")
    return [(p.code, p.element, p.message, p.advice) for p in errors]


def test_a_form_that_the_process_does_not_have_is_named_with_its_line(files: dict[str, bytes]) -> None:
    files[CONFIG] = files[CONFIG].replace(b'form = "intake"', b'form = "intaek"')
    assert found(files) == [
        ("process-toml", "intake.form", "`form` of `intake` is intaek, which is no form of the process.",
         "Did you mean intake?"),
    ]  # fmt: skip


def test_the_form_of_complainants_asks_what_every_case_needs(files: dict[str, bytes]) -> None:
    files[FORM] = files[FORM].replace(b'"subject"', b'"heading"')
    assert (
        "process-toml",
        "intake.form",
        "`form` of `intake` is intake, which does not ask for subject.",
        "Add the field to the form.",
    ) in found(files)
