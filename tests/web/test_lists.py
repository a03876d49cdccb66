"""A list says what its address asks for and it does not know; it never shows something else in silence."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.web.visitor import Page, staff, text_of


def remarks(page: Page) -> list[str]:
    found = [each for each in page.elements("div") if each.get("role") == "alert"]
    return [text_of(line).removeprefix("! ") for each in found for line in each]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/cases?status=zzz", "“zzz” cannot be chosen here; that part of the address was left out."),
        ("/cases?overdue=perhaps", "“perhaps” cannot be chosen here; that part of the address was left out."),
        ("/cases?stauts=closed", "This list knows no “stauts”; that part of the address was left out."),
        ("/cases?cursor=zzz",
         "The link to more entries is not valid any more: this is the beginning of the list."),
        ("/inbox?view=zzz", "“zzz” cannot be chosen here; that part of the address was left out."),
        ("/inbox?view=team&team=legal", "You are not in the team “Legal”; here is what is yours and open to you."),
        ("/inbox?view=team&team=zzz", "“zzz” cannot be chosen here; that part of the address was left out."),
        ("/inbox?team=service&limit=1", "This list knows no “limit”; that part of the address was left out."),
        ("/inbox?cursor=W10",
         "The link to more entries is not valid any more: this is the beginning of the list."),
        ("/approvals?cursor=%00",
         "The link to more entries is not valid any more: this is the beginning of the list."),
        ("/notices?view=zzz", "“zzz” cannot be chosen here; that part of the address was left out."),
        ("/notices?cursor=zzz",
         "The link to more entries is not valid any more: this is the beginning of the list."),
        ("/notices?unread=true", "This list knows no “unread”; that part of the address was left out."),
        ("/approvals?team=legal", "This list knows no “team”; that part of the address was left out."),
    ],
)  # fmt: skip
def test_what_a_list_does_not_know_is_said_on_it(redress: House, path: str, said: str) -> None:
    redress.file(by="li.na", subject="only one")
    page = staff(redress, "li.na").get(path)
    assert (page.status, remarks(page)) == (200, [said])
    assert ("only one" in page.text) is not path.startswith(("/approvals", "/notices"))


@pytest.mark.parametrize("path", ["/cases?status=closed&q=x&overdue=yes", "/inbox?view=mine", "/inbox?view=team",
                                  "/inbox?view=team&team=service", "/inbox?view=overdue&done=claimed", "/approvals",
                                  "/notices", "/notices?view=unread&done=notice-read",
                                  "/cases?q=&status="])  # fmt: skip
def test_what_a_list_knows_is_shown_without_a_word(redress: House, path: str) -> None:
    assert remarks(staff(redress, "li.na").get(path)) == []


def test_what_is_told_back_is_short_and_harmless(redress: House) -> None:
    page = staff(redress, "li.na").get("/cases?status=" + "%3Cscript%3E" + "x" * 500)
    (said,) = remarks(page)
    assert said.startswith("“<script>xxx")
    assert len(said) < 140
    assert page.elements("script") == [each for each in page.elements("script") if each.get("src")]
