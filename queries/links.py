"""The cases that a case belongs to: which one it repeats or continues, which repeat or continue it, which are related.

Only those that the reader may see: a link to another is as if it were not there, in the case, on its timeline and in
its file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all

from access.keys.stored_keys import with_key
from complaints.tables import case_link, complaint
from engine.tables import instance
from forms.languages import Labels, labels, pick
from queries.reader import Reader
from queries.visibility import visible

RELATIONS: Mapping[tuple[str, str], str] = {
    ("duplicate", "this"): "duplicate_of",
    ("duplicate", "other"): "duplicated_by",
    ("follow_up", "this"): "continues",
    ("follow_up", "other"): "continued_by",
    ("related", "this"): "related",
    ("related", "other"): "related",
}
"""Kind of a link, and whether it was noted in this case or in the other -> what the other is to this one."""
WORDS: Mapping[str, Labels] = {
    "duplicate_of": labels("与此件重复", "중복 대상 민원", "Repeats"),
    "duplicated_by": labels("重复本件的投诉", "이 민원과 중복된 민원", "Repeated by"),
    "continues": labels("延续自", "앞선 민원", "Continues"),
    "continued_by": labels("后续投诉", "이어진 민원", "Continued by"),
    "related": labels("相关投诉", "관련 민원", "Related to"),
}


@dataclass(frozen=True)
class LinkLine:
    """Another case that belongs to this one."""

    id: str
    number: str
    subject: str
    relation: str
    """duplicate_of, duplicated_by, continues, continued_by or related."""
    relation_text: str
    """The relation in the reader's language."""
    status: str
    status_text: str
    linked_at: datetime


def links(reader: Reader, case_id: str) -> tuple[LinkLine, ...]:
    """Return the linked cases that the reader may see, the oldest link first. The caller has passed the wall."""
    table, case, said = case_link.c, instance.c, complaint.c
    both = union_all(
        select(table.other_id.label("other"), table.kind, table.at, literal("this").label("side")).where(
            table.case_id == case_id
        ),
        select(table.case_id, table.kind, table.at, literal("other")).where(table.other_id == case_id),
    ).subquery()
    asked = (
        select(both.c.other, both.c.kind, both.c.at, both.c.side)
        .add_columns(case.case_id, said.number, said.subject, case.status, case.version_id)
        .join_from(both, instance, case.case_id == both.c.other)
        .join(complaint, said.case_id == both.c.other)
        .where(visible(reader.who))
        .order_by(both.c.at, said.number, both.c.kind)
    )
    rows = reader.opened_along(reader.connection.execute(with_key(asked, case.case_id)))
    return tuple(
        LinkLine(
            id=row.other,
            number=row.number,
            subject=row.subject,
            relation=RELATIONS[row.kind, row.side],
            relation_text=relation_in_words(reader.language, row.kind, row.side),
            status=row.status,
            status_text=reader.library.words.of(reader.process(row.version_id)).status(row.status, reader.language),
            linked_at=row.at,
        )
        for row in rows
    )


def numbers_seen(reader: Reader, cases: Collection[str]) -> dict[str, str]:
    """Return the numbers, by id, of those of these cases that the reader may see."""
    if not cases:
        return {}
    table = complaint.c
    rows = reader.connection.execute(
        select(table.case_id, table.number)
        .join_from(complaint, instance, instance.c.case_id == table.case_id)
        .where(table.case_id.in_(sorted(cases)), visible(reader.who))
    )
    return {row.case_id: row.number for row in rows}


def relation_in_words(language: str, kind: str, side: str) -> str:
    """Return what the other case is to this one. `side`: `this` where the link was noted in this case, or `other`."""
    return pick(WORDS[RELATIONS[kind, side]], language)
