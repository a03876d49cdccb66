"""Every operation of the OpenAPI description, asked by everybody: documented answers, no failure, nothing of others."""

from __future__ import annotations

import pytest
from httpx import Request, Response

from tests.edge.described_walk import Walk, operations, told_marks, walk
from tests.edge.two_cases import TOLD, two_cases
from tests.support.application import house

QUICK = ("nobody", "li.na", "chen.jing", "complainant")
"""Who asks in a run that is not full."""
LABELS = sorted(each.label for each in operations(house(demo=True).app.openapi()))


@pytest.mark.parametrize("label", LABELS)
def test_answers_are_as_described_and_tell_nothing_of_what_is_hidden(
    label: str, request: pytest.FixtureRequest
) -> None:
    full = request.config.getoption("--full")
    where, walked = two_cases(), Walk()
    (operation,) = [each for each in operations(where.redress.app.openapi()) if each.label == label]
    for told, caller in enumerate(where.callers if full else QUICK):
        walk(operation, caller, where, walked, examples=40 if full else 2, told=told)
    assert walked.wrong == {}
    assert walked.asked >= len(QUICK)


def test_what_tells_of_the_hidden_case_is_noticed_and_what_is_said_back_is_not() -> None:
    def answer(asked: str, said: str) -> Response:
        return Response(200, text=said, request=Request("GET", f"http://testserver/{asked}"))

    assert told_marks(answer("", f"about {TOLD}"), (TOLD,)) == [TOLD]
    assert told_marks(answer(TOLD, f"no such {TOLD}"), (TOLD,)) == []
    assert told_marks(answer("", "nothing"), (TOLD,)) == []


def test_who_may_see_the_hidden_case_reads_its_marks() -> None:
    where = two_cases()
    (case,) = where.hidden_ids["complaint_id"]
    seen = where.redress.person("wang.fang").call("GET", f"/api/complaints/{case}")
    assert TOLD in told_marks(seen, where.marks)
