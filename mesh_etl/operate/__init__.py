"""The jobs of a unit as they run in its account: looked at, started, stopped, run again, and their logs read."""
