"""How the interpreter is set up for a process that answers people (docs/adr/0018).

Its collector looks through everything it knows again and again, and what a server knows after its start - libraries,
processes, routes - never becomes garbage: each look costs a tenth of a second, during which nobody is answered.
"""

from __future__ import annotations

import gc
import sys

YOUNG = 20_000
"""Objects more than before that make the collector look; a request makes a few thousand and leaves nearly none."""
SWITCH_SECONDS = 0.001
"""How long one thread may keep another waiting: a sweep must not hold up a person five times in one request."""


def ready_to_serve() -> None:
    """Leave what is there now to itself, look rarely at the rest, and take turns quickly. Repeating is safe."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
    sys.setswitchinterval(SWITCH_SECONDS)
