"""A command starts without the others."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, typer
from mesh_etl.cli.app import HOMES, app
for words in (["tag", "--help"], ["--version"]):
    typer.main.get_command(app)(words, standalone_mode=False)
homes = {name: "mesh_etl.cli." + home.partition(":")[0] for name, home in HOMES.items()}
print("loaded:", *(name for name, home in homes.items() if home in sys.modules))
print("parts:", *sorted({name.split(".")[1] for name in sys.modules if name.startswith("mesh_etl.")}))
"""


def test_it_alone_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "Name a version of a table" in done.stdout
    assert done.stdout.splitlines()[-2:] == ["loaded: tag", "parts: cli errors version visible"]
