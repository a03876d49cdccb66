"""What a notice is called in the reader's language: its subject without the number of the case."""

from __future__ import annotations

import re

from engine.process import CompiledProcess
from forms.languages import pick
from queries.reader import Reader

_PLACE = re.compile(r"\s*[（(]?\{[^{}]*\}[）)]?")
_EDGES = " :：,，、"
"""What stood between the title and a place that is left out."""


def notice_title(reader: Reader, process: CompiledProcess, template: str, *, clock: object = None) -> str:
    """Return the title of a template of a version, `` where it has none.

    `clock`: the name of the clock that caused the notice, where one did; its title may name what is due.
    """
    found = reader.library.notices.of(process).templates.get(template)
    if found is None:
        return ""
    spec = process.config.clocks.get(str(clock))
    duty = pick(spec.labels, reader.language) if spec is not None else ""
    subject = pick(found.subject, reader.language)
    named = subject.replace("{duty}", duty.replace("{", "").replace("}", "")) if duty else subject
    return _PLACE.sub("", named).strip(_EDGES)
