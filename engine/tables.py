"""Tables of the engine: versions, instances, work items, clocks, deadlines, the event log, incidents.

The state is bytes with a version of its own; everything people search or count is projected beside it in the same
transaction, so that no list ever opens a state (docs/developer/architecture.md#the-pipeline).

What may be long stands last in its table: SQLite reads on through it to whatever stands behind.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    literal_column,
    not_,
)

from storage.guards import append_only
from storage.schema import metadata
from storage.sealed import SealedBlob
from storage.types import Blob, Counter, Instant, Json
from storage.views import view

process_version = Table(
    "process_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process_key", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("in_force_since", Instant, nullable=False),
    Column("published_by", Text),
    Column("note", Text, nullable=False, server_default=""),
    Column("bundle", Blob, nullable=False),
    Column("drawing", Blob),
    UniqueConstraint("process_key", "number"),
    UniqueConstraint("process_key", "digest"),
)

instance = Table(
    "instance",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("version_id", Text, ForeignKey("process_version.id"), nullable=False, index=True),
    Column("row_version", Integer, nullable=False),
    Column("facts_version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("closure", Text),
    Column("case_owner", Text),
    Column("priority", Text),
    Column("impact", Text),
    Column("category", Text),
    # The class of its process (`engine.model.config.ProtectionClass`): the wall asks for it.
    Column("protection", Text, nullable=False),
    Column("waits_for", Json, nullable=False),
    # When it came to the house, by which lists are ordered; staff may date it back.
    Column("received_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_as", Text),
    # Since then the state is empty: what only a live case needs was let go.
    Column("archived_at", Instant),
    Column("next_due", Instant),
    Column("next_state_due", Instant),
    Column("next_dated", Instant),
    Column("next_clock_due", Instant),
    Column("troubled", Boolean, nullable=False),
    Column("undo_task", Text),
    Column("undo_until", Instant),
    # The last record in the log of the case: whoever adds one has this row locked (docs/adr/0031).
    Column("trail_number", Integer, nullable=False, server_default="0"),
    Column("trail_hash", LargeBinary),
    Column("facts", SealedBlob, nullable=False),
    Column("state", SealedBlob, nullable=False),
    Column("undo", SealedBlob),
)
_LIVE_DUE = instance.c.next_due.is_not(None)
Index("ix_instance__due", instance.c.next_due, sqlite_where=_LIVE_DUE, postgresql_where=_LIVE_DUE)
# A list goes along one of these, the newest first, whatever it is narrowed by, and stops when its page is full.
_BY_AGE = (instance.c.received_at, instance.c.case_id)
Index("ix_instance__received", *_BY_AGE)
Index("ix_instance__status", instance.c.status, *_BY_AGE)
Index("ix_instance__case_owner", instance.c.case_owner, *_BY_AGE)
Index("ix_instance__priority", instance.c.priority, *_BY_AGE)
Index("ix_instance__impact", instance.c.impact, *_BY_AGE)
_LIVE = instance.c.ended_at.is_(None)
Index("ix_instance__live", *_BY_AGE, sqlite_where=_LIVE, postgresql_where=_LIVE)
_ENDED = and_(instance.c.ended_at.is_not(None), instance.c.archived_at.is_(None))
Index("ix_instance__ended", instance.c.ended_at, instance.c.case_id, sqlite_where=_ENDED, postgresql_where=_ENDED)
Index("ix_instance__live_version", instance.c.version_id, sqlite_where=_LIVE, postgresql_where=_LIVE)

past_instance = Table(
    "past_instance",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("version_id", Text, ForeignKey("process_version.id"), nullable=False, index=True),
    Column("state", SealedBlob, nullable=False),
    Column("facts", SealedBlob, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("ended_as", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)

work_item = Table(
    "work_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("instance.case_id"), nullable=False),
    Column("task", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("team", Text),
    Column("post", Text),
    Column("assignee", Text),
    Column("owner_bound", Boolean, nullable=False),
    Column("owns", Boolean, nullable=False),
    Column("excluded", Json, nullable=False),
    Column("form", Text),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("due_at", Instant),
    # `due_at`, or far beyond every other where there is none: lists are ordered by it.
    Column("falls_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("draft_by", Text),
    Column("done_at", Instant),
    Column("done_by", Text),
    Column("draft", SealedBlob),
    Column("data", SealedBlob),
)
IS_OPEN = work_item.c.state == literal_column("'open'")
"""What is open, in the very words of the indexes: a statement that names the state by a parameter is planned anew each
time it is run (SQLite), since what it names may or may not be what an index has."""
Index("ix_work_item__case", work_item.c.case_id, work_item.c.state)
# In which cases somebody was ever asked: who sees no others finds their few among all.
Index("ix_work_item__asked_team", work_item.c.team, work_item.c.case_id)
for _asked in (work_item.c.post, work_item.c.assignee):
    _some = _asked.is_not(None)
    Index(f"ix_work_item__asked_{_asked.name}", _asked, work_item.c.case_id, sqlite_where=_some, postgresql_where=_some)
# An inbox is read off these, the least time left first, without sorting all that is open.
_BY_TIME = (work_item.c.falls_at, work_item.c.id)
UNTAKEN = and_(IS_OPEN, work_item.c.assignee.is_(None))
FAR_APART = func.length(work_item.c.excluded) >= literal_column("1000")
"""Steps from which more people are kept apart than PostgreSQL takes into an index: it would refuse the step."""
_HELD = and_(IS_OPEN, work_item.c.assignee.is_not(None))
_FREE = and_(UNTAKEN, work_item.c.post.is_(None))
_POSTED = and_(UNTAKEN, work_item.c.post.is_not(None))
Index("ix_work_item__open", *_BY_TIME, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
Index("ix_work_item__team", work_item.c.team, *_BY_TIME, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
Index("ix_work_item__held", work_item.c.assignee, *_BY_TIME, sqlite_where=_HELD, postgresql_where=_HELD)
Index("ix_work_item__free", work_item.c.team, *_BY_TIME, sqlite_where=_FREE, postgresql_where=_FREE)
# Whether somebody is left for each step is seen by this alone (complaints/people/nobodys_tasks.py). SQLite asks the row
# for whatever a condition names and the index has not, though the index holds no other rows: so the last two.
_NEAR = and_(UNTAKEN, not_(FAR_APART))
_KIND = tuple(work_item.c[name] for name in ("case_id", "team", "post", "excluded", "state", "assignee"))
Index("ix_work_item__untaken", *_KIND, sqlite_where=UNTAKEN, postgresql_where=_NEAR)
# SQLite has no need of this one; it is there so that both have the same.
_FAR = and_(UNTAKEN, FAR_APART)
Index("ix_work_item__far_apart", work_item.c.case_id, sqlite_where=_FAR, postgresql_where=_FAR)
Index("ix_work_item__posted", work_item.c.post, *_BY_TIME, sqlite_where=_POSTED, postgresql_where=_POSTED)

case_clock = Table(
    "case_clock",
    metadata,
    Column("case_id", Text, ForeignKey("instance.case_id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("budget", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("met_at", Instant),
    Column("late", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("reasons", SealedBlob, nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
)

deadline = Table(
    "deadline",
    metadata,
    Column("case_id", Text, ForeignKey("instance.case_id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("reasons", SealedBlob, nullable=False),
    Column("retry_at", Instant),
    PrimaryKeyConstraint("case_id", "key"),
)
Index("ix_deadline__due", deadline.c.due_at)

change_log = Table(
    "change_log",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=True),
    Column("case_id", Text, nullable=False),
    # Within its case, from 1, without a gap: two that are written at once never have the same.
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text),
    # Over all of this and the record before it (trail/digests.py).
    Column("hash", LargeBinary, nullable=False),
    Column("told", LargeBinary),
    Column("lines", Json, nullable=False),
    # What the lines tell beyond that, one beside the other: texts and figures of the case.
    Column("details", SealedBlob),
    UniqueConstraint("case_id", "number"),
)
"""Who did what when, a row a change of a case; `engine/case_log.py` writes it, and takes the lines apart."""
append_only(change_log)

event_log = view(
    "event_log",
    change_log,
    Column("sequence", BigInteger, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("element", Text),
    Column("name", Text),
    Column("task", Text),
    Column("actor", Text),
    Column("detail", Json, nullable=False),
    Column("line", Integer, nullable=False),
    Column("details", SealedBlob),
    sqlite="""
