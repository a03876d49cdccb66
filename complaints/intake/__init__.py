"""How a case begins, what it is about, and which others it belongs to."""
