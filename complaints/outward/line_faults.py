"""What went wrong on a line to somebody else, in words that say where to look. None of them repeats what was sent."""

from __future__ import annotations

import http.client
import smtplib
import socket
import ssl
from collections.abc import Sequence
from errno import EHOSTUNREACH, ENETUNREACH
from typing import Final

_WORDS: Final[Sequence[tuple[type[Exception], str]]] = (
    # The narrower kinds stand before those that they are of.
    (socket.gaierror, "its name has no address"),
    (TimeoutError, "nothing came in time"),
    (ConnectionRefusedError, "nobody listens at that port"),
    (ssl.SSLZeroReturnError, "the other side closed the line"),
    (ssl.SSLEOFError, "the line ended in the midst"),
    (smtplib.SMTPServerDisconnected, "the line ended in the midst, or took too long"),
    (smtplib.SMTPNotSupportedError, "it does not offer what is asked for: encryption, or signing in"),
    (http.client.RemoteDisconnected, "the line ended before an answer came"),
    (ConnectionError, "the line ended in the midst"),
    (http.client.HTTPException, "what answers there does not speak HTTP"),
)
_NO_WAY: Final = frozenset({EHOSTUNREACH, ENETUNREACH})


def line_fault(error: Exception) -> str:
    """Return what is wrong, in a few words, by the kind of the error; of a certificate also why it is not trusted."""
    if isinstance(error, ssl.SSLCertVerificationError):
        # What follows the comma names the host, which is the setting of somebody.
        return f"its certificate is not trusted: {error.verify_message.partition(',')[0]}"
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    if words is None and isinstance(error, ssl.SSLError):
        return f"the line cannot be encrypted: {error.reason}"
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return "no way leads there from this machine"
    return words or type(error).__name__
