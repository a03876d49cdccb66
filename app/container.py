"""The composition root: builds every part of the house once and plugs the floors together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from access.keys.stored_keys import StoredKeys
from app.server_key import server_keyring
from app.settings import Settings
from app.ways_out import mails, ways_out
from complaints.answer_meanings import check_answers
from complaints.effects import EFFECTS
from complaints.intake.categories import load_categories
from complaints.intake.filing import ORDINARY, TYPES
from complaints.intake.form_check import check_intake
from complaints.notices.delivery_loop import run_once as deliver_once
from complaints.notices.notice_book import NoticeBooks
from complaints.notices.notice_check import check_told
from complaints.notices.notice_values import Surroundings
from complaints.notices.quoted_fields import check_quoted
from complaints.operations import OPERATIONS
from complaints.outward.announcements import announcements
from complaints.outward.outward_loop import OutwardLoop
from complaints.registry import DATED, handlers, on_completed
from complaints.told_changes import tell_changes
from complaints.unmake import unmake
from engine.bundles.bundle import Files, read_folders
from engine.bundles.house import House
from engine.case_work import SYSTEM, Services
from engine.clock import Clock
from engine.commands.publish import PublishBundle
from engine.commands.registry import CASE_HANDLERS, HOUSE_HANDLERS
from engine.house_clock import house_clock
from engine.ids import Ids, RandomIds
from engine.pipeline import Pipeline
from engine.versions import Publication, Versions
from escalation.calendar_change import CalendarChange
from escalation.calendar_files import load_calendars
from escalation.due import CalendarBook
from escalation.explain import Explainer
from escalation.placement import PostPlacement
from escalation.posts import Posts, parse_posts, read_posts
from escalation.posts_in_force import PostsInForce
from escalation.posts_watch import PostsWatch
from escalation.pulse import Pulse
from escalation.sweep import Sweep
from queries.reader import Library
from storage.database import Database

if TYPE_CHECKING:
    from access.sign_in.provider import Provider


@dataclass(frozen=True)
class Application:
    """Everything a process of Redress holds, for as long as it lives."""

    settings: Settings
    database: Database
    clock: Clock
    ids: Ids
    pipeline: Pipeline
    versions: Versions
    keys: StoredKeys
    """With which what is personal is sealed and opened."""
    library: Library
    """What is looked things up in: calendars, posts, categories, notices, words."""
    sweep: Sweep
    calendar_change: CalendarChange
    posts_watch: PostsWatch
    deliver: Callable[[Callable[[], bool]], int]
    """Deliver what may go out now; the argument says whether to go on. Returns how many went out."""
    outward: OutwardLoop
    """Sends what leaves the house: mail, webhooks."""
    provider: Provider | None = None
    """Of the institution's own accounts; None where nobody signs in with one."""
    pulse: Pulse = field(default_factory=Pulse)
    """When each loop of this process last did its work."""

    def publish_folder(self, *, note: str = "") -> list[Publication]:
        """Publish every process below `bpmn/`; what is in force already stays as it is. Raises NotPublishable."""
        done = []
        for key in process_keys(self.settings.bpmn_folder):
            files = read_folders(self.settings.bpmn_folder, self.settings.forms_folder, key)
            done.append(self.publish(files, note=note))
        return done

    def publish(self, files: Files, *, note: str = "") -> Publication:
        """Publish one bundle as the installation itself. Raises NotPublishable. The same bundle changes nothing."""
        with self.database.read() as connection:
            self.versions.judge(connection, files)
        published: Publication = self.pipeline.run(PublishBundle(files, note), SYSTEM)
        return published

    @property
    def posts(self) -> Posts:
        """The teams and posts that are in force now; they never change, another takes their place."""
        return self.library.posts

    def now(self) -> datetime:
        """Return the present instant of this installation (moved, in the demo)."""
        return self.clock.now()


def process_keys(folder: Path) -> list[str]:
    """Return the keys of the processes below `bpmn/`."""
    return sorted(path.parent.name for path in folder.glob("*/process.toml"))


