"""Readers of files that are lines of text."""
