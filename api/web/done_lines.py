"""What a page says after something was done, by the short code that stands in its address."""

from __future__ import annotations

from collections.abc import Mapping

from api.texts import marked

DONE: Mapping[str, str] = {
    "password": marked("Your password is changed. You are signed out everywhere else."),
    "factor-off": marked("The second factor is turned off."),
    "session-ended": marked("That sign-in is ended."),
    "sessions-ended": marked("You are signed out everywhere else."),
    "token-revoked": marked("The token is revoked: nothing works with it any more."),
    "signed-out": marked("You are signed out."),
    "completed": marked("The step is completed."),
    "claimed": marked("The task is yours now."),
    "released": marked("The task is back in its pool."),
    "assigned": marked("The task is assigned."),
    "draft": marked("Your draft is saved. Only you and those who may do this task can see it."),
    "sent-back": marked("The step was taken back. What it would have sent was not sent."),
    "nothing-next": marked("Nothing is waiting for you at the moment."),
    "reply": marked("The message is sent to the complainant."),
    "note": marked("The internal note is saved."),
    "heard": marked("What the complainant said is written down."),
    "offered": marked("The case is offered. It stays with its owner until the other person accepts."),
    "accepted": marked("The case is yours now."),
    "declined": marked("The offer is declined. The case stays with its owner."),
    "paused": marked("The clocks that may pause stand still. The complainant is told why."),
    "resumed": marked("The clocks run on."),
    "extended": marked("The time is extended. The complainant is told why."),
    "moved": marked("The case goes on in the other process. Number, owner and facts stay."),
    "withdrawn": marked("The withdrawal is on record."),
    "respondent-named": marked("The colleague is named. From now on they see nothing of the case."),
    "colleague-cleared": marked("The colleague may see the case again. Your reason is on record."),
    "notice-read": marked("The notice is marked as read."),
    "notices-read": marked("The notices are marked as read."),
    "facts": marked("The facts are changed. Priority, authority and due times were worked out again."),
    "affected-added": marked("The list of people concerned is longer now."),
    "affected-removed": marked("The person has left the list."),
    "action-done": marked("The action is done."),
    "action-reopened": marked("The action is open again."),
    "promise-kept": marked("The promise is kept."),
    "remedy-done": marked("The remedy is given."),
    "message-sent": marked("Your message has arrived. You find it below."),
    "message-continued": marked("Your message has arrived. It stands in the complaint that continues this one."),
    "thanks": marked("Thank you for your answer."),
    "you-withdrew": marked("Your withdrawal has arrived."),
    "published": marked("The process is published. New cases take it; running ones keep their version."),
    "reinstated": marked("The process is published. New cases take it; running ones keep their version."),
    "drawing": marked("The files are kept as they are drawn and written now; what the process does has not changed."),
    "unchanged": marked("This version is in force already; nothing was changed."),
    "clock": marked("The demo's clock has moved. Everything that fell due on the way has happened."),
}
"""Code -> message id."""
