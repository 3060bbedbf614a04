"""What makes Python workers of a JVM engine cheap to call often."""

from __future__ import annotations

import sys
from zipimport import zipimporter


def forget_zips() -> None:
    """The next task in this worker does not read the directories of Spark's zip files again.

    PySpark calls `importlib.invalidate_caches` at the start of every task, and before Python 3.12 each zip file on the
    path answers by parsing its whole directory (gh-103200): 0.16 CPU seconds a task, more than most tasks take.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, zipimporter):
            del sys.path_importer_cache[path]
