"""The commands that operate the jobs of a unit in its account."""
