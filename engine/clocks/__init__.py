"""The clocks of a case: a log for each, the due times that follow from it, and the words of timers that ask them."""
