"""Which handler carries out which command of the engine."""

from __future__ import annotations

from collections.abc import Mapping

from engine.commands.claim import AssignTask, ClaimTask, ReleaseTask, assign_task, claim_task, release_task
from engine.commands.clocks import (
    ExtendCase,
    PauseCase,
    RecalculateCase,
    ResumeCase,
    extend_case,
    pause_case,
    recalculate_case,
    resume_case,
)
from engine.commands.complete import CompleteTask, complete_task
from engine.commands.house_work import HouseWork, house_work
from engine.commands.publish import PublishBundle, publish_bundle
from engine.commands.save_draft import SaveDraft, save_draft
from engine.commands.send_back import SendBack, send_back
from engine.commands.take_next import TakeNext, take_next
from engine.pipeline import CaseHandler, HouseHandler

CASE_HANDLERS: Mapping[type, CaseHandler] = {
    ClaimTask: claim_task,
    ReleaseTask: release_task,
    AssignTask: assign_task,
    CompleteTask: complete_task,
    SendBack: send_back,
    PauseCase: pause_case,
    ResumeCase: resume_case,
    ExtendCase: extend_case,
    RecalculateCase: recalculate_case,
}
HOUSE_HANDLERS: Mapping[type, HouseHandler] = {
    TakeNext: take_next,
    PublishBundle: publish_bundle,
    HouseWork: house_work,
    SaveDraft: save_draft,
}
