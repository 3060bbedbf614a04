"""An Iceberg table whose catalogue stops answering: what is committed stays, whatever the run gets to hear."""

from __future__ import annotations

from importlib import import_module

import pytest
from botocore.exceptions import ReadTimeoutError

from mesh_etl.errors import Fault, PublishError
from mesh_etl.storage.s3_faults import coded
from mesh_etl.stores import s3
from mesh_etl.tables.iceberg.catalog import changing, reading
from mesh_etl.tables.iceberg.ledger import IcebergLedger, OutcomeUnknown
from mesh_etl.upkeep.verify import verify

STEPS = import_module("mesh_etl.tables.iceberg.commit")


def test_files_stay_when_the_catalogue_is_gone_right_after_the_commit(shop, monkeypatch):
    job = shop.root / "configs/shop/sales/job.yaml"
    job.write_text(job.read_text().replace("[month]}", "[month], format: iceberg}"))
    shop.deliver("a.csv", 1)
    publish, table, gone = STEPS.publish, IcebergLedger.table, []

    def asked(self):
        if gone:
            raise PublishError(Fault("CATALOG_UNREACHABLE", "the catalogue did not answer"), retryable=True)
        return table(self)

    monkeypatch.setattr(STEPS, "publish", lambda *args: (publish(*args), gone.append(True)))
    monkeypatch.setattr(IcebergLedger, "table", asked)
    with pytest.raises(PublishError) as caught:
        shop.run()
    assert caught.value.code == "COMMIT_UNKNOWN"
    gone.clear()
    monkeypatch.undo()
    assert shop.run().outcome in ("done before", "nothing new")
    assert shop.run().snapshot.rows == 12
    assert not verify(shop.job, shop.world()).damage


def test_a_timeout_is_an_error_of_ours(shop):
    timeout = ReadTimeoutError(endpoint_url="https://s3")
    assert coded(timeout, "s3://lake/t").code == "STORAGE_FAILED"
    with pytest.raises(PublishError) as caught, s3._explained("s3://lake/t", PublishError):
        raise timeout
    assert caught.value.retryable
    with pytest.raises(PublishError) as caught, reading("shop.sales"):
        raise timeout
    assert caught.value.code == "CATALOG_UNREACHABLE"
    with pytest.raises(OutcomeUnknown), changing("shop.sales"):
        raise timeout
