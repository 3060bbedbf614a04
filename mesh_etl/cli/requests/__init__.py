"""The commands about requests for access."""
