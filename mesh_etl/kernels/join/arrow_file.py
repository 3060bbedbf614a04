"""Arrow files of a run that are gone after it."""

from __future__ import annotations

from contextlib import ExitStack

import pyarrow as pa

from mesh_etl.storage import Scratch


class ArrowFile:
    """An Arrow file that is begun with its first batch."""

    def __init__(self, scratch: Scratch, suffix: str) -> None:
        self.path = scratch.path(suffix)
        self.batches = 0
        self._scratch = scratch
        self._open = ExitStack()
        self._writer: pa.ipc.RecordBatchFileWriter | None = None

    def write(self, batch: pa.RecordBatch) -> int:
        """The batch is in the file; returns its number."""
        if self._writer is None:
            local = self._open.enter_context(self._scratch.writing(self.path))
            self._writer = self._open.enter_context(pa.ipc.new_file(local, batch.schema))
        self._writer.write_batch(batch)
        self.batches += 1
        return self.batches - 1

    def close(self) -> str | None:
        """The path of the file, whole by now; None where no batch came."""
        self._open.close()
        return self.path if self._writer is not None else None


def written(scratch: Scratch, suffix: str, table: pa.Table) -> str | None:
    """The rows are in a file; returns its path, None for no rows."""
    file = ArrowFile(scratch, suffix)
    for batch in table.to_batches():
        if batch.num_rows:
            file.write(batch)
    return file.close()


def table_of(scratch: Scratch, path: str) -> pa.Table:
    """All rows of an Arrow file."""
    return pa.ipc.open_file(scratch.open(path)).read_all()
