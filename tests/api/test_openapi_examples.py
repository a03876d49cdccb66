"""Every example of the description works when it is sent as it stands, where the case has come that far."""

from __future__ import annotations

import pytest

from tests.api.example_stages import STAGES, filled
from tests.api.test_fuzz import operations
from tests.api.test_openapi import bodies
from tests.support.application import house


def with_a_body() -> list[str]:
    return [
        f"{method} {path}"
        for method, path, described in operations()
        if "application/json" in described.get("requestBody", {}).get("content", {})
    ]


def test_every_operation_with_a_body_is_sent_its_examples() -> None:
    assert sorted(STAGES) == sorted(with_a_body())


@pytest.mark.parametrize("name", sorted(STAGES))
def test_the_examples_of_the_description_work(name: str) -> None:
    method, _, path = name.partition(" ")
    redress = house(demo=True)
    document = redress.app.openapi()
    (described,) = (each for m, p, each in operations() if f"{m} {p}" == name)
    for schema in bodies(document, described):
        for example in schema["examples"]:
            client, parts, headers = stage = STAGES[name](redress)
            body = filled(example, redress, stage)
            answer = client.call(method, path.format(**parts), body, headers=headers)
            assert answer.status_code < 300, (name, body, answer.text)
