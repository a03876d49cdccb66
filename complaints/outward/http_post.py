"""One POST to a place of somebody else's choosing: looked up once, checked, and over in bounded time.

What was looked up and checked is what is connected to: a name that answers otherwise a moment later gains nothing. No
redirect is followed, no proxy of the environment asked, and of the answer only its first line counts.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from threading import Timer

from complaints.outward.channel import Final, Temporary, Unreachable
from complaints.outward.connecting import connected
from complaints.outward.line_faults import line_fault
from complaints.outward.lookup import Resolve, SlowLookup
from complaints.outward.web_address import WebAddress, may_go_to

TIMEOUT = 10.0
"""Seconds for each wait: connecting, and each piece of the answer."""
WHOLE = 15.0
"""Seconds for everything after the connection."""
READ = 1024
"""Bytes of the answer's body that are read; what follows is not waited for."""
GONE = 410
BUSY = frozenset({429, 502, 503, 504})
"""Answers that say that the other side as a whole cannot take anything now."""


def post(
    address: WebAddress,
    content: bytes,
    headers: Mapping[str, str],
    *,
    private: bool,
    resolve: Resolve,
    tls: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
    whole: float = WHOLE,
) -> None:
    """Post, and return once the other side has said that it has taken it (2xx).

    `private` says whether it may go to an address that is not of the open internet. Raises Unreachable, Temporary, and
    Final where the other side says that it is gone for good.
    """
    try:
        line = _connected(address, private=private, resolve=resolve, timeout=timeout)
        if address.scheme == "https":
            line = _to_be_encrypted(line, address.host, tls)
    except SlowLookup:
        raise Unreachable("nobody said in time where the receiver is: its name could not be looked up") from None
    except OSError as error:
        raise Unreachable(f"the receiver cannot be reached: {line_fault(error)}") from None
    clock = Timer(whole, _broken_off, [line])
    clock.daemon = True
    clock.start()
    try:
        _encrypt(line)
        status = _answered(line, address, content, headers, timeout)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"the receiver did not answer: {line_fault(error)}") from None
    finally:
        clock.cancel()
        line.close()
    if 200 <= status < 300:
        return
    if status == GONE:
        raise Final(f"the receiver answered {status}")
    if 300 <= status < 400:
        raise Temporary(f"the receiver answered {status}: no redirect is followed, name the address that it leads to")
    raise (
        Unreachable(f"the receiver answered {status}")
        if status in BUSY
        else Temporary(f"the receiver answered {status}")
    )


def _connected(address: WebAddress, *, private: bool, resolve: Resolve, timeout: float) -> socket.socket:
    found = resolve(address.host, address.port)
    if not private and not all(may_go_to(each) for each in found):
        raise Unreachable("the receiver has a private address; REDRESS_WEBHOOK_PRIVATE_HOSTS names those that may")
    return connected(found, address.port, timeout=timeout)


def _to_be_encrypted(line: socket.socket, host: str, tls: ssl.SSLContext | None) -> socket.socket:
    context = tls or ssl.create_default_context()
    try:
        # Nothing is said yet: that takes time, and is broken off as a whole.
        return context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        line.close()
        raise


def _encrypt(line: socket.socket) -> None:
    if not isinstance(line, ssl.SSLSocket):
        return
    try:
        line.do_handshake()
    except OSError as error:
        raise Unreachable(f"the receiver cannot be reached: {line_fault(error)}") from None


def _answered(
    line: socket.socket, address: WebAddress, content: bytes, headers: Mapping[str, str], timeout: float
) -> int:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
    connection.sock = line
    try:
        connection.request(
            "POST", address.target, body=content, headers={"Host": address.netloc, **headers, "Connection": "close"}
        )
        answer = connection.getresponse()
        try:
            # So that who writes an answer is not cut off in it; whether it ends well does not matter.
            with suppress(OSError, http.client.HTTPException):
                answer.read(READ)
            return answer.status
        finally:
            answer.close()
    finally:
        connection.close()


def _broken_off(line: socket.socket) -> None:
    # That of an encrypted line takes its encryption away first: what is being written then would go out in the open.
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
