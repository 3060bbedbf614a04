"""The formats that a contract can be drafted from, one file for each."""
