"""What clients send about complaints (docs/integrator/api.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Discriminator, Field, Tag

from api.rest.types import (
    Body,
    Code,
    Data,
    Days,
    Email,
    Flag,
    Line,
    MaybeLine,
    MaybeWords,
    Moment,
    Money,
    Name,
    People,
    Reason,
    Text,
    example,
)
from complaints.intake.filing import Complainant, FileComplaint, Respondent

Why = Annotated[Reason, Field(validation_alias=AliasChoices("reason", "why"), description="In plain words.")]
Told = Annotated[
    Reason,
    Field(
        validation_alias=AliasChoices("reason", "why"),
        description="Public: the complainant reads this text word for word, in a letter or beside the due time. Write "
        "it for them, in their language; internal remarks go into a note.",
    ),
]


class ComplainantBody(Body):
    """Who complains, as far as they say."""

    name: MaybeLine = None
    email: Email = None
    phone: MaybeLine = None
    learner_id: MaybeLine = None
    relation: Literal["learner", "former_learner", "parent", "staff", "other"] | None = None


class RespondentBody(Body):
    """Who is complained about."""

    name: Name
    role: MaybeLine = None
    person: Code | None = Field(default=None, description="Staff only: the colleague's id; shuts them out of the case.")


INTAKE_EXAMPLE: dict[str, Any] = {
    "subject": "Lessons end ten minutes early",
    "text": "For three weeks every lesson on Tuesday has ended ten minutes early.",
    "channel": "web",
    "type": "complaint",
    "category": "teaching.content",
    "people": 1,
    "refund": {"amount": "1200.00", "currency": "CNY"},
    "language": "en",
    "identity_mode": "identified",
    "complainant": {"name": "Li Wei", "email": "li.wei@example.org", "relation": "parent"},
    "respondents": [{"name": "Evening class B", "role": "class"}],
}


class IntakeBody(Body):
    """A complaint."""

    model_config = example(**INTAKE_EXAMPLE)

    subject: Name
    text: Text
    channel: Code = "web"
    type: Literal["complaint", "opinion", "suggestion", "inquiry"] = "complaint"
    category: Code = Field(default="other", description="A code of the category tree.")
    people: People = Field(default=1, description="How many people are concerned.")
    refund: Money | None = Field(default=None, description="What is claimed back.")
    received_at: Moment | None = Field(
        default=None, description="Staff only: when it was said; not earlier than the process allows."
    )
    language: Literal["zh-CN", "ko", "en"] = "zh-CN"
    identity_mode: Literal["identified", "confidential", "anonymous"] = "identified"
    complainant: ComplainantBody = ComplainantBody()
    on_behalf_of: MaybeLine = None
    respondents: list[RespondentBody] = Field(default=[], max_length=20)
    desired_outcome: MaybeWords = None
    location: MaybeLine = None
    preferred_contact: MaybeLine = None
    campus: Code = "main"
    safety: Flag = Field(default=False, description="Somebody is in danger: urgent from minute 0.")
    injury: Flag = Field(default=False, description="Somebody was hurt: urgent from minute 0.")
    fraud: Flag = False
    legal_dispute: Flag = False
    public_risk: Flag = False
    fault: Flag = False
    flags: dict[Code, Flag] = Field(
        default={}, max_length=50, description="Facts of the process that whoever files may tick, those above too."
    )

    def command(self) -> FileComplaint:
        """Return the command that files it."""
        named = ("safety", "injury", "fraud", "legal_dispute", "public_risk", "fault")
        return FileComplaint(
            subject=self.subject,
            text=self.text,
            channel=self.channel,
            type=self.type,
            category=self.category,
            people=self.people,
            refund_amount=self.refund.amount if self.refund else None,
            refund_currency=self.refund.currency if self.refund else None,
            received_at=self.received_at,
            language=self.language,
            identity_mode=self.identity_mode,
            complainant=Complainant(**self.complainant.model_dump()),
            on_behalf_of=self.on_behalf_of,
            respondents=tuple(Respondent(each.name, each.role, each.person) for each in self.respondents),
            desired_outcome=self.desired_outcome,
            location=self.location,
            preferred_contact=self.preferred_contact,
            campus=self.campus,
            flags={**self.flags, **{name: True for name in named if getattr(self, name)}},
        )


FactsBody = Annotated[
    Data,
    Field(
        description="Facts by name: `people`, `refund` (`{amount, currency}` or null), `refunds` (planned lines), "
        "`category`, and every other fact of the process that people may say; `reason` besides, required for "
        "`priority_override` and `impact_override`.",
        examples=[{"people": 12, "reason": "Nine more learners have signed."}],
    ),
]


class AffectedBody(Body):
    """Somebody concerned by the same cause."""

    model_config = example(name="Zhang San", contact="13800000002", learner_id="2026-0117")

    name: Name
    contact: MaybeLine = None
    learner_id: MaybeLine = None


class AffectedListBody(Body):
    """Several people concerned."""

    model_config = example(people=[{"name": "Zhang San"}, {"name": "Li Si", "learner_id": "2026-0118"}])

    people: list[AffectedBody] = Field(min_length=1, max_length=1000)


def _which(value: Any) -> str:
    several = "people" in value if isinstance(value, dict) else isinstance(value, AffectedListBody)
    return "<several>" if several else "<one>"


AffectedBodies = Annotated[
    Annotated[AffectedListBody, Tag("<several>")] | Annotated[AffectedBody, Tag("<one>")], Discriminator(_which)
]
"""One person, or several under `people`. The tags stand in angle brackets: `api.faults` leaves them out of a place."""


class MessageBody(Body):
    """A letter to the complainant; or, with `direction: in`, what the complainant said on the phone or at the desk."""

    model_config = example(text="The heating is being repaired today.", subject="Your complaint")

    text: Text
    subject: Line = ""
    direction: Literal["out", "in"] = "out"
    how: Line = Field(default="", description="With `in`: how it came, `by phone` for instance.")


class NoteBody(Body):
    """An internal note."""

    model_config = example(text="Third time this winter: ask facilities about the boiler.")

    text: Text


class NamedRespondentBody(Body):
    """Which colleague the complaint is about."""

    model_config = example(person="zhou.qiang", name="Zhou Qiang", role="teacher")

    person: Name
    """The colleague's login."""
    name: Name
    role: MaybeLine = None


