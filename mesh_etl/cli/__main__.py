"""`python -m mesh_etl.cli` is `mesh-etl`."""

from __future__ import annotations

from mesh_etl.cli.entry import main

if __name__ == "__main__":
    main()
