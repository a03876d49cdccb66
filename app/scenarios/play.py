"""Plays scenarios: real commands on a virtual clock, in a database of their own (`redress scenario`, and the tests)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.scenarios.expect import Expectations
from app.scenarios.file import Scenario, ScenarioInvalid
from app.scenarios.stage import ScenarioFailed, Stage, stage
from app.scenarios.steps import ACTS
from app.settings import Settings
from complaints.intake.filing import Complainant, FileComplaint, Respondent
from engine.errors import Refusal
from engine.versions import Versions

FIELDS = frozenset(each.name for each in fields(FileComplaint))
"""What a complaint says beside the facts that are ticked."""


def play(scenario: Scenario, settings: Settings, *, versions: Versions | None = None) -> Stage:
    """Play a scenario to its end and return the stage, for a look around. Raises ScenarioFailed, naming the step."""
    on = stage(scenario, settings, versions=versions)
    play_on(on)
    return on


def play_on(on: Stage) -> None:
    """Play the scenario of a stage to its end; the stage is closed when a step fails. Raises ScenarioFailed."""
    scenario = on.scenario
    try:
        try:
            _file(on)
        except Refusal as refusal:
            raise ScenarioFailed(
                f"{scenario.name}: filing was refused, {refusal.code}: {refusal.message} {refusal.details}"
            ) from None
        except UNWRITTEN as error:
            raise _unwritten(f"{scenario.name}: the complaint", error) from None
        expectations = Expectations(on.application, on.case_id)
        for number, step in enumerate(scenario.steps, start=1):
            try:
                _step(on, step, expectations)
            except ScenarioFailed as failure:
                raise ScenarioFailed(f"{scenario.name}, step {number}: {failure}") from None
            except Refusal as refusal:
                raise ScenarioFailed(
                    f"{scenario.name}, step {number} ({_brief(step)}): refused, {refusal.code}: {refusal.message} "
                    f"{refusal.details}"
                ) from None
            except ScenarioInvalid as invalid:
                raise ScenarioFailed(f"{scenario.name}, step {number} ({_brief(step)}): {invalid}") from None
            except UNWRITTEN as error:
                raise _unwritten(f"{scenario.name}, step {number} ({_brief(step)})", error) from None
    except BaseException:
        on.application.database.close()
        raise


def _unwritten(where: str, error: Exception) -> ScenarioFailed:
    what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return ScenarioFailed(f"{where}: not written as docs/process-owner/scenarios.md says: {what}")


def _brief(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{k}: {v}" for k, v in step.items() if k != "data")[:80]


def _file(on: Stage) -> None:
    if on.scenario.earlier is not None:
        on.numbers["$earlier"] = on.run(_complaint(on, on.scenario.earlier), on.scenario.recorded_by).number
    filed = on.run(_complaint(on, on.scenario.complaint), on.scenario.recorded_by)
    on.case_id, on.numbers["$number"] = filed.id, filed.number


def _complaint(on: Stage, fields: Mapping[str, Any]) -> FileComplaint:
    given = dict(fields)
    refund = given.pop("refund", None) or {}
    who = given.pop("complainant", None) or {}
    respondents = tuple(Respondent(**r) for r in given.pop("respondents", None) or ())
    # What is no field of a complaint is a fact that whoever files may tick.
    flags = {name: bool(given.pop(name)) for name in list(given) if name not in FIELDS}
    given.setdefault("subject", on.scenario.title.get("en", on.scenario.name))
    given.setdefault("text", given["subject"])
    return FileComplaint(
        **given, process=on.scenario.process, flags=flags, complainant=Complainant(**who), respondents=respondents,
        refund_amount=str(refund["amount"]) if refund else None, refund_currency=refund.get("currency"),
    )  # fmt: skip


UNWRITTEN = (AttributeError, KeyError, TypeError, ValueError)
"""What a step raises whose content has another shape; what the product itself does not foresee comes as a refusal."""


def _step(on: Stage, step: Mapping[str, Any], expectations: Expectations) -> None:
    if "refused" in step:
        _refused(on, step["refused"], expectations)
        return
    verb = next(v for v in ACTS if v in step)
    if verb == "expect":
        wrong = expectations.check(step["expect"] or {})
        if wrong:
            raise ScenarioFailed("; ".join(wrong))
        return
    ACTS[verb](on, step, step[verb])


def _refused(on: Stage, step: Mapping[str, Any], expectations: Expectations) -> None:
    try:
        _step(on, {k: v for k, v in step.items() if k != "code"}, expectations)
    except Refusal as refusal:
        if step.get("code") not in (None, refusal.code):
            raise ScenarioFailed(f"refused as {refusal.code}, not as {step['code']}: {refusal.message}") from None
        return
    raise ScenarioFailed(f"{_brief(step)} was not refused")
