"""Forms of tasks and of intake: JSON Schema and UI schema, validation, accessible HTML."""