class ClearedColleagueBody(Body):
    """Which colleague is not meant after all."""

    model_config = example(person="zhou.qiang", reason="The complainant meant his namesake at the other campus.")

    person: Name
    """The colleague's login."""
    reason: Reason


class WithdrawBody(Body):
    """A withdrawal that staff write down."""

    model_config = example(said_by="Li Wei", how="by phone", reason="It is settled.")

    reason: Line = ""
    said_by: Name
    how: Name


class HandOverBody(Body):
    """An offer of the case."""

    model_config = example(to="wang.fang", reason="I am on leave from tomorrow.")

    to: Code = Field(description="The person's id.")
    reason: Reason


class DeclineBody(Body):
    """Why an offer is declined."""

    model_config = example(reason="I know the family.")

    reason: Why


class PauseBody(Body):
    """Stop the clocks that allow it."""

    model_config = example(reason="We wait for the recording of the lesson, which the teacher brings on Monday.")

    reason: Told
    clock: Code | None = None


class ResumeBody(Body):
    """Let the clocks run on."""

    model_config = example(clock="resolve")

    clock: Code | None = None


class ExtendBody(Body):
    """Extend a clock, once."""

    model_config = example(clock="resolve", amount=2, mode="working_days", reason="The part has to be ordered.")

    reason: Told
    amount: Days = Field(validation_alias=AliasChoices("amount", "working_days"), description="Days, or minutes.")
    clock: Code | None = Field(default=None, description="The only one that people may extend, where left out.")
    mode: Literal["working_days", "wall", "staffed", "hybrid"] = "working_days"


class RetypeBody(Body):
    """Another kind of case, for the process of that kind."""

    model_config = example(type="inquiry", process="inquiry", reason="It is a question, not a complaint.")

    type: Literal["complaint", "opinion", "suggestion", "inquiry"]
    process: Code
    reason: Reason


class LinkBody(Body):
    """Another case that belongs to this one."""

    model_config = example(other_id="R7K2M-9QW4X", kind="related")

    other_id: Name = Field(description="Its number, as people write it, or its id.")
    kind: Literal["duplicate", "related", "follow_up"]


class DoneBody(Body):
    """How it can be seen that something is done."""

    model_config = example(note="Receipt 2026-031 of 3 March.")

    note: Annotated[str, Field(max_length=2000)] = ""


class ReopenBody(Body):
    """Why something is not done after all."""

    model_config = example(reason="The projector fails again.")

    reason: Reason
