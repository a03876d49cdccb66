"""What a provider says is taken only where it checks, and it is asked nowhere but at its own host."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from access.sign_in.provider import LEEWAY_SECONDS, REMEMBERED, Begun, Claims, Provider, ProviderFault, ProviderSettings
from engine.ids import RandomIds
from tests.support.stores import NOON

ISSUER = "https://sso.school.example"
BACK = "https://complaints.school.example/sign-in/elsewhere/back"
SIGNS, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "two"})
NOW = int(NOON.timestamp())


class Pretender:
    """Answers as a provider does, or not quite."""

    def __init__(self, **said: Any) -> None:
        self.described = {
            "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys", **said.pop("described", {}),
        }  # fmt: skip
        self.keys: list[RSAKey] = [SIGNS]
        self.token: Callable[[Mapping[str, Any]], str] = said.pop("token", lambda claims: signed(claims))
        self.more, self.userinfo = said.pop("claims", {}), said.pop("userinfo", None)
        self.status: dict[str, int] = said.pop("status", {})
        self.asked: list[httpx.Request] = []
        assert not said

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        bodies: dict[str, Any] = {
            "/.well-known/openid-configuration": self.described,
            "/keys": {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/userinfo": self.userinfo,
        }
        if path == "/token":
            claims = {"iss": ISSUER, "sub": "42", "aud": "redress", "iat": NOW, "exp": NOW + 300, "nonce": "N"}
            full = {name: value for name, value in {**claims, **self.more}.items() if value is not None}
            bodies["/token"] = {"id_token": self.token(full), "access_token": "opaque", "token_type": "Bearer"}
        return httpx.Response(self.status.get(path, 200), json=bodies[path])

    def provider(self, secret: str = "") -> Provider:
        settings = ProviderSettings(issuer=ISSUER, client_id="redress", client_secret=secret)
        return Provider(settings, transport=httpx.MockTransport(self))


def signed(claims: Mapping[str, Any], key: Any = SIGNS, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one", **header}, dict(claims), key, algorithms=["RS256"])


def finished(pretender: Pretender, provider: Provider | None = None) -> Claims:
    begun = Begun(address="", state="S", nonce="N", verifier="V" * 64)
    return (provider or pretender.provider()).finish("code", begun, redirect_uri=BACK, now=NOON)


def test_what_checks_is_taken() -> None:
    claims = {"email": "li.na@school.example", "email_verified": True, "name": "李娜", "groups": ["desk", "desk", "x"]}
    pretender = Pretender(claims=claims)
    assert finished(pretender) == Claims(
        issuer=ISSUER, subject="42", email="li.na@school.example", name="李娜", groups=frozenset({"desk", "x"})
    )
    sent = parse_qs(next(each for each in pretender.asked if each.url.path == "/token").content.decode())
    assert sent == {
        "grant_type": ["authorization_code"], "code": ["code"], "redirect_uri": [BACK], "code_verifier": ["V" * 64],
        "client_id": ["redress"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": None},
        {"aud": ["redress", "another"]},
        {"aud": ["redress", "another"], "azp": "another"}, {"exp": NOW - LEEWAY_SECONDS - 1},
        {"exp": None}, {"exp": "soon"},
        {"iat": NOW + LEEWAY_SECONDS + 1}, {"iat": None}, {"nonce": "M"}, {"nonce": None}, {"nonce": ""}, {"sub": None},
        {"sub": ""}, {"sub": 42}, {"sub": "x" * 256}, {"nbf": NOW + LEEWAY_SECONDS + 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_of_another_issuer_for_another_client_or_another_time_is_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProviderFault) as refused:
        finished(Pretender(claims=wrong))
    assert refused.value.code == "unfit"


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def joined(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"


def unsigned(claims: Mapping[str, Any]) -> str:
    return f"{joined({'alg': 'none'}, claims)}."


def by_hand(claims: Mapping[str, Any]) -> str:
    """Sign with the public key as if it were a secret that both share."""
    text = joined({"alg": "HS256", "kid": "one"}, claims)
    return f"{text}.{part(hmac.digest(SIGNS.as_pem(private=False), text.encode(), 'sha256'))}"


@pytest.mark.parametrize(
    "token",
    [
        lambda claims: signed(claims, OTHER),
        lambda claims: signed(claims, OTHER, kid="two"),
        unsigned,
        by_hand,
        lambda claims: signed(claims)[:-6] + "AAAAAA",
        lambda _claims: "",
        lambda _claims: "no token at all",
    ],
    ids=["another key", "an unknown key", "unsigned", "the public key as a secret", "altered", "none", "nonsense"],
)
def test_a_token_that_the_provider_did_not_sign_is_not(token: Callable[[Mapping[str, Any]], str]) -> None:
    with pytest.raises(ProviderFault) as refused:
        finished(Pretender(token=token))
    assert refused.value.code == "unfit"


def test_a_new_key_of_the_provider_is_found_at_once() -> None:
    pretender = Pretender()
    provider = pretender.provider()
    assert finished(pretender, provider).subject == "42"
    pretender.keys, pretender.token = [OTHER], lambda claims: signed(claims, OTHER, kid="two")
    assert finished(pretender, provider).subject == "42"


def test_what_it_says_of_itself_is_not_asked_for_at_each_sign_in() -> None:
    pretender = Pretender()
    provider = pretender.provider()
    for _ in range(3):
        finished(pretender, provider)
    assert [each.url.path for each in pretender.asked].count("/.well-known/openid-configuration") == 1
    provider.begin(redirect_uri=BACK, ids=RandomIds(), now=NOON + REMEMBERED + timedelta(seconds=1))
    assert [each.url.path for each in pretender.asked].count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": "https://evil.example/token"},
        {"jwks_uri": "https://evil.example/keys"}, {"token_endpoint": "http://sso.school.example/token"},
        {"token_endpoint": "https://sso.school.example:8443/token"}, {"jwks_uri": None},
        {"token_endpoint": "https://sso.school.example@evil.example/token"},
        {"userinfo_endpoint": "https://evil.example/userinfo"},
    ],
    ids=str,
)  # fmt: skip
def test_the_server_speaks_to_the_issuer_s_host_and_no_other(described: dict[str, Any]) -> None:
    pretender = Pretender(described=described)
    with pytest.raises(ProviderFault) as refused:
        finished(pretender)
    assert refused.value.code == "unfit"
    assert {each.url.host for each in pretender.asked} == {"sso.school.example"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/token", 400, "refused"), ("/token", 503, "unreachable"), ("/keys", 404, "refused"),
        ("/.well-known/openid-configuration", 302, "refused"),
        ("/.well-known/openid-configuration", 500, "unreachable"),
    ],
)  # fmt: skip
def test_a_provider_that_does_not_answer_is_told_from_one_that_refuses(path: str, status: int, code: str) -> None:
    with pytest.raises(ProviderFault) as refused:
        finished(Pretender(status={path: status}))
    assert refused.value.code == code


def test_a_provider_that_is_away_is_unreachable() -> None:
    def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    provider = Provider(ProviderSettings(issuer=ISSUER, client_id="x"), transport=httpx.MockTransport(away))
    with pytest.raises(ProviderFault) as refused:
        provider.begin(redirect_uri=BACK, ids=RandomIds(), now=NOON)
    assert refused.value.code == "unreachable"


def test_what_the_token_leaves_out_is_asked_for_and_must_be_about_the_same_person() -> None:
    described = {"userinfo_endpoint": f"{ISSUER}/userinfo"}
    told = {"sub": "42", "email": "a@b.example", "email_verified": True, "groups": ["desk"]}
    assert finished(Pretender(described=described, userinfo=told)).groups == {"desk"}
    with pytest.raises(ProviderFault):
        finished(Pretender(described=described, userinfo={**told, "sub": "43"}))
    # What is signed counts before what is not.
    mixed = Pretender(described=described, userinfo=told, claims={"email": "mine@b.example", "email_verified": True})
    assert finished(mixed).email == "mine@b.example"


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@b.example", "email_verified": True}, "a@b.example"), ({"email": "a@b.example"}, ""),
        ({"email": "a@b.example", "email_verified": "true"}, ""),
        ({"email": ["a@b.example"], "email_verified": True}, ""),
    ],
)  # fmt: skip
def test_only_an_address_that_the_provider_has_verified_counts(claims: dict[str, Any], email: str) -> None:
    assert finished(Pretender(claims=claims)).email == email


def test_groups_that_are_kept_elsewhere_are_not_taken_for_none() -> None:
    with pytest.raises(ProviderFault):
        finished(Pretender(claims={"_claim_names": {"groups": "src1"}}))


def test_the_client_proves_itself_with_its_secret_in_the_header() -> None:
    pretender = Pretender()
    finished(pretender, pretender.provider("a secret: /+"))
    sent = next(each for each in pretender.asked if each.url.path == "/token")
    assert httpx.BasicAuth("redress", "a%20secret%3A%20%2F%2B")._auth_header == sent.headers["authorization"]
    assert b"secret" not in sent.content
    only_post = Pretender(described={"token_endpoint_auth_methods_supported": ["client_secret_post"]})
    finished(only_post, only_post.provider("a secret: /+"))
    sent = next(each for each in only_post.asked if each.url.path == "/token")
    assert parse_qs(sent.content.decode())["client_secret"] == ["a secret: /+"]
    assert "a secret" not in repr(only_post.provider("a secret").settings)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["sub", "aud", "nonce", "exp", "iat", "email", "groups", "kid", "keys"]) | st.text(max_size=5),
        inner, max_size=4,
    ),
    max_leaves=6,
)  # fmt: skip
NAMES = ("sub", "aud", "exp", "iat", "nbf", "nonce", "email", "email_verified", "name", "groups", "_claim_names", "azp")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(claims=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_whatever_a_signed_token_claims_it_is_taken_whole_or_refused(claims: dict[str, Any]) -> None:
    try:
        found = finished(Pretender(claims=claims))
    except ProviderFault:
        return
    for text in (found.subject, found.email, found.name, found.login, found.language, *found.groups):
        assert isinstance(text, str)
    assert found.subject


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(["/.well-known/openid-configuration", "/keys", "/token"]),
    said=st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_whatever_a_provider_answers_is_read_or_refused(path: str, said: bytes) -> None:
    pretender = Pretender()

    def answered(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=said) if request.url.path == path else pretender(request)

    settings_ = ProviderSettings(issuer=ISSUER, client_id="redress", client_secret="")
    with pytest.raises(ProviderFault):
        finished(pretender, Provider(settings_, transport=httpx.MockTransport(answered)))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_an_answer_that_is_nested_without_end_is_refused(path: str) -> None:
    pretender = Pretender()

    def answered(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"[" * 100_000) if request.url.path == path else pretender(request)

    settings_ = ProviderSettings(issuer=ISSUER, client_id="redress", client_secret="")
    with pytest.raises(ProviderFault) as refused:
        finished(pretender, Provider(settings_, transport=httpx.MockTransport(answered)))
    assert refused.value.code == "unfit"
