"""Whatever stands in a header, a cookie, a code or a body: it means something or nothing, and breaks nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from access.credentials import digest
from access.sign_in.guessing import source_of
from access.sign_in.second_factors import Secret, step_of
from access.spelling import bare
from api.answers import NO_VERSION, matched_facts, matched_task, task_tag, unchanged
from api.languages import asked_language
from api.web.guard import local_path
from complaints.intake.filing import tracking_digest
from forms.languages import LANGUAGES
from tests.support.application import House, house
from tests.support.stores import NOON
from tests.web.conftest import with_pages

CALM = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(max_size=80) | st.text(st.characters(categories=["Cs", "Cc", "Nd", "Lu"]), max_size=30)
SENT = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=120)
"""What can stand in a header at all."""
COOKIES = ("redress_session", "redress_track", "redress_language", "redress_device", "redress_elsewhere")
PATHS = ("/", "/track", "/sign-in", "/inbox", "/api/me", "/sign-in/elsewhere/back?state=S&code=C")
SITE = "https://complaints.school.example"


@lru_cache(maxsize=1)
def noisy() -> House:
    """Return one installation for all examples, with a case, and accounts of the institution's own."""
    redress = with_pages(
        house(
            secure_cookies=False,
            demo=True,
            oidc_issuer="https://sso.school.example",
            oidc_client_id="x",
            public_url=SITE,
        )
    )
    redress.file(by="li.na")
    return redress


@CALM
@given(TEXT | st.from_regex(r"[a-z*-]{0,6}(;q=[0-9.eE+-]{0,6})?(, ?[a-z-]{0,6}(;q=[0-9.]{0,4})?){0,4}", fullmatch=True))
def test_any_accept_language_names_one_of_ours_or_none(header: str) -> None:
    assert asked_language(header) in (*LANGUAGES, None)


@CALM
@given(TEXT | st.from_regex(r'(W/)?"?[a-z0-9.-]{0,20}"?', fullmatch=True), st.integers(1, 10**9 - 1))
def test_any_if_match_is_a_version_or_none_of_ours(header: str, version: int) -> None:
    tag = task_tag("t1", version)
    assert matched_task(tag, "t1") == version
    assert matched_task(tag, "t2") == NO_VERSION
    found = matched_task(header, "t1")
    assert found in (None, NO_VERSION) or header.strip().removeprefix("W/") == task_tag("t1", found)
    facts = matched_facts(header)
    assert facts is None or 0 <= facts < 10**9
    assert (unchanged(header, '"r1-f1"') is None) or '"r1-f1"' in header


@CALM
@given(TEXT | st.text("/\\.:@%?#a1\t\n ", max_size=30).map(lambda rest: "/" + rest))
@example("/\t/evil.example")
@example("/\\evil.example")
@example("//evil.example")
@example("/%2f%2fevil.example")
def test_the_way_on_stays_on_the_site_however_a_browser_reads_it(typed: str) -> None:
    found = local_path(typed, "/inbox")
    assert found in (typed, "/inbox")
    # Browsers drop tabs and ends of lines, and take a backslash for a slash.
    read = re.sub(r"[\t\r\n]", "", found).replace("\\", "/").strip()
    gone = urlsplit(urljoin(f"{SITE}/sign-in", read))
    assert (gone.scheme, gone.netloc) == ("https", "complaints.school.example")


