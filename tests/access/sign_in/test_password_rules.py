"""Which passwords can be chosen, in any script."""

from __future__ import annotations

import unicodedata

import pytest

from access.people import Person
from access.sign_in.password_rules import LONGEST, SHORTEST, UnfitPassword, common_passwords, normalised, require_fit
from tests.support.stores import NOON

LI_NA = Person(
    id="li.na", name="李娜 Li Na", email="lina.beijing@school.example", language="zh-CN", active=True, created_at=NOON
)


@pytest.mark.parametrize(
    "typed",
    [
        "horse battery lamp river", "我每天早上七点半在操场跑步", "나는 매일 아침 운동장을 달린다",
        "zebra-lamp-river-coat", "x" * 3 + "kfmwq" * 38, "Redress-hat-vier-Fenster",
        "😀😁😂🤣😃😄😅😆😉😊😋😎", "li.na liest gern Romane",
    ],
)  # fmt: skip
def test_a_long_text_of_any_kind_can_be_chosen(typed: str) -> None:
    assert require_fit(typed, LI_NA) == normalised(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "short"), ("kfmwqzptrbx", "short"), ("操场跑步七点半每天早上", "short"), ("x3!" * 70, "long"),
        ("kfmwqzptrb\x00xy", "unshowable"), ("kfmwqzptrb\tdxy", "unshowable"),
        ("woaini1314520", "common"), ("WoAiNi1314520", "common"), ("qwertyuiop123", "common"),
        ("1qaz2wsx3edc", "common"), ("correct horse battery staple", "common"),
        ("Password-1234", "common"), ("ｐａｓｓｗｏｒｄ１２３４", "common"), ("dkssudgktpdy", "common"),
        ("aaaaaaaaaaaaa", "common"), ("abcabcabcabcab", "common"), ("加油加油加油加油加油加油", "common"),
        ("redress-2026-!!", "personal"), ("li.na.19900101", "personal"), ("lina.beijing@school.example", "personal"),
        ("李娜1990年李娜1990", "personal"), ("Lina.Beijing2026", "personal"),
    ],
)  # fmt: skip
def test_what_is_tried_first_cannot(typed: str, code: str) -> None:
    with pytest.raises(UnfitPassword) as refused:
        require_fit(typed, LI_NA)
    assert refused.value.code == code


def test_the_same_characters_are_the_same_password_however_they_are_composed() -> None:
    composed = "pärchen fährt späte züge"
    assert require_fit(unicodedata.normalize("NFD", composed), LI_NA) == composed
    hangul = "비밀번호는 비밀이다 정말로"
    assert require_fit(unicodedata.normalize("NFD", hangul), LI_NA) == hangul


def test_the_list_holds_what_could_be_chosen_otherwise() -> None:
    listed = common_passwords()
    assert len(listed) > 300
    assert all(SHORTEST <= len(each) <= LONGEST for each in listed)
    assert all(each == normalised(each).casefold() for each in listed)
