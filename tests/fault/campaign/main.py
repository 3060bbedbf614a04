"""python tests/fault/campaign/main.py FOLDER STRIDE [SCENARIO...]: breaks each scenario at every STRIDE-th point.

A scenario with a `-` before its name is left out. Prints a line of JSON for each. It is a program of its own because
it forks: one that has threads must not.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import s3  # noqa: E402
from conftest import PRODUCT, Shop, ledger_of  # noqa: E402
from scenarios import SCENARIOS, own_engine  # noqa: E402

from mesh_etl.crashtest import product  # noqa: E402
from mesh_etl.crashtest.campaign import Scenario, campaign  # noqa: E402
from mesh_etl.crashtest.child import in_child  # noqa: E402
from mesh_etl.crashtest.copies import copied  # noqa: E402


def prepared(name: str, root: Path) -> None:
    """The scenario's project is at `root`."""
    shop = Shop(root, None)
    if in_s3(name):
        mesh = root / "configs/mesh.yaml"
        mesh.write_text(mesh.read_text().replace("warehouse: table", f"warehouse: s3://{s3.BUCKET}/{s3.prefix(root)}t"))
        shop.ledger = ledger_of(shop.job, PRODUCT)
    with own_engine(shop):
        SCENARIOS[name][0](shop)


def in_s3(name: str) -> bool:
    return name.startswith("s3_")


def trial(name: str) -> Scenario:
    """The scenario of this name, as a campaign runs it."""
    copy = s3.copy if in_s3(name) else copied
    return product.scenario(name, partial(prepared, name), PRODUCT, "local", SCENARIOS[name][1], copy)


def main(folder: Path, stride: int, names: list[str]) -> int:
    """The scenarios were broken; returns at how many points something did not hold."""
    left_out = {name.removeprefix("-") for name in names if name.startswith("-")}
    chosen = [name for name in names if not name.startswith("-")] or list(SCENARIOS)
    names, failures = [name for name in chosen if name not in left_out], 0
    with s3.server() if any(map(in_s3, names)) else nullcontext():
        if any(map(in_s3, names)):
            in_child(s3.bucket)
        for index, name in enumerate(names):
            begin = time.monotonic()
            found = campaign(trial(name), folder / name, stride, index % stride)
            shutil.rmtree(folder / name)
            told = {
                "scenario": name,
                "calls": found.calls,
                "points": found.points.total(),
                "ways": dict(found.points),
                "failures": [str(one) for one in found.failures],
                "seconds": round(time.monotonic() - begin, 1),
            }
            print(json.dumps(told), flush=True)
            failures += len(found.failures)
    return failures


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
