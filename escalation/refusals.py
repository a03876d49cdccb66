"""What this floor refuses: a file that cannot be used, a calendar that never opens, a post that nobody defined."""

from __future__ import annotations

from engine.errors import NotPublishable, Unfit, Unsafe


class ConfigProblem(NotPublishable):
    """A file of the process owner cannot be used as it stands; nothing was taken from it."""

    code = "config-problem"

    def __init__(self, *, file: str, key: str, reason: str) -> None:
        self.file = file
        """Path below the folder that was read, for instance `main/2026.toml`."""
        self.key = key
        """Where in the file: `channels.phone.staffed.mon-fri#1` (the first entry); empty for the whole file."""
        self.reason = reason
        """One sentence that says what is wrong and what would be right."""
        super().__init__(f"{file}: {key}: {reason}" if key else f"{file}: {reason}", file=file, key=key, reason=reason)


class NoStaffedTime(Unsafe):
    """Nobody is there at any time this calendar knows, so no due time can be promised."""

    code = "no-staffed-time"


class TooFar(Unfit):
    """The instant or the budget lies beyond what a calendar can count."""

    code = "too-far"


class UnknownPost(Unfit):
    """posts.toml defines no such post or team."""

    code = "unknown-post"
