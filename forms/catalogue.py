"""Loads the forms of a folder or of a bundle, and says before publication what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from forms.build import build_form
from forms.file_names import SCHEMA_SUFFIX, UI_SUFFIX
from forms.form import Form
from forms.problem import FormProblem, Report
from forms.source import MAX_BYTES, read_source
from forms.subset import check_schema
from forms.ui_check import check_ui

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class BrokenForms(ValueError):
    """Some forms have errors and were not loaded; `problems` lists them."""

    def __init__(self, problems: list[FormProblem]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(f"{len(problems)} errors in forms; the first: {first.file}: {first.message}")


class UnknownForm(LookupError):
    """The catalogue has no form of this name."""


@dataclass(frozen=True)
class FormCatalogue:
    """The forms of one bundle, or of all processes that ship."""

    forms: Mapping[tuple[str, str], Form]
    """By process and name: `("complaint", "verify")`."""

    @classmethod
    def from_folder(cls, folder: Path) -> FormCatalogue:
        """Load `<process>/<name>.schema.json` and `.ui.json` below `folder`; warnings pass. Raises BrokenForms."""
        files = {}
        for path in sorted(folder.glob("*/*.json")):
            with path.open("rb") as file:
                # One byte more than allowed is enough to see that a file is too large.
                files[path.relative_to(folder).as_posix()] = file.read(MAX_BYTES + 1)
        return cls.from_files(files)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> FormCatalogue:
        """Load forms from the files of a bundle, by path; other files are passed over. Raises BrokenForms.

        The folder that holds a file names its process: `forms/complaint/verify.ui.json` belongs to `complaint`.
        """
        forms: dict[tuple[str, str], Form] = {}
        problems: list[FormProblem] = []
        for checked in _each(files):
            problems.extend(problem for problem in checked.problems if problem.severity == "error")
            if checked.form is not None:
                forms[checked.form.process, checked.form.name] = checked.form
        if problems:
            raise BrokenForms(problems)
        return cls(forms)

    def form(self, process: str, name: str) -> Form:
        """Return a form by process and name. Raises UnknownForm.

        A file name as diagrams have it (`verify.schema.json`, `verify.ui.json`) is a name too.
        """
        short = PurePosixPath(name).name.removesuffix(SCHEMA_SUFFIX).removesuffix(UI_SUFFIX)
        try:
            return self.forms[process, short]
        except KeyError:
            raise UnknownForm(f"process {process!r} has no form {short!r}") from None


def check_files(files: Mapping[str, bytes]) -> list[FormProblem]:
    """Return what is wrong with all the forms of a bundle, in the order of their files; other files are passed over."""
    return [problem for checked in _each(files) for problem in checked.problems]


def check_form(schema_bytes: bytes, ui_bytes: bytes, file: str) -> list[FormProblem]:
    """Return what is wrong with one form, errors and warnings; `file` is the path of its schema. Never raises."""
    return _checked(file.removesuffix(SCHEMA_SUFFIX), schema_bytes, ui_bytes).problems


@dataclass(frozen=True)
class _Checked:
    problems: list[FormProblem]
    form: Form | None
    """Built only where no error was found."""


def _each(files: Mapping[str, bytes]) -> Iterator[_Checked]:
    stems = {
        path.removesuffix(suffix) for path in files for suffix in (SCHEMA_SUFFIX, UI_SUFFIX) if path.endswith(suffix)
    }
    seen: dict[tuple[str, ...], str] = {}
    for stem in sorted(stems):
        key = PurePosixPath(stem).parts[-2:]
        yield _checked(stem, files.get(stem + SCHEMA_SUFFIX), files.get(stem + UI_SUFFIX), twin=seen.get(key))
        seen.setdefault(key, stem)


def _checked(stem: str, schema_bytes: bytes | None, ui_bytes: bytes | None, twin: str | None = None) -> _Checked:
    schema_report, ui_report = Report(stem + SCHEMA_SUFFIX), Report(stem + UI_SUFFIX)
    process, name = PurePosixPath(stem).parent.name, PurePosixPath(stem).name
    for part in (name, process):
        if part and not _NAME.fullmatch(part):
            schema_report.add("form-name", "", f"{part!r} cannot be the name of a form or of its process.")
    if twin is not None:
        schema_report.add("form-twice", "", f"The process has a form of this name already: {twin}{SCHEMA_SUFFIX}.")
    if schema_bytes is None:
        ui_report.add("partner-missing", "", f"{name}{SCHEMA_SUFFIX} is missing beside this file.")
    if ui_bytes is None:
        schema_report.add("partner-missing", "", f"{name}{UI_SUFFIX} is missing beside this file.")
    schema = read_source(schema_bytes, schema_report) if schema_bytes is not None else None
    ui = read_source(ui_bytes, ui_report) if ui_bytes is not None else None
    plain = check_schema(schema, schema_report) if schema is not None else None
    if ui is not None:
        check_ui(ui, None if schema_report.has_errors else plain, ui_report)
    problems = [*schema_report.problems, *ui_report.problems]
    if schema is None or ui is None or schema_report.has_errors or ui_report.has_errors:
        return _Checked(problems, None)
    content = (schema_bytes or b"", ui_bytes or b"")
    return _Checked(problems, build_form(process, name, schema=schema, ui=ui, content=content))
