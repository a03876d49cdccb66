"""Tables of the complaint record. Public messages and internal notes are two tables and never one (R-004-15)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from storage.schema import metadata
from storage.sealed import SealedBlob
from storage.types import Instant, Json


def _case() -> Column[str]:
    return Column("case_id", Text, ForeignKey("complaint.case_id"), nullable=False, index=True)


complaint = Table(
    "complaint",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("tracking_digest", Text, nullable=False, unique=True),
    Column("received_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text),
    Column("subject", SealedBlob, nullable=False),
    Column("channel", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("category_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("identity_mode", Text, nullable=False),
    Column("name", SealedBlob),
    Column("email", SealedBlob),
    Column("phone", SealedBlob),
    Column("learner_id", SealedBlob),
    Column("relation", SealedBlob),
    Column("on_behalf_of", SealedBlob),
    Column("desired_outcome", SealedBlob),
    Column("location", SealedBlob),
    Column("preferred_contact", SealedBlob),
    Column("stated_people", Integer, nullable=False),
    Column("refund_minor", BigInteger),
    Column("refund_currency", Text),
    Column("retention_hold", SealedBlob),
    Column("text", SealedBlob, nullable=False),
)

respondent = Table(
    "respondent",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("name", SealedBlob, nullable=False),
    Column("role", SealedBlob),
    Column("person", Text),
)

affected = Table(
    "affected",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("name", SealedBlob, nullable=False),
    Column("contact", SealedBlob),
    Column("learner_id", SealedBlob),
    Column("joined_at", Instant, nullable=False),
    Column("added_by", Text),
    Column("left_at", Instant),
)

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("at", Instant, nullable=False),
    Column("direction", Text, nullable=False),
    Column("author", Text),
    Column("template", Text),
    Column("subject", SealedBlob),
    Column("text", SealedBlob, nullable=False),
    Column("language", Text, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("at", Instant, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", SealedBlob, nullable=False),
)

action_item = Table(
    "action_item",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("kind", Text, nullable=False),
    Column("title", SealedBlob, nullable=False),
    Column("team", Text),
    Column("due_at", Instant),
    Column("blocking", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("cause", Text, nullable=False),
    Column("done_at", Instant),
    Column("done_by", Text),
    Column("done_note", SealedBlob),
    # A later plan has left it out.
    Column("void_at", Instant),
)

promise = Table(
    "promise",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("what", SealedBlob, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("made_by", Text),
    Column("made_at", Instant, nullable=False),
    Column("cause", Text, nullable=False),
    Column("kept_at", Instant),
    Column("kept_by", Text),
    Column("missed_at", Instant),
)

SUPERSEDED = "superseded"
"""State of a refund line that a later plan has left out: kept for the record, and nobody counts or shows it."""
VOID = "void"
"""State of a refund line that was not paid when the plan ended with the complaint: shown, and never paid any more."""

refund_line = Table(
    "refund_line",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("payee", SealedBlob, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("approved_minor", BigInteger),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", Instant),
    Column("reasons", SealedBlob),
    Column("paid_on", Date),
    Column("reference", SealedBlob),
)

remedy = Table(
    "remedy",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("affected_id", Text),
    # Which of the plans' remedies it is: `line` of the fact `remedies_recorded`.
    Column("line", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("days", Integer),
    Column("note", SealedBlob),
    Column("cause", Text, nullable=False),
    Column("done_at", Instant),
    Column("done_by", Text),
    Column("void_at", Instant),
)

hand_over = Table(
    "hand_over",
    metadata,
    Column("id", Text, primary_key=True),
    _case(),
    Column("from_person", Text),
    Column("to_person", Text, nullable=False),
    Column("reason", SealedBlob, nullable=False),
    Column("asked_by", Text),
    Column("asked_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("accepted", Boolean),
    Column("answer", SealedBlob),
)

case_link = Table(
    "case_link",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("other_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # The step of the diagram whose form says so, null where people link by hand.
    Column("step", Text),
    PrimaryKeyConstraint("case_id", "other_id", "kind"),
)
Index("ix_case_link__other", case_link.c.other_id)

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("values", SealedBlob, nullable=False),
    # As it was told, once: what is due or who owns the case may have changed when somebody reads it.
    Column("subject", SealedBlob, nullable=False),
    Column("text", SealedBlob, nullable=False),
    Column("language", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
)
Index("ix_notice__person_at", notice.c.person, notice.c.at, notice.c.id)
_UNREAD = notice.c.read_at.is_(None)
Index("ix_notice__unread", notice.c.person, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    # With it what is sent is signed, so that a digest would not do; null once the webhook is removed.
    Column("secret", SealedBlob),
    # Kinds of events that are wanted; null: all.
    Column("kinds", Json),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
)
"""Where other systems are told what has happened. One that is removed stays as a line, without its secret."""

overwritten = Table(
    "overwritten",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("before", SealedBlob),
    PrimaryKeyConstraint("case_id", "batch", "place", "record"),
)
"""What stood in records before the last step that can be sent back wrote them; null: there was no such record."""
