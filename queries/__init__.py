"""The read side: inbox, case file, timeline, search, boards, always through the wall of visibility."""
