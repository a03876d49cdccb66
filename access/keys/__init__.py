"""Keys: what is personal is stored encrypted, and who has which key decides who can read it."""
