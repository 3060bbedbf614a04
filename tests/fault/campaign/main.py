"""python tests/fault/campaign/main.py FOLDER STRIDE [SCENARIO...]: breaks each scenario at every STRIDE-th point.

Prints a line of JSON for each. It is a program of its own because it forks: one that has threads must not.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import PRODUCT, Shop  # noqa: E402
from scenarios import SCENARIOS, own_engine  # noqa: E402

from mesh_etl.crashtest import product  # noqa: E402
from mesh_etl.crashtest.campaign import campaign  # noqa: E402
from mesh_etl.crashtest.child import in_child  # noqa: E402


def prepared(name: str, root: Path) -> None:
    """The scenario's project is at `root`."""

    def prepare() -> None:
        shop = Shop(root, None)
        with own_engine(shop):
            SCENARIOS[name](shop)

    if in_child(prepare).exit:
        sys.exit(f"{name}: the project could not be prepared")


class Unmade:
    """Stands for a shop where a scenario is asked for its work alone: whatever is done to it does nothing."""

    def __getattr__(self, name: str) -> object:
        return lambda *args, **options: self


def main(folder: Path, stride: int, names: list[str]) -> None:
    for index, name in enumerate(names or SCENARIOS):
        begin = time.monotonic()
        root = folder / name / "shop"
        prepared(name, root)
        work = SCENARIOS[name](Unmade())
        trial = product.scenario(name, root, PRODUCT, "local", work)
        found = campaign(trial, folder / name, stride, index % stride)
        print(
            json.dumps(
                {
                    "scenario": name,
                    "points": found.points.total(),
                    "ways": dict(found.points),
                    "failures": [str(one) for one in found.failures],
                    "seconds": round(time.monotonic() - begin, 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
