"""The texts of the pages in zh-CN, ko and en, read from their catalogues as they stand: no step can be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from forms.languages import LANGUAGES

DOMAIN = "web"
NAMES: Mapping[str, str] = {"zh-CN": "中文", "ko": "한국어", "en": "English"}
"""Each language in its own words."""


def load_texts(folder: Path) -> dict[str, NullTranslations]:
    """Return the catalogue of each language from `<folder>/<zh_CN|ko|en>/LC_MESSAGES/web.po`.

    English is the language of the message ids. Raises OSError for a missing file, PoFileError for a broken one.
    """
    return {language: _catalogue(folder, language) for language in LANGUAGES}


def _catalogue(folder: Path, language: str) -> NullTranslations:
    locale = language.replace("-", "_")
    with (folder / locale / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        catalogue = read_po(source, locale=locale, domain=DOMAIN, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def marked(message: str) -> str:
    """Return the message as it is: it stands in a table and is translated where it is shown."""
    return message
