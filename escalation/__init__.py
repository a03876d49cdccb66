"""Calendars and due times, who acts for a post, and the sweep that fires what is due."""
