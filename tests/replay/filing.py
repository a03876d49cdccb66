"""Files one source as a complaint: what is too long is refused first, and then filed cut."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests.replay.case import Case
from tests.replay.client import Client, Unexpected
from tests.replay.staff import RESPONDERS, Staff
from tests.replay.texts import SUBJECT, TEXT

CHANNELS = ("web", "app", "email", "wechat", "chat")
RECORDED = ("phone", "desk")
LENGTHENED = 97
"""Every so-manieth text is made too long on purpose."""


def body_of(case: Case, now: datetime) -> dict[str, Any]:
    """Return the body as it comes, whatever its length."""
    plan, source = case.plan, case.source
    text = source.text
    if case.index % LENGTHENED == LENGTHENED - 1:
        text = text * (TEXT // len(text) + 1)
    body: dict[str, Any] = {
        "subject": source.subject,
        "text": text,
        "channel": CHANNELS[case.index % len(CHANNELS)],
        "type": plan.type,
        "category": plan.category or source.category,
        "people": source.people if plan.people is None else plan.people,
        "language": source.language,
        "complainant": {"name": f"{source.origin}-{case.index}", "phone": "13800000000", "relation": "learner"},
        **dict.fromkeys(plan.flags, True),
    }
    if plan.claim is not None:
        body["refund"] = {"amount": plan.claim, "currency": "CNY"}
    if plan.respondent is not None:
        body["respondents"] = [{"name": "经办人", "role": "staff", "person": plan.respondent}]
    if recorder(case):
        body["channel"] = RECORDED[case.index % len(RECORDED)]
        body["received_at"] = (now - timedelta(seconds=random.Random(case.index).randrange(240))).isoformat()
    return body


def recorder(case: Case) -> str | None:
    """Return who writes the complaint down; None: the complainant files it."""
    if case.plan.recorded:
        return "li.na"
    # Whoever records a complaint owns it at once: nobody then has to take it from the pool.
    by_staff = case.index % 6 == 5 and case.plan.open_at != "acknowledge"
    return RESPONDERS[case.index // 6 % len(RESPONDERS)] if by_staff else None


def file(case: Case, client: Client, staff: Staff, now: datetime) -> None:
    """File; afterwards the case has its id, number and code. Raises Unexpected."""
    body, who = body_of(case, now), recorder(case)
    token = staff.tokens[who] if who else None
    if not body["text"].strip():
        _refused(
            case, client, token, body, {"text"}, "empty: refused with 422, then filed with the subject as its text"
        )
        body["text"] = body["subject"]
    too_long = {name for name, most in (("subject", SUBJECT), ("text", TEXT)) if len(body[name].strip()) > most}
    if too_long:
        _refused(case, client, token, body, too_long, "too long: refused with 422, then filed cut")
        body.update(subject=body["subject"].strip()[:SUBJECT], text=body["text"].strip()[:TEXT])
    answer = client.call("POST", "/api/complaints", token=token, body=body, key=case.key("file"), kind="file")
    if answer.status != 201:
        raise Unexpected(f"filing: {answer.status} {str(answer.body)[:300]}")
    case.id, case.number, case.code = answer.body["id"], answer.body["number"], answer.body["tracking_code"]
    client.gate.count("filed by staff" if who else "filed by the complainant")
    if answer.repeated:
        client.gate.count("filings repeated with their key")


def _refused(case: Case, client: Client, token: str | None, body: Any, fields: set[str], what: str) -> None:
    """File what must be refused because of these fields, and count it."""
    answer = client.call("POST", "/api/complaints", token=token, body=body, kind="file")
    named = {each["field"].removeprefix("/") for each in answer.body.get("fields", [])}
    if (answer.status, named) != (422, fields):
        case.refused.append(f"refused otherwise than because of {sorted(fields)}: {answer.status} {answer.body}")
    client.gate.count(what)
