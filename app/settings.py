"""The only reader of the environment. Defaults are right for production; the rest of the house receives values."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.host_names import LOOPBACK, host_name
from complaints.outward.mail_server import parse_mail_server
from complaints.outward.mail_text import sender_address

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 20
"""Characters of a token that nobody guesses."""


class Settings(BaseSettings):
    """What an installation may set, each as `REDRESS_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="REDRESS_", extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'redress.db'}",
        title="Database",
        description="sqlite:///path, or postgresql+psycopg://user:password@host/name",
    )
    host: str = Field(default="127.0.0.1", title="Address to listen on")
    port: int = Field(
        default=8000, title="Port to listen on", validation_alias=AliasChoices("REDRESS_PORT", "PORT"), ge=1, le=65535
    )
    bpmn_folder: Path = Field(default=ROOT / "bpmn", title="Processes, calendars, posts and categories")
    forms_folder: Path = Field(default=ROOT / "forms" / "definitions", title="Form definitions")
    locale_folder: Path = Field(default=ROOT / "locale", title="Catalogues of the three languages")
    var_folder: Path = Field(default=ROOT / "var", title="Where the installation keeps its files")
    public_url: str = Field(default="", title="Address under which complainants reach the tracking page")
    key_file: Path | None = Field(
        default=None, title="The server's key", description="without it `redress.key` among the installation's files"
    )
    key: SecretStr = Field(default=SecretStr(""), title="The server's key itself, instead of its file")
    key_command: str = Field(
        default="", title="Command that prints the server's key, instead of its file: of a key store, for instance"
    )
    anchor_file: Path | None = Field(
        default=None,
        title="File to which the anchors of the trail are added",
        description="without it `anchors.jsonl` among the installation's files; keep it, or a copy, elsewhere",
    )
    allowed_hosts: str = Field(
        default="",
        title="Further names under which this server is reached",
        description="with commas between them; that of REDRESS_PUBLIC_URL and this machine's own are known",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        title="Addresses of the reverse proxies that are believed when they say who asks",
        description="addresses or networks (10.0.3.0/28), with commas between them",
    )
    max_connections: int = Field(default=1000, title="Connections at once; who comes beyond is asked to wait", ge=10)
    demo: bool = Field(default=False, title="Demo mode: movable clock, demo people")
    secure_cookies: bool = Field(default=True, title="Cookies only over HTTPS; off in the demo")
    max_body_bytes: int = Field(default=2_000_000, title="Largest request", ge=10_000)
    requests_per_minute: int = Field(
        default=600, title="Requests a minute from one person or address, at one process", ge=1
    )
    filings_per_minute: int = Field(
        default=20,
        title="Complaints without sign-in, and wrong codes, a minute from one address, over all processes",
        ge=1,
    )
    session_idle_minutes: int = Field(
        default=30,
        ge=10,
        le=720,
        title="Minutes without use after which somebody is signed out, 10 to 720; after 12 hours in any case",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), title="Token with which a monitor reads /metrics; operators read it with their own"
    )
    oidc_issuer: str = Field(
        default="",
        title="Provider of the institution's own accounts (OpenID Connect), as it calls itself",
        description="https://sso.school.example; without it one signs in with passwords of this house alone",
    )
    oidc_client_id: str = Field(default="", title="Name under which the provider knows this installation")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), title="Secret that the provider gave with it")
    oidc_scope: str = Field(default="openid email profile", title="What the provider is asked to tell")
    oidc_groups_claim: str = Field(default="groups", title="Claim in which the provider lists somebody's groups")
    oidc_create: bool = Field(default=False, title="Make an account for whoever a group of the provider gives a team")
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        title="Mail server",
        description="smtp://, smtps:// or smtp+starttls://user:password@host; without it nothing is mailed",
    )
    mail_from: str = Field(default="", title="Sender of every mail, such as School <complaints@school.example>")
    webhook_private_hosts: str = Field(
        default="",
        title="Hosts of webhooks that may have a private address",
        description="names as the addresses have them, with commas between them",
    )
    worker_port: int = Field(
        default=0, ge=0, le=65535, title="Port at which a worker answers /healthz, /readyz and /metrics; 0: at none"
    )
    log_level: str = Field(default="INFO", title="Least level that is logged")

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(
            rf"[\x21-\x7e]{{{SHORTEST_TOKEN},200}}", value.get_secret_value()
        ):
            raise ValueError(
                f"it has {SHORTEST_TOKEN} to 200 visible ASCII characters; `openssl rand -hex 20` makes one"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            parse_mail_server(value.get_secret_value())
        return value

    @field_validator("webhook_private_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        if any(each.strip() and not re.fullmatch(r"[A-Za-z0-9.:_-]+", each.strip()) for each in value.split(",")):
            raise ValueError("it names hosts alone, such as hooks.school.internal,10.1.2.3")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _host_names(cls, value: str) -> str:
        wrong = [each for each in _listed(value) if host_name(each) != each.lower()]
        if wrong:
            raise ValueError("it names hosts alone, without a port, such as complaints.school.example,[fd00::1]")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        for each in _listed(value):
            # Also refuses what would believe everybody: then anybody says what address they have.
            if ipaddress.ip_network(each).prefixlen == 0:
                raise ValueError("it names the proxies, not every address there is")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _an_issuer(cls, value: str) -> str:
        if value:
            address = urlsplit(value)
            here = address.scheme == "http" and address.hostname in ("127.0.0.1", "::1", "localhost")
            if not (address.scheme == "https" or here) or not address.hostname or address.query or address.fragment:
                raise ValueError("it is an address that begins with https://, without ? and #")
        return value

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        if value:
            sender_address(value)
        return value

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which this server is reached."""
        of_public = host_name(urlsplit(self.public_url).netloc) if self.public_url else None
        own = host_name(f"[{self.host}]" if ":" in self.host else self.host)
        named = {each.lower() for each in _listed(self.allowed_hosts)}
        return LOOPBACK | named | {each for each in (of_public, own) if each}

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxies that are believed."""
        return tuple(_listed(self.trusted_proxies))

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if bool(self.smtp_url.get_secret_value()) != bool(self.mail_from):
            raise ValueError("REDRESS_SMTP_URL and REDRESS_MAIL_FROM are set both or neither")
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url):
            raise ValueError("REDRESS_OIDC_ISSUER needs REDRESS_OIDC_CLIENT_ID and REDRESS_PUBLIC_URL beside it")
        return self


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
