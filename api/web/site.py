"""Everything the pages share for as long as the server lives: the house behind them, the texts, the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from access.sign_in.provider import Provider
from api.context import Application, Settings, Shared
from api.sentences import Sentences
from api.texts import load_texts
from api.web.asset_files import asset_address
from forms.characters import UNUSABLE
from forms.languages import LANGUAGES

HERE = Path(__file__).parent


class WebSettings(Settings, Protocol):
    """What the pages ask of the settings besides."""

    @property
    def public_url(self) -> str:
        """The address under which complainants reach the pages, `` where it is the same."""
        ...

    @property
    def oidc_create(self) -> bool:
        """Whether an account is made for whoever the institution's provider puts into a team."""
        ...

    @property
    def var_folder(self) -> Path:
        """Where the demo keeps the card of its people."""
        ...


class House(Application, Protocol):
    """What the pages ask of the composition root."""

    @property
    def settings(self) -> WebSettings:
        """What the installation has set."""
        ...

    @property
    def provider(self) -> Provider | None:
        """The provider of the institution's own accounts, None where there is none."""
        ...


@dataclass(frozen=True)
class Texts:
    """What never changes while the server lives: catalogues, and templates that speak them."""

    catalogues: Mapping[str, NullTranslations]
    templates: Mapping[str, Environment]
    """Language -> templates that speak it."""


@dataclass(frozen=True)
class Site:
    """The pages' side of one application. Safe to share between threads."""

    house: House
    shared: Shared
    texts: Mapping[str, NullTranslations]
    sentences: Sentences
    """What refusals say."""
    templates: Mapping[str, Environment]
    zone: ZoneInfo
    """Of the first campus: where lists that span campuses show their times."""


def read_texts(locale_folder: Path) -> Texts:
    """Return the texts of the pages. Raises where a catalogue is missing or broken."""
    catalogues = load_texts(locale_folder)
    return Texts(catalogues, {language: _environment(catalogues[language]) for language in LANGUAGES})


def site_of(app: FastAPI) -> Site:
    """Return the site over the application that the requests share at this moment (`app.state.shared`)."""
    shared: Shared = app.state.shared
    texts: Texts = app.state.page_texts
    house = cast(House, shared.application)
    zones = shared.library.zones
    zone = zones.get("main") or next(iter(zones.values()), "UTC")
    return Site(house, shared, texts.catalogues, app.state.sentences, texts.templates, ZoneInfo(zone))


def _environment(texts: NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_showable,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals["asset"] = asset_address
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _showable(value: Any) -> Any:
    """Return what a template puts out; characters that no page can hold become U+FFFD, whoever typed them."""
    if isinstance(value, str) and UNUSABLE.search(value):
        return type(value)(UNUSABLE.sub("\ufffd", value))
    return value
