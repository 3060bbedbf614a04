"""Arrow kernels: pure functions from bytes and files to record batches, files and counts.

They know no engine. An engine's workers call them, and so do unit tests.
"""
