"""The institution's own accounts: an OpenID provider asked by the authorization code flow (OpenID Connect Core 1.0).

With PKCE (RFC 7636), state and nonce; the signature of the ID token, its issuer, audience and time are checked. The
server itself speaks to the issuer's host and no other.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from access.errors import AccessError
from access.randomness import Ids

SECONDS: Final = 10.0
"""How long each question to the provider may take."""
MOST_BYTES: Final = 1_000_000
REMEMBERED: Final = timedelta(hours=1)
"""How long what the provider says of itself, and its keys, are not asked for again."""
LEEWAY_SECONDS: Final = 60
"""By which its clock and ours may differ."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""With a key pair each: what is signed with a shared secret, or not at all, is not taken."""


class ProviderFault(AccessError):
    """Signing in with the institution's account did not work."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Take `unreachable`, `unfit` (what it says does not check), `denied` or `refused`; `detail` is for the log."""
        self.code, self.detail = code, detail
        super().__init__(f"The provider of the institution's accounts: {code}.")


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """What the installation knows of the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = "openid email profile"
    groups_claim: str = "groups"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in that was begun; kept by the browser alone, sealed."""

    address: str
    """Where the browser goes."""
    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What the provider says of somebody, checked."""

    issuer: str
    subject: str
    email: str = ""
    """Only one that the provider has verified."""
    name: str = ""
    login: str = ""
    """What its person calls themselves there."""
    language: str = ""
    groups: frozenset[str] = frozenset()


class Provider:
    """One provider, as long as the process lives. Safe to share between threads."""

    def __init__(self, settings: ProviderSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        """Take the settings; nothing is asked of the provider yet."""
        self.settings = settings
        self._transport = transport
        self._guard = threading.Lock()
        self._known: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def begin(self, *, redirect_uri: str, ids: Ids, now: datetime) -> Begun:
        """Return where to send a browser. Raises ProviderFault (`unreachable`, `unfit`). Repeating begins another."""
        state, nonce, verifier = ids.code(52), ids.code(52), ids.code(64)
        address = prepare_grant_uri(
            self._described(now)["authorization_endpoint"], self.settings.client_id, "code", redirect_uri,
            self.settings.scope, state, nonce=nonce, code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )  # fmt: skip
        return Begun(address=str(address), state=state, nonce=nonce, verifier=verifier)

    def finish(self, code: str, begun: Begun, *, redirect_uri: str, now: datetime) -> Claims:
        """Return whom a code means. Raises ProviderFault (`unreachable`, `refused`, `unfit`). A code is good once."""
        described = self._described(now)
        given = self._exchange(code, begun, described, redirect_uri)
        claims = self._checked(given, begun.nonce, described, now)
        access_token = str(given.get("access_token", ""))
        if (
            access_token
            and "userinfo_endpoint" in described
            and not {"email", self.settings.groups_claim} <= claims.keys()
        ):
            more = self._ask("GET", described["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})
            if more.get("sub") != claims["sub"]:
                raise ProviderFault("unfit", "userinfo is about somebody else")
            claims = {**more, **claims}
        return self._said(claims)

    def _exchange(self, code: str, begun: Begun, described: Mapping[str, Any], redirect_uri: str) -> Mapping[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=begun.verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        method = _client_method(self.settings, described)
        # RFC 6749, 2.3.1: both are encoded before they become user and password.
        id_and_secret = (self.settings.client_id, self.settings.client_secret)
        if method == "client_secret_basic":
            id_and_secret = tuple(quote(each, safe="") for each in id_and_secret)  # type: ignore[assignment]
        auth = ClientAuth(*id_and_secret, method)
        address, headers, body = auth.prepare("POST", described["token_endpoint"], headers, body)
        return self._ask("POST", address, headers=headers, content=body)

    def _checked(
        self, given: Mapping[str, Any], nonce: str, described: Mapping[str, Any], now: datetime
    ) -> Mapping[str, Any]:
        """Return the claims of an ID token whose signature and contents are right. Raises ProviderFault (`unfit`)."""
        token, access_token = str(given.get("id_token", "")), given.get("access_token")
        try:
            try:
                read = jwt.decode(token, self._key_set(described, now), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError, RecursionError):
                # The provider may have changed its keys since.
                read = jwt.decode(token, self._key_set(described, now, anew=True), algorithms=list(ALGORITHMS))
            options = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
                "sub": {"essential": True}, "exp": {"essential": True}, "nonce": {"essential": True},
            }  # fmt: skip
            params = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token}
            claims = CodeIDToken(read.claims, read.header, options, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ProviderFault("unfit", f"ID token: {type(error).__name__}") from None
        if not isinstance(read.claims["sub"], str) or not 0 < len(read.claims["sub"]) <= 255:
            raise ProviderFault("unfit", "ID token: subject")
        return dict(read.claims)

    def _said(self, claims: Mapping[str, Any]) -> Claims:
        name = self.settings.groups_claim
        elsewhere = claims.get("_claim_names")
        if isinstance(elsewhere, dict) and name in elsewhere:
            # Somebody in very many groups: what is not listed here would be taken for left.
            raise ProviderFault("unfit", "groups are not in the token")
        groups = claims.get(name, [])
        return Claims(
            issuer=self.settings.issuer,
            subject=str(claims["sub"]),
            email=_text(claims, "email") if claims.get("email_verified") is True else "",
            name=_text(claims, "name"),
            login=_text(claims, "preferred_username"),
            language=_text(claims, "locale"),
            groups=frozenset(str(each) for each in (groups if isinstance(groups, list) else [groups])),
        )

    def _described(self, now: datetime) -> Mapping[str, Any]:
        """Return what the provider says of itself. Raises ProviderFault."""
        with self._guard:
            kept = self._known
        if kept is not None and now - kept[0] < REMEMBERED:
            return kept[1]
        issuer = self.settings.issuer
        found = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise ProviderFault("unfit", "it calls itself by another name")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise ProviderFault("unfit", f"it names no {name}")
        if urlsplit(found["authorization_endpoint"]).scheme != urlsplit(issuer).scheme:
            raise ProviderFault("unfit", "its sign-in page is at an address of another kind")
        with self._guard:
            self._known = (now, found)
        return found

    def _key_set(self, described: Mapping[str, Any], now: datetime, *, anew: bool = False) -> KeySet:
        with self._guard:
            kept = self._keys
        if kept is not None and now - kept[0] < REMEMBERED and not anew:
            return kept[1]
        keys = KeySet.import_key_set(self._ask("GET", described["jwks_uri"]))  # type: ignore[arg-type]
        with self._guard:
            self._keys = (now, keys)
        return keys

    def _ask(self, method: str, address: str, **request: Any) -> Mapping[str, Any]:
        """Return the JSON object of an answer. Raises ProviderFault."""
        asked, home = urlsplit(address), urlsplit(self.settings.issuer)
        if (asked.scheme, asked.netloc) != (home.scheme, home.netloc):
            raise ProviderFault("unfit", "it sends us to another host")
        try:
            # Neither proxies nor certificates from the environment, and no way on to anywhere else.
            with (
                httpx.Client(
                    transport=self._transport, timeout=SECONDS, trust_env=False, follow_redirects=False
                ) as client,
                client.stream(method, address, **request) as answer,
            ):
                content = b""
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise ProviderFault("unfit", "its answer has no end")
                status = answer.status_code
        except httpx.HTTPError as error:
            raise ProviderFault("unreachable", type(error).__name__) from None
        if status >= 500:
            raise ProviderFault("unreachable", f"status {status}")
        if status != 200:
            raise ProviderFault("refused", f"status {status}")
        return _object(content)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = httpx.Response(200, content=content).json()
    except (ValueError, RecursionError):
        raise ProviderFault("unfit", "its answer is no JSON") from None
    if not isinstance(found, dict):
        raise ProviderFault("unfit", "its answer is no object")
    return found


def _client_method(settings: ProviderSettings, described: Mapping[str, Any]) -> str:
    """Return how the client proves itself: in the header, else in the body where the provider takes only that."""
    if not settings.client_secret:
        return "none"
    takes = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_post" if "client_secret_basic" not in takes else "client_secret_basic"


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value.strip()[:320] if isinstance(value, str) else ""
