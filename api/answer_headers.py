"""What every answer says about itself, as data: nobody's code, no frames, nothing kept on a shared computer.

The envelope puts these around whatever a route has answered (api/envelope.py); a route cannot forget or change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.web.asset_files import PREFIX, edition, split_address

PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # The drawing of a diagram brings a few signs of its own.
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content security policy of pages: no inline script, no inline style, nobody else's code, forms go nowhere else."""
NO_PAGE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""The same of what is no page: a browser that shows it all the same runs and loads nothing."""
UNUSED: Final = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get"),
    *("screen-wake-lock", "usb", "xr-spatial-tracking"),
)
"""What a browser can do for pages, and no page of ours asks for."""
EVERY: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
}
PERSONAL: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Authorization, Cookie",
}
"""Every answer is for one reader in one language, and nobody in between keeps it."""

# Not `no-referrer` on pages: a browser then hides the origin of our own forms, by which the guard knows an old browser.
PAGE: Final[Mapping[str, str]] = {
    **EVERY, **PERSONAL, "Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "same-origin",
}  # fmt: skip
DATA: Final[Mapping[str, str]] = {
    **EVERY, **PERSONAL, "Content-Security-Policy": NO_PAGE_POLICY, "Referrer-Policy": "no-referrer",
}  # fmt: skip
ASSET: Final[Mapping[str, str]] = {
    **EVERY,
    "Content-Security-Policy": NO_PAGE_POLICY,
    "Referrer-Policy": "no-referrer",
    # Asked about before it is used again: this address may lead to another file tomorrow.
    "Cache-Control": "no-cache",
}
LASTING_ASSET: Final[Mapping[str, str]] = {**ASSET, "Cache-Control": "public, max-age=31536000, immutable"}
"""Of the edition that its address names: it never changes."""
HTTPS_ONLY: Final[Mapping[str, str]] = {"Strict-Transport-Security": "max-age=31536000"}
"""Where cookies go over HTTPS alone, everything does. Not for the names below: they are the institution's."""


def headers_for(path: str, status: int, content_type: str) -> Mapping[str, str]:
    """Return the headers of an answer by its address, its status and what it holds; HTTPS is not looked at."""
    if content_type.partition(";")[0].strip().lower() == "text/html":
        return PAGE
    if path.startswith(PREFIX) and status in (200, 206, 304):
        named, _ = split_address(path.removeprefix(PREFIX))
        return LASTING_ASSET if named == edition() else ASSET
    return DATA
