"""Asking a service over HTTP, strictly: one page after the other, each complete, or an error with a code."""
