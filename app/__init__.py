"""The composition root: settings, container, worker, command line. Nothing imports it."""
