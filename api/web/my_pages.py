"""What the pages share on which a person looks after the own account."""

from __future__ import annotations

from collections.abc import Mapping

from access.sign_in import guessing, passwords
from access.sign_in.password_rules import UnfitPassword, require_fit
from api.texts import marked
from api.web.entering import Proof, prove
from api.web.posted import Posted
from api.web.visit import Visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import Busy

SENTENCES: Mapping[str, str] = {
    "short": marked("This password is too short: it needs at least 12 characters. A sentence is easy to remember."),
    "long": marked("This password is too long: it has at most 200 characters."),
    "unshowable": marked("This password holds characters that no keyboard types."),
    "common": marked(
        "This password is one of those that are tried first. Choose another, such as four unrelated words."
    ),
    "personal": marked("This password is little more than a name that others know. Choose another."),
}
"""Code of an unfit password -> message id."""
WRONG = marked("This is not your password.")
DIFFERENT = marked("The two are not the same. Type the new password again.")


def new_password_fault(here: Visit, person_id: str, sent: Posted) -> tuple[str, str]:
    """Return the hash of the new password of a form, and ``; or `` and the sentence that says why it does not fit.

    Raises Busy where too many passwords are worked out at once.
    """
    new = sent.secret("new")
    try:
        with here.site.house.database.read() as connection:
            owner = passwords.owner_of(connection, person_id)
        fit = require_fit(new, owner)
        if new != sent.secret("again"):
            return "", here.say(DIFFERENT)
        return passwords.hashed(fit), ""
    except UnfitPassword as unfit:
        return "", here.say(SENTENCES[unfit.code])
    except passwords.HashingBusy:
        raise Busy from None


def proven(here: Visit, secret: str) -> tuple[str, int]:
    """Compare the own password of whoever is signed in; return ``, or what is wrong, and the seconds to wait.

    It is counted like a sign-in, so that nobody tries passwords out on a desk that was left. Raises Busy.
    """
    proof: Proof = prove(here, here.who.person_id, secret)
    if proof.wait:
        return here.too_soon(proof.wait), proof.wait
    if proof.account is None or proof.counted is None:
        return here.say(WRONG), 0
    counted = proof.counted
    here.site.house.pipeline.run(HouseWork(lambda desk: guessing.succeeded(desk.connection, counted)), SYSTEM)
    return "", 0


def has_password(here: Visit) -> bool:
    """Say whether whoever is signed in has a password here."""
    with here.site.house.database.read() as connection:
        return passwords.kept_hash(connection, here.who.person_id) is not None
