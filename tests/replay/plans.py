"""How each case of the replay is to go, chosen by its index: what people do, what they leave lying, how it must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """The course of one case. What is not said here goes the shortest way to `satisfied`."""

    name: str
    closure: str | None = "satisfied"
    """How it must end; None: left open on purpose."""
    category: str | None = None
    """None: what the text suggests."""
    people: int | None = 1
    """None: as many as the source says."""
    type: str = "complaint"
    claim: str | None = None
    """What is claimed back, in yuan."""
    flags: tuple[str, ...] = ()
    recorded: bool = False
    """Staff write it down; otherwise only a part of the cases is."""
    respondent: str | None = None
    """The colleague complained about."""
    verify: tuple[str, ...] = ("complete",)
    reply: bool = True
    """Whether a question is answered."""
    asks: tuple[str, ...] = ()
    more_evidence: bool = False
    refunds: tuple[str, ...] = ()
    """What is decided about each planned line: approve, reject, papers (then approve)."""
    amount: str = "300.00"
    actions: int = 0
    remedies: bool = False
    votes: tuple[str, ...] = ("approve",)
    """Of each approval in turn: approve, conditions, reject, split; the last one from then on."""
    rounds: tuple[str, ...] = ("satisfied",)
    """What the complainant says of each result: satisfied, not_satisfied, silence."""
    attempts: int = 0
    """Calls that reach nobody before."""
    mediation: str = ""
    """declined, settled, not_settled."""
    withdraw_at: str = ""
    """The element that is open, the message that is waited for, or `result`."""
    late_message: bool = False
    """A letter in the grace time opens the case again."""
    idle: Mapping[str, float] = field(default_factory=dict)
    """Element -> hours for which its task is left lying."""
    late_action: str = "noted"
    open_at: str = ""
    """The element whose task, or the message that is waited for, that nobody ever attends to."""
    department: str = ""
    """Who is asked before a question is answered."""
    retype_at: str = ""
    """The element at which the case turns out to belong to the other process."""
    hand_over: bool = False
    pause: bool = False
    joins: int = 0
    """People who join while the plan is carried out."""
    must: tuple[str, ...] = ()
    """Elements that somebody must have completed."""
    never: tuple[str, ...] = ()
    """Elements that nobody may have completed."""


DAY = 24.0
RESULT = ("send_result", "close_case")
BOTH_ROUNDS = ("leadership_look", "send_result")

CLOSING: tuple[Plan, ...] = (
    Plan("click", category="other", must=RESULT, never=("callback", "decide_head", "decide_leadership")),
    Plan("call", category="teaching.content", must=("academic_evidence", "inspection", *RESULT)),
    Plan("as the text says", people=None, must=RESULT),
    Plan("as the text says, refund claimed", people=None, claim="680.00", must=RESULT),
    Plan("nobody reached, three calls", "no_answer", "service.certificate", attempts=3,
         must=("callback", "close_case")),
    Plan("nobody clicks", "no_answer", "other", rounds=("silence",), must=RESULT, never=("callback",)),
    Plan("nobody calls in time", "no_answer", "teaching.attendance", rounds=("silence",), must=RESULT),
    Plan("mediation declined", "not_satisfied", "other", rounds=("not_satisfied",) * 2, mediation="declined",
         must=(*BOTH_ROUNDS, "offer_mediation"), never=("mediate",)),
    Plan("mediation fails", "not_satisfied", "other", rounds=("not_satisfied",) * 2, mediation="not_settled",
         must=(*BOTH_ROUNDS, "mediate")),
    Plan("mediation settles", "settled", "teaching.teacher", rounds=("not_satisfied",) * 2, mediation="settled",
         must=(*BOTH_ROUNDS, "mediate", "close_case")),
    Plan("reopened by leadership", rounds=("not_satisfied", "satisfied"), must=BOTH_ROUNDS, never=("mediate",)),
    Plan("unfounded", "unfounded", verify=("unfounded",), must=("explain_exit",), never=("plan", "close_case")),
    Plan("out of scope", "out_of_scope", verify=("out_of_scope",), must=("explain_exit",), never=("plan",)),
    Plan("duplicate", "duplicate", verify=("duplicate",), must=("explain_exit",), never=("plan",)),
    Plan("withdrawn before acknowledgement", "withdrawn", "other", withdraw_at="acknowledge", never=("verify",)),
    Plan("withdrawn at verification", "withdrawn", "other", withdraw_at="verify", never=("plan",)),
    Plan("withdrawn while asked back", "withdrawn", "other", verify=("ask_back",), withdraw_at="answer", reply=False,
         must=("verify",), never=("plan",)),
    Plan("withdrawn during investigation", "withdrawn", "legal.advertising", withdraw_at="legal_opinion",
         idle={"legal_opinion": 1000}, never=("legal_opinion", "plan")),
    Plan("withdrawn during approval", "withdrawn", "conduct.staff", withdraw_at="decide_head", must=("plan",),
         never=("decide_head", "carry_out")),
    Plan("withdrawn after the result", "withdrawn", "other", withdraw_at="result", must=("send_result",),
         never=("close_case",)),
    Plan("withdrawn before closing", "withdrawn", "other", withdraw_at="close_case", must=("send_result",),
         never=("close_case",)),
    Plan("withdrawn during mediation", "withdrawn", "other", rounds=("not_satisfied",) * 2, mediation="settled",
         withdraw_at="mediate", must=("offer_mediation",), never=("mediate",)),
    Plan("withdrawn, but others are concerned", "withdrawn", "other", people=3, withdraw_at="plan",
         must=RESULT, never=("callback",)),
    Plan("withdrawn, but safety is at risk", "withdrawn", "facilities.safety", flags=("safety",),
         withdraw_at="verify", must=("external_procedure", *RESULT)),
    Plan("reopened by a late letter", category="other", late_message=True, rounds=("satisfied",) * 2, must=RESULT),
    Plan("head decides", category="conduct.staff", must=("decide_head", *RESULT), never=("decide_leadership",)),
    Plan("leadership decides", category="other", people=12, must=("decide_leadership", *RESULT)),
    Plan("leadership sets conditions", category="other", people=10, votes=("conditions",),
         must=("decide_leadership", *RESULT)),
    Plan("rejected and reworked", category="other", people=11, votes=("reject", "approve"), actions=1,
         must=("decide_leadership", *RESULT)),
    Plan("head rejects first", category="conduct.staff", votes=("reject", "approve"), must=("decide_head", *RESULT)),
    Plan("leadership is divided", category="other", people=14, votes=("split",), must=("decide_leadership", *RESULT)),
    Plan("a large refund", category="charges.refund", claim="12000.00", refunds=("approve",), amount="12000.00",
         must=("academic_evidence", "decide_leadership", "pay_refund", *RESULT)),
    Plan("urgent: somebody is hurt", category="facilities.safety", flags=("safety", "injury"),
         must=("external_procedure", "facilities_check", "decide_leadership", *RESULT)),
    Plan("refund paid", category="other", refunds=("approve",), must=("pay_refund", *RESULT)),
    Plan("refund rejected", category="other", refunds=("reject",), must=("review_refund", *RESULT),
         never=("pay_refund",)),
    Plan("refund waits for papers", category="other", refunds=("papers",), must=("pay_refund", *RESULT)),
    Plan("several refunds", category="charges.undisclosed", refunds=("approve", "reject", "papers"),
         must=("pay_refund", *RESULT)),
    Plan("platform fault", category="platform.fault", must=("fault_statement", *RESULT)),
    Plan("premises", category="facilities.equipment", must=("facilities_check", *RESULT)),
    Plan("legal dispute", category="legal.contract", flags=("legal_dispute",),
         must=("legal_opinion", "external_procedure", "decide_head", *RESULT)),
    Plan("fraud", category="legal.advertising", flags=("fraud",), must=("external_procedure", "decide_head", *RESULT)),
    Plan("about a colleague", category="conduct.staff", recorded=True, respondent="wang.fang",
         must=("hear_respondent", "decide_head", *RESULT)),
    Plan("asked back", category="other", verify=("ask_back", "complete"), must=("verify", *RESULT)),
    Plan("asked back, no answer", category="other", verify=("ask_back", "complete"), reply=False, must=RESULT),
    Plan("more evidence", category="other", more_evidence=True, must=("academic_evidence", "hear_respondent", *RESULT)),
    Plan("help asked for", category="other", asks=("ask_legal", "ask_technical", "ask_facilities"),
         must=("legal_opinion", "fault_statement", "facilities_check", *RESULT)),
    Plan("the tenth person joins", category="other", people=9, joins=10, must=("decide_leadership", *RESULT)),
    Plan("actions and remedies", category="other", people=4, actions=2, remedies=True, must=RESULT),
    Plan("late acknowledgement, taken over", category="other", idle={"acknowledge": 20}, late_action="take_over",
         must=("late_acknowledgement", *RESULT)),
    Plan("late acknowledgement, noted", category="teaching.mentoring", idle={"acknowledge": 16},
         must=("late_acknowledgement", *RESULT)),
    Plan("late acknowledgement for days", category="other",
         idle={"acknowledge": 3 * DAY, "late_acknowledgement": 2 * DAY}, late_action="reassign", must=RESULT),
    Plan("late response", category="other", idle={"respond": 4 * DAY}, late_action="interim_answer",
         must=("late_response", *RESULT)),
    Plan("late response of high priority", category="service.enrolment", idle={"respond": 2 * DAY},
         must=("late_response", *RESULT)),
    Plan("late result, extended", category="other", idle={"carry_out": 13 * DAY}, late_action="extend",
         must=("late_case", *RESULT)),
    Plan("late result, taken over", category="other", idle={"plan": 16 * DAY, "late_case": 4 * DAY},
         late_action="take_over", must=RESULT),
    Plan("late help", category="legal.contract", idle={"legal_opinion": 5 * DAY}, must=("legal_opinion", *RESULT)),
    Plan("late approval", category="other", people=20, idle={"decide_leadership": 5 * DAY},
         must=("decide_leadership", *RESULT)),
    Plan("late refund review", category="other", refunds=("approve",), idle={"review_refund": 7 * DAY},
         must=("pay_refund", *RESULT)),
    Plan("handed over", category="other", hand_over=True, must=RESULT),
    Plan("paused and resumed", category="other", pause=True, idle={"plan": 2 * DAY}, must=RESULT),
    Plan("a suggestion", type="suggestion", must=("answer",), never=("plan", "acknowledge")),
    Plan("an opinion, department asked", type="opinion", department="facilities", must=("answer", "facilities_reply")),
    Plan("a question, not satisfied twice", "not_satisfied", type="inquiry", rounds=("not_satisfied",) * 2,
         must=("answer", "final_word")),
    Plan("a question, nobody clicks", "no_answer", type="inquiry", rounds=("silence",), must=("answer",)),
    Plan("a question, withdrawn", "withdrawn", type="inquiry", department="academic", withdraw_at="academic_reply",
         must=("answer",), never=("academic_reply",)),
    Plan("a question, answered late", type="inquiry", idle={"answer": 4 * DAY}, must=("answer", "late_answer")),
    Plan("a question that is a complaint", category="other", type="inquiry", retype_at="answer",
         must=("acknowledge", *RESULT), never=("answer",)),
    Plan("a complaint that is a question", category="other.inquiry", retype_at="verify", must=("answer",),
         never=("verify", "plan")),
)  # fmt: skip

LEFT_OPEN: tuple[Plan, ...] = (
    Plan("left: nobody acknowledges", None, "other", open_at="acknowledge", never=("verify",)),
    Plan(
        "left: no answer yet", None, "other", verify=("ask_back",) * 9, reply=False, open_at="answer", must=("verify",)
    ),
    Plan("left at the plan", None, "teaching.content", open_at="plan", must=("respond",), never=("plan",)),
    Plan("left at the approval", None, "other", people=15, open_at="decide_leadership", must=("plan",)),
    Plan("left at carry-out", None, "other", open_at="carry_out", must=("plan",), never=("send_result",)),
    Plan("left at the refund", None, "other", refunds=("approve",), open_at="review_refund", must=("send_result",)),
    Plan("left at closing", None, "other", open_at="close_case", must=("send_result",), never=("close_case",)),
)
EVERY = 50
"""Each so many cases one is left open."""


def plan_for(index: int) -> Plan:
    """Return the plan of the case with this index."""
    number, rest = divmod(index, EVERY)
    if rest == EVERY - 1:
        return LEFT_OPEN[number % len(LEFT_OPEN)]
    return CLOSING[(index - number) % len(CLOSING)]
