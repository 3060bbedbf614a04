"""Work that finds nothing to do still brings the catalogue to the ledger's head: who was there before may have died.

So to do again what was killed after its commit is enough, whatever it was.
"""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.expressions import Expression
from mesh_etl.quarantine.expire import expire as forget
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.delete import delete
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag

DAY = datetime.timedelta(days=1)
WORKS = {
    "run": lambda shop: shop.run(),
    "replay": lambda shop: replay(shop.job, shop.engine, shop.world(), Choice()),
    "delete": lambda shop: delete(shop.job, shop.engine, shop.world(), Expression.parse("id = 0")),
    "compact": lambda shop: compact(shop.job, shop.engine, shop.world()),
    "expire": lambda shop: expire(shop.job, shop.world(), DAY),
    "orphans": lambda shop: orphans(shop.job, shop.world(), DAY),
    "quarantine expire": lambda shop: forget(shop.job, shop.world()),
    "rollback": lambda shop: rollback(shop.job, shop.world(), "1"),
    "tag": lambda shop: tag(shop.job, shop.world(), "good", "1"),
}


@pytest.mark.parametrize("work", WORKS)
def test_the_catalogue_follows_even_where_there_is_nothing_to_do(shop, work):
    rows = shop.deliver("a.csv", months=("m01", "m02"))
    shop.run()
    if work == "tag":
        tag(shop.job, shop.world(), "good", "1")
    seqs = shop.ledger.seqs()
    place = {"DatabaseName": "shop", "TableName": "sales"}
    shop.world().client("glue").delete_partition(**place, PartitionValues=["m01"])
    WORKS[work](shop)
    assert shop.ledger.seqs() == seqs, "there was something to do"
    shop.assert_converged(rows)
