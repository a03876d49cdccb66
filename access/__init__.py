"""People, teams, posts, credentials, and who may see and do what."""
