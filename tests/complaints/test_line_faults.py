"""What went wrong on a line is said in words, and never by what was sent."""

from __future__ import annotations

import errno
import http.client
import smtplib
import socket
import ssl

import pytest

from complaints.outward.line_faults import line_fault


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "its name has no address"),
        (TimeoutError("timed out"), "nothing came in time"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "nobody listens at that port"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "the line ended in the midst"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no way leads there from this machine"),
        (ssl.SSLEOFError(8, "EOF occurred"), "the line ended in the midst"),
        (http.client.RemoteDisconnected("closed"), "the line ended before an answer came"),
        (http.client.BadStatusLine("gil@x.example"), "what answers there does not speak HTTP"),
        (smtplib.SMTPServerDisconnected("gil@x.example"), "the line ended in the midst, or took too long"),
        (OSError(errno.EIO, "gil@x.example"), "OSError"),
    ],
)
def test_a_fault_is_told_in_words(error: Exception, words: str) -> None:
    assert line_fault(error) == words


def test_a_line_that_is_not_encrypted_says_how_it_failed() -> None:
    # What a server that speaks in the open answers to the first word of an encrypted line.
    with socket.create_server(("127.0.0.1", 0)) as open_server:
        line = socket.create_connection(open_server.getsockname())
        other, _ = open_server.accept()
        with other, line:
            other.sendall(b"220 mail.example\r\n")
            with pytest.raises(ssl.SSLError) as failed:
                ssl.create_default_context().wrap_socket(line, server_hostname="mail.example")
    assert line_fault(failed.value) in (
        "the line cannot be encrypted: WRONG_VERSION_NUMBER", "the line cannot be encrypted: RECORD_LAYER_FAILURE",
    )  # fmt: skip
