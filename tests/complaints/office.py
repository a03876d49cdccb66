"""A small institution in memory: people, two small processes, and every command through the real pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select

from access import people, posts, teams
from access.keys.stored_keys import StoredKeys
from access.principals import principal
from complaints import registry
from complaints.effects import EFFECTS
from complaints.intake.categories import parse_categories
from complaints.intake.filing import Complainant, FileComplaint, Filed
from complaints.notices.notice_book import NoticeBooks
from complaints.operations import OPERATIONS
from complaints.outward.announcements import announcements
from complaints.told_changes import tell_changes
from complaints.unmake import unmake
from engine.bundles.house import House
from engine.case_work import COMPLAINANT, SYSTEM, Actor, Services
from engine.clock import MovableClock
from engine.commands.publish import PublishBundle
from engine.commands.registry import CASE_HANDLERS, HOUSE_HANDLERS
from engine.ids import CountedIds
from engine.pipeline import Pipeline
from engine.tables import conflict_of_interest, event_log, instance, work_item
from engine.versions import Versions
from escalation.placement import PostPlacement
from escalation.posts import Posts, load_posts
from storage import migrate
from storage.database import Database
from storage.outbox import outbox
from tests.support.cases import WallCalendars
from tests.support.diagrams import diagram
from tests.support.keys import opened, put, stored_keys
from tests.support.shared import ROOT

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIXTURES = Path(__file__).parent / "fixtures"

TREE = parse_categories(
    b"""
