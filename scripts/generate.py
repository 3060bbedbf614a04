"""Generate the demo's input: TPC-H as CSV in <raw>/clean, and its spoiled copy in <raw> (see spoil.py).

    python scripts/generate.py .mesh/raw --scale 0.1

Does nothing when <raw>/generated.json says that the same data is there already. Scale 1 is 6 million line items.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sysconfig
from pathlib import Path

from spoil import spoil

TABLES = ("customer", "nation", "region", "orders", "lineitem")


def generate(raw: Path, scale: float, seed: int) -> bool:
    """The data of that scale and seed is in `raw`; False when it was there before."""
    marker, wanted = raw / "generated.json", {"scale": scale, "seed": seed}
    if marker.exists() and json.loads(marker.read_text()) == wanted:
        return False
    marker.unlink(missing_ok=True)
    shutil.rmtree(raw / "order_status", ignore_errors=True)  # deliver.py makes it of the orders
    tpch(raw / "clean", scale, TABLES)
    spoil(raw, seed)
    marker.write_text(json.dumps(wanted) + "\n")
    return True


def tpch(folder: Path, scale: float, tables: tuple[str, ...]) -> None:
    """`folder` holds <table>.csv with a header for each of `tables`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(sysconfig.get_path("scripts")) / "tpchgen-cli"  # beside this Python, whatever PATH says
    options = ["--scale-factor", f"{scale:g}", "--tables", ",".join(tables), "--output-dir", str(folder)]
    subprocess.run([program, "csv", *options, "--overwrite", "--quiet"], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Generate TPC-H as CSV, and a spoiled copy of it.")
    parser.add_argument("raw", type=Path)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    fresh = generate(arguments.raw, arguments.scale, arguments.seed)
    state = "generated" if fresh else "there already"
    print(f"TPC-H at scale {arguments.scale:g}: {state}, in {arguments.raw}")
