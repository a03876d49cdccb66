"""The publication check of `[intake]`: the form that complainants fill in exists, and asks what every case needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from complaints.answer_meanings import form_properties
from engine.bundles.bundle import Files, process_file
from engine.configuration.process_file import CODE
from engine.configuration.toml_reader import Reader, meant
from engine.model.config import ProcessConfig
from engine.model.problem import Problem
from forms.file_names import SCHEMA_SUFFIX

ASKED = ("subject", "text")
"""The fields without which no case is filed."""


def check_intake(files: Files, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield what is wrong with the form that `[intake]` names; nothing where it names none."""
    if config is None or config.intake.form is None:
        return
    path, content = process_file(files)
    reader, form = Reader(path, CODE, content), config.intake.form
    forms = {
        PurePosixPath(name).name.removesuffix(SCHEMA_SUFFIX): name for name in files if name.endswith(SCHEMA_SUFFIX)
    }
    if form not in forms:
        reader.wrong("intake.form", f"is {form}, which is no form of the process", meant(form, forms))
    else:
        for field in sorted(set(ASKED) - form_properties(files[forms[form]]).keys()):
            reader.wrong("intake.form", f"is {form}, which does not ask for {field}", "Add the field to the form.")
    yield from reader.problems
