"""Contracts from and to the formats of other tools. What the other side cannot say is always told, with its place."""
