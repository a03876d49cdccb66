"""What is asked under a foreign name is refused, so that no answer can carry it on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.host_names import host_name
from app.settings import Settings
from tests.edge.test_answer_headers import paths_of
from tests.support.application import House, house, settings


def test_a_forged_host_is_refused_at_every_address_and_stands_in_no_answer(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    paths = list(paths_of(redress.app, {"case_id": case, "complaint_id": case, "key": "complaint"}))
    for path in (*paths, "/inbox/", "/nothing", "/assets/style.css"):
        if path in ("/healthz", "/readyz", "/metrics"):
            continue
        answer = redress.http.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (421, "unknown-host"), path
        assert "evil" not in answer.text + str(answer.headers)


def test_whoever_watches_the_machine_asks_by_its_address(redress: House) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert redress.http.get(path, headers={"Host": "10.1.2.3:8000"}).status_code != 421


@pytest.mark.parametrize(
    "host", ["testserver", "TESTSERVER:8000", "testserver.", "localhost:1", "127.0.0.1", "[::1]:80"]
)
def test_own_names_are_known_with_any_port(redress: House, host: str) -> None:
    assert redress.http.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["", "testserver@evil.example", "evil.example:testserver", "testserver, evil.example", "xtestserver",
             "testserver.evil.example", "[::1", "testserver:80:80", "testserver/evil"],
)  # fmt: skip
def test_what_only_looks_like_an_own_name_is_refused(redress: House, host: str) -> None:
    assert redress.http.get("/", headers={"Host": host}).status_code == 421


def test_two_names_at_once_are_refused(redress: House) -> None:
    answer = redress.http.get("/", headers=[("Host", "testserver"), ("Host", "testserver")])
    assert answer.status_code == 421


def test_the_refusal_is_told_in_the_language_asked_for(redress: House) -> None:
    said = {
        language: redress.http.get("/", headers={"Host": "x", "Accept-Language": language}).json()["title"]
        for language in ("en", "ko", "zh")
    }
    assert said == {"en": "Not the name of this server", "ko": "이 서버의 이름이 아닙니다", "zh": "不是本服务器的名称"}


def test_names_come_from_the_public_address_the_one_listened_on_and_the_setting() -> None:
    found = settings(
        public_url="https://Complaints.school.example:8443/x", host="10.0.0.5", allowed_hosts="a.example, abc.onion"
    ).hosts
    own = {"complaints.school.example", "10.0.0.5", "a.example", "abc.onion"}
    assert found == {*own, "localhost", "127.0.0.1", "[::1]"}
    redress = house(public_url="https://complaints.school.example", allowed_hosts="")
    assert redress.http.get("/", headers={"Host": "complaints.school.example"}).status_code == 200
    assert redress.http.get("/", headers={"Host": "testserver"}).status_code == 421


@pytest.mark.parametrize("wrong", ["*", "https://a.example", "a.example:80", "a b", "a/b", "."])
def test_a_setting_that_names_no_hosts_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        settings(allowed_hosts=wrong)


@given(st.text(max_size=80) | st.from_regex(r"[a-z.\[\]:0-9@/-]{0,40}"))
def test_a_host_header_is_a_plain_name_or_none(sent: str) -> None:
    found = host_name(sent)
    if found is not None:
        assert found in sent.lower()
        assert not set(found) & set("/@ \\?#%\r\n\t,")
        assert host_name(found) == found


def test_no_setting_believes_everybody() -> None:
    for wrong in ("0.0.0.0/0", "::/0", "*", "proxy.example", "10.0.0.1/8"):
        with pytest.raises(ValidationError):
            settings(trusted_proxies=wrong)
    assert settings(trusted_proxies="10.0.3.0/28, ::1").proxies == ("10.0.3.0/28", "::1")
    assert Settings(trusted_proxies="").proxies == ()
