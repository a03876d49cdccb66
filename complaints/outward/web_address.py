"""Where a webhook may go: an address that is written plainly, encrypted, and not into the institution's own network."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 2000
NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that hold one of IPv4, which is what counts."""


@dataclass(frozen=True)
class WebAddress:
    """Where to post."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""

    @property
    def netloc(self) -> str:
        """The header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"


def parse_web_address(url: str) -> WebAddress:
    """Read `https://host/path`, or `http://` of this machine. Raises ValueError that says what is wrong."""
    if len(url) > LONGEST or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise ValueError("an address has no spaces and only ASCII, at most 2000 characters")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        # What no resolver takes: an empty part of a name, or one that is too long.
        (host or "").encode("idna")
    except ValueError:
        raise ValueError("its host or port cannot be read") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("it begins with https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds no user or password: who receives it knows by the signature that it is ours")
    if parts.fragment:
        raise ValueError("it has no #: what stands behind it is never sent")
    if parts.scheme == "http" and not names_this_machine(host):
        raise ValueError("it begins with https://: only on this machine itself is nothing to be encrypted")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], target)


def names_this_machine(host: str) -> bool:
    """Say whether a host is written as this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Say whether a host is written as an address that is none of the open internet; of a name nothing is known."""
    try:
        ip_address(host)
    except ValueError:
        return names_this_machine(host)
    return not may_go_to(host)


def may_go_to(address: str) -> bool:
    """Say whether an IP address lies in the open internet: not in a private net, not this machine, no multicast."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = _inner(found)
    inside = isinstance(found, IPv6Address) and found.is_site_local
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified or inside)


def allowed(host: str, private_hosts: Set[str], *, this_machine: bool) -> bool:
    """Say whether a host may have a private address: the installation names it, or it is this machine in the demo."""
    return host.lower() in private_hosts or (this_machine and names_this_machine(host))


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of IPv4 that one of IPv6 stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
