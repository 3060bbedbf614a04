"""Data products as the Open Data Product Standard describes them: ports that tie products to contracts.

A product's file is `product.yaml` beside its job. It is optional; `generated.py` makes one from the job and contracts.
"""
