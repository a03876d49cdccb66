"""What the complainant does, with nothing but the tracking code: answer, send papers, judge the result, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.replay.case import Case
from tests.replay.client import Client
from tests.replay.forms import PAPERS, QUESTION
from tests.replay.staff import READER, Staff


def speak(client: Client, staff: Staff, case: Case, file: Mapping[str, Any]) -> bool:
    """Do what the plan wants the complainant to do now; say whether anything was done."""
    plan, waits = case.plan, set(file["waits_for"])
    elements = {task["element"] for task in file["tasks"]}
    # Until it is closed the case hears another answer; these people have one mind.
    asked = "satisfaction" in waits and file["status"] == "resolved" and "close_case" not in elements
    if (
        plan.withdraw_at
        and not case.withdrawn
        and plan.withdraw_at in waits | elements | ({"result"} if asked else set())
    ):
        return _withdraw(client, staff, case)
    if case.plan.late_message and not case.wrote_late and file["status"] == "closed":
        case.wrote_late = _send(client, case, "messages", {"text": "我补充一下，问题又出现了。"}, "late")
        case.letters += 1
        return case.wrote_late
    for awaited, question, reply in (("answer", QUESTION, "三月二日，周一晚班。"), ("papers", PAPERS, "凭证已上传。")):
        wanted = awaited in waits and (plan.reply or awaited == "papers")
        if wanted and _reply(client, case, awaited, question, reply):
            return True
    # Some answer by the link while the call is still to be made.
    by_link = "callback" not in elements or (case.index % 3 == 0 and case.attempts == 0)
    if asked and by_link and not plan.attempts and case.says != "silence" and case.said < len(plan.rounds):
        said = {"satisfied": case.says == "satisfied", "text": "", "rating": 4}
        answered = _send(client, case, "satisfaction", said, f"said-{case.said}")
        case.said += answered
        return answered
    return False


def _reply(client: Client, case: Case, awaited: str, asked: str, said: str) -> bool:
    """Answer what the house has asked since the last answer; what is still held nobody has read."""
    answer = client.call("GET", "/api/track", receipt=case.code, kind="complainant: look")
    letters = answer.body["messages"] if answer.status == 200 else []
    received = sum(letter["direction"] == "out" and asked in letter["text"] for letter in letters)
    if received == case.answers[awaited]:
        return False
    case.letters += 1
    sent = _send(client, case, "messages", {"text": said}, f"{awaited}-{received}")
    case.answers[awaited] = received if sent else case.answers[awaited]
    return sent


def _withdraw(client: Client, staff: Staff, case: Case) -> bool:
    case.withdrawn = True
    if case.index % 2:
        return _send(client, case, "withdraw", {"reason": "已私下解决。"}, "withdraw")
    answer = client.call(
        "POST", f"/api/complaints/{case.id}/withdraw", token=staff.tokens[READER], key=case.key("withdraw"),
        body={"reason": "已私下解决。", "said_by": "本人", "how": "by phone"}, kind="withdraw",
    )  # fmt: skip
    if answer.status != 200:
        case.refused.append(f"withdraw: {answer.status} {str(answer.body)[:300]}")
    return answer.status == 200


def _send(client: Client, case: Case, path: str, body: Mapping[str, Any], key: str) -> bool:
    answer = client.call(
        "POST", f"/api/track/{path}", receipt=case.code, body=body, key=case.key(key), kind=f"complainant: {path}"
    )
    if answer.status not in (200, 201):
        case.refused.append(f"track/{path}: {answer.status} {str(answer.body)[:300]}")
        return False
    return True