@CALM
@given(TEXT)
def test_any_text_as_a_code_is_compared_and_is_none_of_ours(typed: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", tracking_digest(typed))
    assert digest(typed) != typed
    assert bare(bare(typed)) == bare(typed)
    assert tracking_digest(f" {typed.lower()} ") == tracking_digest(typed.lower())
    secret = Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert step_of(secret, typed, NOON) is None or len("".join(typed.split())) == 6


@CALM
@given(TEXT | st.ip_addresses().map(str))
def test_any_address_has_one_source(address: str) -> None:
    found = source_of(address)
    assert source_of(found) == found


@CALM
@given(name=st.sampled_from(COOKIES), value=SENT, path=st.sampled_from(PATHS))
def test_any_cookie_is_ours_or_nothing(name: str, value: str, path: str) -> None:
    headers = [(b"cookie", f"{name}={value}".encode("latin-1")), (b"accept", b"text/html")]
    answer = noisy().http.get(path, headers=headers, follow_redirects=False)
    assert answer.status_code in (200, 303, 401, 404, 422), answer.text


@CALM
@given(
    name=st.sampled_from(
        ["authorization", "if-match", "if-none-match", "idempotency-key", "accept-language", "content-type", "origin",
         "referer", "x-csrf-token", "sec-fetch-site", "x-forwarded-for", "forwarded", "range", "accept-encoding"]
    ),
    value=SENT | SENT.map(lambda rest: f"Bearer {rest}") | SENT.map(lambda rest: f"Receipt {rest}"),
    method=st.sampled_from(["GET", "POST"]),
    path=st.sampled_from(["/api/me", "/api/track", "/api/complaints", "/track", "/complain", "/assets/style.css"]),
)  # fmt: skip
def test_any_header_means_something_or_nothing(name: str, value: str, method: str, path: str) -> None:
    headers = {name.encode(): value.encode("latin-1")}
    answer = noisy().http.request(method, path, headers=headers, content=b"{}", follow_redirects=False)
    assert answer.status_code < 500, answer.text


@CALM
@given(
    body=st.binary(max_size=200) | st.text("[]{}\":,0123456789eE+-.truefalsn\\u\ud800 ", max_size=80).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    ),
    path=st.sampled_from(["/api/complaints", "/api/notices/read", "/api/track/satisfaction", "/api/demo/clock"]),
)  # fmt: skip
@example(body=b"[" * 100_000, path="/api/complaints")
@example(body=b'{"a":' * 50_000, path="/api/complaints")
@example(body=b"9" * 10_000, path="/api/complaints")
@example(body=b'{"people": 1e999999}', path="/api/complaints")
def test_any_body_is_json_that_fits_or_is_refused(body: bytes, path: str) -> None:
    answer = noisy().person("li.na").call("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text


PART = st.builds(
    lambda name, more, value: b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n"
    + value + b"\r\n",
    st.sampled_from([b"code", b"subject", b"bundle", b"text", b"_csrf", b"", b"a" * 300, b"\xff"]),
    st.sampled_from([b"", b'; filename="a.zip"', b'; filename="', b"; filename*=x''%ff", b"\r\nContent-Type: text/x"]),
    st.binary(max_size=60),
)  # fmt: skip
KINDS = (
    "multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed",
    "multipart/form-data; boundary=x; charset=unicode_escape", "multipart/form-data; boundary=x; charset=utf-16",
    "multipart/form-data; boundary=x; charset=hex", "multipart/form-data; boundary=" + "x" * 200,
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=unicode_escape",
)  # fmt: skip


@CALM
@given(
    body=st.lists(PART, max_size=4).map(lambda parts: b"".join(parts) + b"--x--\r\n") | st.binary(max_size=200),
    kind=st.sampled_from(KINDS),
    path=st.sampled_from(["/track", "/complain", "/sign-in", "/invitation", "/api/processes/check"]),
)
@example(
    body=b'--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n\\ud800\r\n--x--\r\n', kind=KINDS[4], path="/track"
)
@example(body=b"--x\r\n" * 3000 + b"--x--", kind=KINDS[0], path="/complain")
@example(body=b"a=1&" * 5000, kind=KINDS[8], path="/complain")
def test_any_form_is_read_or_refused(body: bytes, kind: str, path: str) -> None:
    headers = {"Content-Type": kind, "Accept": "text/html"}
    if path.startswith("/api/"):
        headers |= noisy().person("park.owner").headers
    answer = noisy().http.post(path, content=body, headers=headers, follow_redirects=False)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("name", ["redress_session", "redress_track"])
def test_the_cookies_of_the_noise_are_those_that_are_set(name: str) -> None:
    redress = with_pages(house(secure_cookies=False))
    known = redress.file(by="li.na")["tracking_code"]
    token = redress.person("li.na").headers["Authorization"].removeprefix("Bearer ")
    sent = {"redress_track": ("/track", {"code": known}), "redress_session": ("/sign-in/token", {"token": token})}
    path, form = sent[name]
    answer = redress.http.post(path, data=form, headers={"Accept": "text/html"}, follow_redirects=False)
    assert name in answer.cookies
    assert name in COOKIES