version = "7"
[codes.teaching]
labels = { zh-CN = "A", ko = "A", en = "Teaching" }
[codes."teaching.content"]
labels = { zh-CN = "B", ko = "B", en = "Content" }
[codes.former]
labels = { zh-CN = "C", ko = "C", en = "Former" }
retired = true
[codes.other]
labels = { zh-CN = "D", ko = "D", en = "Other" }
""",
    file="categories.toml",
)

CARE = """
begin=start -> filed=service set_status status="registered" -> handling=sub inside -> ask=first
ask -> told=catch message satisfaction -> content=xor
content -[satisfied]-> closing=service set_status status="closed"; closure="satisfied"
closing -> tell=service notify to="complainant"; template="closed" -> grace=first
grace -> over=catch timer days(10) -> ended=end
content -*-> handling
ask -> unheard=catch timer days(5) -> closed_unheard=service set_status status="closed"; closure="no_answer" -> grace
grace -> late=catch message late_message -> again=service set_status status="in_progress" -> handling
leave=on handling message withdraw -> gone=service set_status status="closed"; closure="withdrawn" -> grace
elsewhere=on handling message retype -> moved=end
"""
CARE_INSIDE = """
inner=start -> look=user -> known=xor -[next == "ask"]-> question=first -> answer=catch message answer -> look
known -*-> plan=user -> planned=service record_plan -> acts=service open_actions -> cures=service record_remedies
cures -> out=service set_status status="resolved" -> pay=user -> done=end
many=beside look message many -> told_many=service notify to="post:head_of_customer_service"; template="many"
told_many -> many_told=end
"""
WISH = """
begin=start -> filed=service set_status status="registered" -> consider=user -> ended=end
"""


@cache
def bundle(key: str) -> Mapping[str, bytes]:
    """Return the files of `care` (complaints) or `wish` (suggestions)."""
    scopes: dict[str, Any] = {"care": {"care": CARE, "inside": CARE_INSIDE}, "wish": {"wish": WISH}}[key]
    form = {"formJsonSchemaFilename": "look.schema.json", "formUiSchemaFilename": "look.ui.json"}
    drawn = diagram(
        properties={
            "look": {**form, "assign": "owner", "owns": "true", "facts": "people,category"},
            "plan": {"assign": "owner", "formJsonSchemaFilename": "plan.schema.json",
                     "formUiSchemaFilename": "plan.ui.json"},
            "pay": {"assign": "owner", "exclude": "plan", **form, "facts": "people,category"},
            "consider": {"assign": "owner", **form, "facts": "people,category"},
        },
        variables={"satisfaction": "satisfied"},
        **scopes,
    )  # fmt: skip
    files = {f"bpmn/{key}/{key}.bpmn": next(iter(drawn.values()))}
    for path in sorted((FIXTURES / key).glob("*")):
        top = f"forms/definitions/{key}" if path.suffix == ".json" else f"bpmn/{key}"
        files[f"{top}/{path.name}"] = path.read_bytes()
    for path in sorted((FIXTURES / "forms").glob("*.json")):
        files[f"forms/definitions/{key}/{path.name}"] = path.read_bytes()
    return files


@dataclass
class Office:
    """Everything a test does goes through the pipeline; everything it sees is read from the tables."""

    database: Database = field(default_factory=lambda: Database("sqlite://"))
    clock: MovableClock = field(default_factory=lambda: MovableClock(MONDAY))
    ids: CountedIds = field(default_factory=CountedIds)
    people: dict[str, str] = field(default_factory=dict)
    """Short name -> person id."""
    keys: StoredKeys = field(default_factory=stored_keys)
    posts_file: Posts = field(default_factory=lambda: load_posts(ROOT / "bpmn" / "posts.toml"))

    def __post_init__(self) -> None:
        """Build the house, seat the people, publish the processes."""
        migrate.create(self.database)
        posts_file = self.posts_file
        self.versions = Versions(House(frozenset(posts_file.teams), frozenset(posts_file.posts), OPERATIONS))
        self.notices = NoticeBooks()
        case_handlers, house_handlers = registry.handlers(TREE)
        services = Services(
            versions=self.versions, keys=self.keys, calendars=WallCalendars(),
            placement=PostPlacement(posts_file), rules=posts_file.rules,
            zone=lambda facts: "Asia/Shanghai", effects=EFFECTS, dated=registry.DATED, excerpt=self.notices.excerpt,
            completed=registry.on_completed, changed=tell_changes, unmake=unmake, announced=announcements,
        )  # fmt: skip
        self.pipeline = Pipeline(
            database=self.database, clock=self.clock, ids=self.ids, services=services,
            case_handlers={**CASE_HANDLERS, **case_handlers}, house_handlers={**HOUSE_HANDLERS, **house_handlers},
        )  # fmt: skip
        with self.database.write() as unit:
            for name, team, role in (
                ("ann", "service", None), ("bea", "service", None), ("cho", "academic", None),
                ("dan", "leadership", None), ("eve", "facilities", "supervisor"), ("fay", "facilities", None),
            ):  # fmt: skip
                added = people.add(unit.connection, name=name.title(), language="en", ids=self.ids, now=MONDAY)
                teams.join(unit.connection, added.id, team)
                if role:
                    teams.give_role(unit.connection, added.id, role)
                self.people[name] = added.id
            posts.appoint(unit.connection, "head_of_customer_service", person_id=self.people["dan"])
            posts.appoint(unit.connection, "duty_officer", person_id=self.people["bea"])
            unit.commit()
        for key in ("care", "wish"):
            self.pipeline.run(PublishBundle(bundle(key)), SYSTEM)

    def actor(self, name: str | None) -> Actor:
        """Return a member of staff by name; None is the complainant, `house` the house itself."""
        if name is None:
            return COMPLAINANT
        if name == "house":
            return SYSTEM
        with self.database.read() as connection:
            return Actor(
                "person", principal(connection, self.people[name], now=self.clock.now(), rules=self.posts_file.rules)
            )

    def do(self, command: Any, by: str | None = "ann") -> Any:
        """Carry out a command and return its answer."""
        return self.pipeline.run(command, self.actor(by))

    def file(self, by: str | None = "ann", **fields: Any) -> str:
        """File a complaint and return the case's id. By `ann` of the team service, who owns it then."""
        given = {"subject": "Chapter 5", "text": "It is wrong.", "language": "en",
                 "complainant": Complainant(name="Gil")}  # fmt: skip
        filed: Filed = self.do(FileComplaint(**{**given, **fields}), by)
        return filed.id

    def advance(self, by: timedelta) -> None:
        """Move the clock, and fire what is due in every case."""
        self.clock.advance(by)
        for case_id in self.column(select(instance.c.case_id)):
            with self.pipeline.sweeping() as sweeping:
                sweeping.fire(case_id)

    def bar(self, case_id: str, name: str) -> None:
        """Make somebody a person the case is about."""
        with self.database.write() as unit:
            unit.connection.execute(insert(conflict_of_interest).values(case_id=case_id, person=self.people[name]))
            unit.commit()

    def draw(self, element: str, was: str, becomes: str, *, config: str = "") -> None:
        """Publish `care` with a step drawn otherwise, and with more at the end of its process.toml."""
        files = dict(bundle("care"))
        drawing, told = "bpmn/care/care.bpmn", "bpmn/care/process.toml"
        before, step, after = files[drawing].decode().partition(f'<bpmn:userTask id="{element}"')
        assert was in after
        files[drawing] = (before + step + after.replace(was, becomes, 1)).encode()
        files[told] = files[told] + config.encode()
        self.do(PublishBundle(files), "house")

    def away(self, name: str) -> None:
        """Make somebody absent for a day from now on."""
        start = self.clock.now()
        with self.database.write() as unit:
            posts.add_absence(
                unit.connection, self.people[name], start_at=start, end_at=start + DAY, note="", ids=self.ids
            )
            unit.commit()

    def leave(self, name: str) -> None:
        """Close somebody's account."""
        with self.database.write() as unit:
            people.deactivate(unit.connection, self.people[name], now=self.clock.now())
            unit.commit()

    def join(self, name: str, *joined: str) -> None:
        """Make somebody a member of teams; who is not there yet is seated first."""
        with self.database.write() as unit:
            if name not in self.people:
                added = people.add(unit.connection, name=name.title(), language="en", ids=self.ids, now=MONDAY)
                self.people[name] = added.id
            for team in joined:
                teams.join(unit.connection, self.people[name], team)
            unit.commit()

    def vacate(self, *emptied: str) -> None:
        """Leave posts without a holder."""
        with self.database.write() as unit:
            for post in emptied:
                posts.vacate(unit.connection, post)
            unit.commit()

    def put(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Write rows of cases down as they are, what is personal sealed."""
        with self.database.write() as unit:
            put(self.keys, unit.connection, table, *rows)
            unit.commit()

    def rows(self, table: Table, case_id: str | None = None, **where: Any) -> Sequence[Any]:
        """Return rows of a table, of one case, with these values, in the order of their keys."""
        query = select(table)
        if case_id is not None:
            query = query.where(table.c.case_id == case_id)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        with self.database.read() as connection:
            return opened(self.keys, connection, connection.execute(query.order_by(*table.primary_key.columns)))

    def column(self, query: Any) -> list[Any]:
        """Return the first column of what a query finds."""
        with self.database.read() as connection:
            return list(connection.execute(query).scalars())

    def case(self, case_id: str) -> Any:
        """Return the instance's row."""
        return self.rows(instance, case_id)[0]

    def facts(self, case_id: str) -> Mapping[str, Any]:
        """Return the facts as they are stored."""
        found: Mapping[str, Any] = self.case(case_id).facts
        return found

    def task(self, case_id: str, element: str) -> Any:
        """Return the open task of an element."""
        found = self.rows(work_item, case_id, element=element, state="open")
        assert len(found) == 1, [row.element for row in self.rows(work_item, case_id, state="open")]
        return found[0]

    def log(self, case_id: str, *kinds: str) -> list[tuple[str, str | None]]:
        """Return kind and name of the log's lines of these kinds, in order."""
        return [(row.kind, row.name) for row in self.rows(event_log, case_id) if row.kind in kinds]

    def told(self, case_id: str) -> Iterator[tuple[str, str]]:
        """Yield (recipient, template) of everything to be told, in order; people by their short name."""
        names = {f"person:{person}": name for name, person in self.people.items()}
        for row in self.rows(outbox, case_id):
            yield names.get(row.recipient, row.recipient), row.kind
