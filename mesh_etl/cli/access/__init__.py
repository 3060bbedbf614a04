"""The commands about who can see what."""
