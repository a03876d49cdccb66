"""What a notice is called in the reader's language: its subject without the number of the case."""

from __future__ import annotations

import re

from engine.process import CompiledProcess
from forms.languages import pick
from queries.reader import Reader

_PLACE = re.compile(r"\s*[（(]?\{[^{}]*\}[）)]?")


def notice_title(reader: Reader, process: CompiledProcess, template: str) -> str:
    """Return the title of a template of a version, `` where it has none."""
    found = reader.library.notices.of(process).templates.get(template)
    return _PLACE.sub("", pick(found.subject, reader.language)).strip(" :：") if found else ""
