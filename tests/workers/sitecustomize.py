"""Loaded by the Python workers of Spark in tests: a task does not read the directories of Spark's zip files again.

As `mesh_etl/run/engines/workers.py` does for our own tasks: half of the frames that cases state are made in tasks of
PySpark's own, and each of these would spend 0.16 CPU seconds on it.
"""

from zipimport import zipimporter

zipimporter.invalidate_caches = lambda self: None  # type: ignore[method-assign]
