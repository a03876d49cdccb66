"""The files of a process: taken from a folder or a zip, examined whole, and made into the process that runs."""
