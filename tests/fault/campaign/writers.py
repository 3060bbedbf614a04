"""python tests/fault/campaign/writers.py FOLDER ROUNDS MODE FORMAT: two processes write to the same table at once.

In each round each of them delivers a file and runs the job, which reads whatever no commit has read; a run that is
worth a retry is run again. At the end every row is there once. Prints a line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import PRODUCT, Shop  # noqa: E402

from mesh_etl import pipeline, worlds  # noqa: E402, F401
from mesh_etl.config import load  # noqa: E402
from mesh_etl.crashtest import product  # noqa: E402
from mesh_etl.crashtest.child import in_child, in_children  # noqa: E402
from mesh_etl.crashtest.state import faults_of, state_of  # noqa: E402
from mesh_etl.errors import MeshError  # noqa: E402
from mesh_etl.kernels.write import spill  # noqa: E402, F401
from mesh_etl.run import execution  # noqa: E402, F401

MODES = {"append": "append", "merge": "{type: merge, keys: [id], order_by: [amount]}"}
MONTHS, KEYS, TRIES = ("m01", "m02", "m03"), 6, 50


def row(mode: str, writer: int, number: int, index: int) -> tuple[int, str, int]:
    """A row of a delivery: a new one where rows are added, one that both writers bring where they are merged."""
    fresh = 2 * number + writer
    id_ = fresh * KEYS + index if mode == "append" else index
    return id_, MONTHS[index % len(MONTHS)], fresh


def writing(root: Path, writer: int, rounds: int, mode: str) -> dict[str, int]:
    """The rounds of one of the two; returns how its runs ended."""
    ended: Counter[str] = Counter()
    for number in range(rounds):
        lines = [",".join(map(str, row(mode, writer, number, index))) for index in range(KEYS)]
        temporary = root / "in" / f".{writer}"
        temporary.write_text("\n".join(["id,month,amount", *lines, ""]))
        temporary.rename(root / "in" / f"{number:04}-{writer}.csv")
        for _ in range(TRIES):
            job = load(PRODUCT, root)
            try:
                product.run(job, worlds.open(job.project.env, job.project.root))
            except MeshError as error:
                ended[error.code] += 1
                if not getattr(error, "retryable", False):
                    raise
            else:
                ended["ok"] += 1
                break
        else:
            raise AssertionError(f"{TRIES} runs were lost one after the other")
    return dict(ended)


def main(folder: Path, rounds: int, mode: str, file_format: str) -> None:
    root, begin = folder / "shop", time.monotonic()

    def prepare() -> None:
        shop = Shop(root, None)
        shop.use(MODES[mode])
        job = root / "configs/shop/sales/job.yaml"
        job.write_text(job.read_text().replace("partition_by", f"format: {file_format}, partition_by"))

    assert not in_child(prepare).exit
    ended = in_children([lambda writer=writer: writing(root, writer, rounds, mode) for writer in range(2)])
    looked = in_child(lambda: looked_at(root))
    rows = KEYS * rounds * 2 if mode == "append" else KEYS
    told = {"mode": mode, "format": file_format, "rounds": rounds, "ended": [one.answer for one in ended]}
    print(json.dumps({**told, **looked.answer, "seconds": round(time.monotonic() - begin, 1)}), flush=True)
    sys.exit(int(any(one.exit for one in ended) or looked.answer["rows"] != rows or bool(looked.answer["wrong"])))


def looked_at(root: Path) -> dict[str, object]:
    """The rows of the table, and what does not hold."""
    job = load(PRODUCT, root)
    wrong = faults_of(job, worlds.open(job.project.env, job.project.root))
    return {"rows": state_of(job)["rows"], "wrong": wrong}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
