"""A promise that a form asks for staff alone is the house's own: the complainant does not read it."""

from __future__ import annotations

import json

from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from tests.publication.shipped import FORMS, shipped
from tests.support.application import House


def test_a_promise_that_a_form_asks_for_staff_alone_stays_inside(redress: House) -> None:
    files, name = shipped(), f"{FORMS}/acknowledge.ui.json"
    form = json.loads(files[name])
    form["fields"]["promises"]["audience"] = "internal"
    redress.application.pipeline.run(PublishBundle({**files, name: json.dumps(form).encode()}), SYSTEM)
    filed = redress.file()
    promised = {"acknowledgement_text": "Hello.", "promises": [{"what": "Soon", "due_at": "2026-03-03T06:00:00Z"}]}
    redress.do("li.na", "acknowledge", filed["id"], promised)
    redress.later(minutes=5)
    (mine,) = redress.person("li.na").get(f"/api/complaints/{filed['id']}")["promises"]
    assert mine["what"] == "Soon"
    assert redress.complainant(filed["tracking_code"]).get("/api/track")["promises"] == []
