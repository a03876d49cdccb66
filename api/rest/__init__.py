"""The JSON API: routes that translate between HTTP and commands or queries."""
