"""Author a product in a notebook: look at each step, hold it against the contract, and write the job from it.

    from mesh_etl import notebook as mesh

    orders = mesh.open("sales.orders")                 # or mesh.draft("shop.visits", from_="data/visits.csv")
    orders.preview()                                   # rows, and what each step has changed
    paid = orders.filter(where="status = 'P'")         # any transform, with the keys of job.yaml
    paid.check()                                       # the contract's verdict on the first rows
    paid.write(replace=True)                           # job.yaml, with its comments
    paid.run()

Everything works in Jupyter and in Glue Studio, in the session that the notebook has (`session=spark`) or without one.
"""

from __future__ import annotations

from mesh_etl.errors import MeshError
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.opening import draft, open
from mesh_etl.notebook.product import Product

__all__ = ["Answer", "MeshError", "Product", "draft", "open"]
