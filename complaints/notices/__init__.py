"""What is told: the words of a process, checked, filled in and delivered."""
