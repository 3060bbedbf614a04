"""Joining rows that come with the rows of a table, by their keys, in bounded memory and without a shuffle."""
