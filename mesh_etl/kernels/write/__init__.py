"""From typed rows to files: check, sort into partitions, spill, encode."""
