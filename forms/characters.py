"""Characters that no text of a form or an answer may hold, since pages, XML or the database refuse them."""

from __future__ import annotations

import re

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"

CONTROL = re.compile(f"[{_CONTROLS}{_NONCHARACTERS}]")
"""Control characters but tab, line feed and carriage return, and the noncharacters of Unicode (HTML, 13.2.3.5)."""

SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half of a surrogate pair: no character, and not to be encoded."""

UNUSABLE = re.compile(f"[{_CONTROLS}{_NONCHARACTERS}\ud800-\udfff]")
"""Either of the two."""

MAYBE_IN_JSON = re.compile(
    rb"\\u00|\\[bf]|\x7f|\xc2[\x80-\x9f]|\xef\xb7[\x90-\xaf]|\xef\xbf[\xbe\xbf]|[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]"
)
"""What compact JSON in UTF-8 holds where a text holds a CONTROL, or speaks of an escape: a reason to look closely."""
