"""The file of a case as Markdown that also reads as plain text (`redress export`, and `docs/cases`)."""

from __future__ import annotations

from access.policy import Principal, Role
from app.assembly import application_for
from app.case_file_sections import CaseText
from app.container import Application
from app.existing import require_schema
from app.settings import Settings
from engine.errors import NotFound, Unfit
from forms.languages import LANGUAGES
from queries.case_named import case_named
from queries.reader import Reader

ARCHIVIST = Principal(person_id="", name="", language="en", roles=frozenset({Role.SUPERVISOR}))
"""Whoever can start the command line has the file of the database; the export shows what a supervisor sees."""


def case_file_text(settings: Settings, case: str, language: str) -> str:
    """Return the file of one case, by number or id, in zh-CN, ko or en. Reads only.

    Raises NotFound for a case that does not exist, Unfit for another language, NoDatabase where there is none.
    """
    require_language(language)
    require_schema(settings)
    application = application_for(settings)
    try:
        return case_text(application, case, language)
    finally:
        application.database.close()


def case_text(application: Application, case: str, language: str) -> str:
    """Return the file of a case of a running application. Raises NotFound, Unfit."""
    require_language(language)
    with application.database.read() as connection:
        reader = Reader(connection, application.library, application.now(), language, ARCHIVIST)
        found = case_named(reader, case)
        if found is None:
            raise NotFound(f"There is no case {case}.", case=case)
        return CaseText(reader, found).text()


def require_language(language: str) -> None:
    """Return if case files are written in this language. Raises Unfit."""
    if language not in LANGUAGES:
        raise Unfit(f"A case file is written in {', '.join(LANGUAGES)}, not in {language}.", language=language)
