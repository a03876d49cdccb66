"""The way in over HTTP: `rest/` for programs, `web/` for people."""
