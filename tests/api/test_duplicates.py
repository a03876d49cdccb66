"""A duplicate names another complaint, which exists and is not itself a duplicate of this one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import House


def acknowledged(redress: House) -> Any:
    """File a complaint that is to be verified by Li Na; return the answer."""
    filed = redress.file(by="li.na", category="other")
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    return filed


def say(redress: House, filed: Any, number: str) -> Any:
    """Say that a complaint is a duplicate of the one with this number; return the answer, whatever it is."""
    task = redress.task("li.na", "verify", filed["id"])
    answer = {"data": {"outcome": "duplicate", "duplicate_of": number}}
    return redress.person("li.na").call("POST", f"/api/tasks/{task['id']}/complete", answer)


def fault(answer: Any) -> tuple[int, str, str, str]:
    (field,) = answer.json()["fields"]
    return answer.status_code, field["field"], field["code"], answer.json()["detail"]


def test_an_unknown_number_and_the_own_one_are_refused(redress: House) -> None:
    filed = acknowledged(redress)
    assert fault(say(redress, filed, "R7K2P-9XQ4M")) == (
        422, "/data/duplicate_of", "unknown-case", "No complaint has this number.",
    )  # fmt: skip
    for own in (filed["number"], filed["number"].replace("-", "").lower(), filed["id"]):
        assert fault(say(redress, filed, own)) == (
            422, "/data/duplicate_of", "itself", "A complaint is not a duplicate of itself.",
        )  # fmt: skip
    assert redress.task("li.na", "verify", filed["id"])["state"] == "open"


def test_a_number_counts_as_people_write_it(redress: House) -> None:
    first, second = acknowledged(redress), acknowledged(redress)
    answer = say(redress, second, f" {first['number'].replace('-', ' ').lower()} ")
    assert answer.status_code == 200
    redress.task("li.na", "explain_exit", second["id"])


def test_complaints_are_not_duplicates_of_each_other_at_any_remove(redress: House) -> None:
    first, second, third = (acknowledged(redress) for _ in range(3))
    assert say(redress, second, first["number"]).status_code == 200
    link = {"other_id": second["id"], "kind": "duplicate"}
    redress.person("li.na").post(f"/api/complaints/{third['id']}/links", link)
    for other in (second, third):
        assert fault(say(redress, first, other["number"])) == (
            422, "/data/duplicate_of", "circular", "That complaint has been found to be a duplicate of this one.",
        )  # fmt: skip


def test_what_was_taken_back_counts_no_more(redress: House) -> None:
    first, second = acknowledged(redress), acknowledged(redress)
    task = redress.task("li.na", "verify", second["id"])["id"]
    assert say(redress, second, first["number"]).status_code == 200
    redress.person("li.na").post(f"/api/tasks/{task}/send-back")
    assert say(redress, first, second["number"]).status_code == 200


def test_a_complaint_that_one_may_not_see_is_as_good_as_unknown(redress: House) -> None:
    first = redress.file()
    second = acknowledged(redress)
    named = {"person": "li.na", "name": "Li Na"}
    redress.person("wang.fang").post(f"/api/complaints/{first['id']}/respondents", named)
    assert fault(say(redress, second, first["number"]))[2] == "unknown-case"


@pytest.mark.parametrize("outcome", ["complete", "unfounded"])
def test_a_number_beside_another_outcome_is_not_looked_at(redress: House, outcome: str) -> None:
    filed = acknowledged(redress)
    said = {"outcome": outcome, "duplicate_of": "R7K2P-9XQ4M", "verification_summary": "x", "grounds": "x"}
    redress.do("li.na", "verify", filed["id"], said)
