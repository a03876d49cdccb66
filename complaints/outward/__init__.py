"""What leaves the house: mail and webhooks, by one protocol, from the outbox, outside of every transaction."""
