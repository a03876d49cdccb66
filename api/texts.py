"""The texts of pages and refusals in zh-CN, ko and en, read from their catalogues as they stand."""

from __future__ import annotations

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from forms.languages import LANGUAGES

PAGES = "web"
PROBLEMS = "problems"
"""What refusals are told with (`api.sentences`)."""


def load_texts(folder: Path) -> dict[str, NullTranslations]:
    """Return the catalogue of the pages in each language.

    English is the language of the message ids. Raises OSError for a missing file, PoFileError for a broken one.
    """
    return {language: _compiled(read_catalogue(folder, language, PAGES)) for language in LANGUAGES}


def read_catalogue(folder: Path, language: str, domain: str) -> Catalog:
    """Return `<folder>/<zh_CN|ko|en>/LC_MESSAGES/<domain>.po`. Raises OSError, PoFileError."""
    locale = language.replace("-", "_")
    with (folder / locale / "LC_MESSAGES" / f"{domain}.po").open("rb") as source:
        return read_po(source, locale=locale, domain=domain, abort_invalid=True)


def _compiled(catalogue: Catalog) -> NullTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def marked(message: str) -> str:
    """Return the message as it is: it stands in a table and is translated where it is shown."""
    return message
