"""The plan and what it gives: refunds, actions, remedies, promises, and what is late of them."""