def house(posts: Posts) -> House:
    """Return what the publication checks know of the installation."""
    return House(
        teams=frozenset(posts.teams),
        posts=frozenset(posts.posts),
        operations=OPERATIONS,
        types=TYPES,
        filed=ORDINARY,
        checks=(check_told, check_quoted, check_answers, check_intake),
    )


def take_posts(posts: Posts, library: Library, pipeline: Pipeline) -> None:
    """Put teams, posts and rights into force for everybody; a change under way goes on with those it began with."""
    library.posts_in_force.now = posts
    pipeline.services = replace(pipeline.services, placement=PostPlacement(posts), rules=posts.rules)
    library.versions.adopt(house(posts))


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    from access.sign_in.provider import Provider, ProviderSettings  # costly to load, and few need it

    return Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer, client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(), scope=settings.oidc_scope,
            groups_claim=settings.oidc_groups_claim,
        )
    )  # fmt: skip


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, versions: Versions | None = None
) -> Application:
    """Build an application over the settings; `versions` may be shared by several. Opens no connection yet."""
    posts_file = settings.bpmn_folder / "posts.toml"
    posts_read = read_posts(posts_file)
    posts = parse_posts(posts_read, file=posts_file.name)
    calendar_files = load_calendars(settings.bpmn_folder / "calendars")
    campuses = calendar_files.campuses
    tree = load_categories(settings.bpmn_folder / "categories.toml")
    zones = {name: str(campus.zone) for name, campus in campuses.items()}
    first_zone = zones.get("main") or next(iter(zones.values()))

    def zone(facts: Mapping[str, Any]) -> str:
        return zones.get(str(facts.get("campus") or "main"), first_zone)

    calendars, notices = CalendarBook(campuses), NoticeBooks()
    database = Database(settings.database_url)
    clock = clock or house_clock(database)
    ids = ids or RandomIds(clock)
    versions = versions or Versions(house(posts))
    keys = StoredKeys(lambda: server_keyring(settings))
    services = Services(
        versions=versions, keys=keys, calendars=calendars, placement=PostPlacement(posts), rules=posts.rules, zone=zone,
        effects=EFFECTS, dated=DATED, excerpt=notices.excerpt, completed=on_completed,
        changed=tell_changes, unmake=unmake, announced=announcements,
    )  # fmt: skip
    case_handlers, house_handlers = handlers(tree)
    pipeline = Pipeline(
        database=database, clock=clock, ids=ids, services=services,
        case_handlers={**CASE_HANDLERS, **case_handlers}, house_handlers={**HOUSE_HANDLERS, **house_handlers},
    )  # fmt: skip
    base = settings.public_url.rstrip("/")
    surroundings = Surroundings(
        public_url=f"{base}/track" if base else "",
        case_url=(lambda case_id: f"{base}/cases/{case_id}") if base else None,
        zones=zones,
    )

    sweep = Sweep(database=database, clock=clock, pipeline=pipeline)

    def deliver(going_on: Callable[[], bool]) -> int:
        return deliver_once(
            database, now=clock.now(), ids=ids, versions=versions, keys=keys, notices=notices,
            surroundings=surroundings, mail=mails(settings), going_on=going_on, others_wait=sweep.anything_due,
        )  # fmt: skip

    library = Library(
        versions=versions, keys=keys, calendars=calendars, explainer=Explainer(settings.locale_folder),
        posts_in_force=PostsInForce(posts), categories=tree, notices=notices, zones=zones,
    )  # fmt: skip

    return Application(
        settings=settings, database=database, clock=clock, ids=ids, pipeline=pipeline, versions=versions,
        keys=keys, library=library, sweep=sweep, deliver=deliver,
        outward=ways_out(settings, database, clock, ids, keys, surroundings), provider=_provider(settings),
        calendar_change=CalendarChange(database=database, pipeline=pipeline, digest=calendar_files.digest),
        posts_watch=PostsWatch(
            file=posts_file, pipeline=pipeline, read=posts_read, take=lambda new: take_posts(new, library, pipeline),
        ),
    )  # fmt: skip
