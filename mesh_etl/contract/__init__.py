"""Data contracts: what a product promises, read from the Open Data Contract Standard.

`load.py` reads one, `lint.py` finds its faults, `types.py` has the column types, which kernels in workers import alone.
"""
