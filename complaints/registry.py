"""Which handler carries out which command on complaints, and what the engine tells this floor of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.archive import ArchiveCase, archive_case
from complaints.change_facts import ChangeFacts, make_change_facts
from complaints.correspondence.messages import ReceiveMessage, SendMessage, receive_message, send_message
from complaints.correspondence.satisfaction import Satisfaction, satisfaction
from complaints.correspondence.withdrawal import Withdraw, withdraw
from complaints.form_facts import note_form_facts
from complaints.incidents.dismiss import DismissIncident, dismiss_incident
from complaints.incidents.move import MoveCase, MoveElsewhere, move_case, move_elsewhere
from complaints.incidents.repair_facts import RepairFacts, repair_facts
from complaints.incidents.reroute import GiveElsewhere, RerouteStep, give_elsewhere, reroute_step
from complaints.incidents.retry import RetryIncident, retry_incident
from complaints.intake.categories import CategoryTree
from complaints.intake.duplicates import asks_for_duplicate, check_duplicate
from complaints.intake.filing import FileComplaint, make_file_complaint
from complaints.intake.follow_up import OpenLinked, make_open_linked
from complaints.intake.links import LinkCases, link_cases, link_found_duplicate
from complaints.intake.retype import Retype, retype
from complaints.notes import AddNote, add_note
from complaints.notices.reading import ReadNotice, ReadNotices, read_notice, read_notices
from complaints.outward.replay import DiscardMessage, ReplayMessages, discard_message, replay_messages
from complaints.outward.webhooks import AddWebhook, RemoveWebhook, add_webhook, remove_webhook
from complaints.people.affected import AddAffected, RemoveAffected, add_affected, remove_affected
from complaints.people.cleared import ClearColleague, clear_colleague
from complaints.people.ownership import (
    AcceptHandOver,
    AskHandOver,
    DeclineHandOver,
    accept_hand_over,
    ask_hand_over,
    decline_hand_over,
)
from complaints.people.respondents import NameRespondent, name_respondent
from complaints.plan.action_days import check_due_days
from complaints.plan.actions import CompleteAction, ReopenAction, action_overdue, complete_action, reopen_action
from complaints.plan.approval_limits import check_ceiling
from complaints.plan.promises import KeepPromise, keep_promise, promise_missed, record_promises
from complaints.plan.remedies import CompleteRemedy, complete_remedy
from engine.case_work import CaseWork, DatedHandler
from engine.pipeline import CaseHandler, Desk, HouseHandler

DATED: Mapping[str, DatedHandler] = {"action": action_overdue, "promise": promise_missed}
"""What happens when the instant of a record comes."""


def handlers(tree: CategoryTree) -> tuple[dict[type, CaseHandler], dict[type, HouseHandler]]:
    """Return the handlers of case commands and of house commands; `tree` holds the categories in force."""
    file = make_file_complaint(tree)

    def file_complaint(desk: Desk, command: Any) -> Any:
        return file(desk, command)

    case_handlers: dict[type, CaseHandler] = {
        ChangeFacts: make_change_facts(tree),
        AddAffected: add_affected,
        RemoveAffected: remove_affected,
        AskHandOver: ask_hand_over,
        AcceptHandOver: accept_hand_over,
        DeclineHandOver: decline_hand_over,
        SendMessage: send_message,
        ReceiveMessage: receive_message,
        Satisfaction: satisfaction,
        Withdraw: withdraw,
        CompleteAction: complete_action,
        ReopenAction: reopen_action,
        CompleteRemedy: complete_remedy,
        KeepPromise: keep_promise,
        Retype: retype,
        LinkCases: link_cases,
        NameRespondent: name_respondent,
        ClearColleague: clear_colleague,
        GiveElsewhere: give_elsewhere,
        MoveElsewhere: move_elsewhere,
        ArchiveCase: archive_case,
    }
    house_handlers: dict[type, HouseHandler] = {
        FileComplaint: file_complaint,
        AddNote: add_note,
        OpenLinked: make_open_linked(file_complaint),
        ReadNotice: read_notice,
        ReadNotices: read_notices,
        RetryIncident: retry_incident,
        DismissIncident: dismiss_incident,
        RepairFacts: repair_facts,
        RerouteStep: reroute_step,
        MoveCase: move_case,
        ReplayMessages: replay_messages,
        DiscardMessage: discard_message,
        AddWebhook: add_webhook,
        RemoveWebhook: remove_webhook,
    }
    return case_handlers, house_handlers


def on_completed(work: CaseWork, element: str, data: Mapping[str, Any]) -> None:
    """Take from a completed form what belongs into the record, before the token moves on. Raises Unfit."""
    check_ceiling(work, data)
    check_due_days(work, data)
    repeats = check_duplicate(work, element, data)
    record_promises(work, element, data)
    note_form_facts(work, element, data)
    if repeats is not None or asks_for_duplicate(work, data):
        link_found_duplicate(work, element, repeats)
