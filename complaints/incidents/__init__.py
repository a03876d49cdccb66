"""What an operator does about failures on record: try again, dismiss, repair; never a look into the complaint."""