SELECT change_log.sequence * 1000000 + line.key AS sequence, change_log.case_id, change_log.at,
 json_extract(line.value, '$[0]') AS kind, json_extract(line.value, '$[1]') AS element,
 json_extract(line.value, '$[3]') AS name, json_extract(line.value, '$[2]') AS task, change_log.actor,
 coalesce(json_extract(line.value, '$[4]'), '{}') AS detail, line.key AS line, change_log.details
FROM change_log, json_each(change_log.lines) AS line
""",
    postgresql="""
SELECT change_log.sequence * 1000000 + line.number - 1 AS sequence, change_log.case_id, change_log.at,
 line.value ->> 0 AS kind, line.value ->> 1 AS element, line.value ->> 3 AS name, line.value ->> 2 AS task,
 change_log.actor, coalesce(CAST(line.value -> 4 AS text), '{}') AS detail,
 CAST(line.number - 1 AS integer) AS line, change_log.details
FROM change_log, json_array_elements(CAST(change_log.lines AS json)) WITH ORDINALITY AS line (value, number)
""",
)
"""The same line by line, to be read: what a line leaves out is NULL, and of `detail` an empty object.

`sequence` orders the lines of all changes: a change leaves room for a million, far more than a step can come to.
"""

case_team = Table(
    "case_team",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("team", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "team"),
)
"""Teams that were given something in a case besides a task, an action for instance: they see it as if asked."""
Index("ix_case_team__team", case_team.c.team, case_team.c.case_id)

conflict_of_interest = Table(
    "conflict_of_interest",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "person"),
)

house_state = Table(
    "house_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the installation as a whole remembers between two runs: by which calendars it has counted, for instance."""

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, index=True),
    Column("at", Instant, nullable=False),
    Column("element", Text),
    Column("doing", Text, nullable=False),
    Column("about", Text),
    Column("actor", Text),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant),
    Column("resolved_at", Instant),
    Column("dismissed_by", Text),
    Column("dismissed_reason", Text),
)
Index("ix_incident__at", incident.c.at, incident.c.id)
_OPEN_INCIDENT = incident.c.resolved_at.is_(None)
Index(
    "ix_incident__open",
    incident.c.doing,
    incident.c.about,
    sqlite_where=_OPEN_INCIDENT,
    postgresql_where=_OPEN_INCIDENT,
)
