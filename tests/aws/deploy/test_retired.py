"""What no deploy needs any more is marked, and nothing that is still needed, whoever deploys at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mesh_etl.deploy.stacks import deployment, upload
from mesh_etl.deploy.stacks.deployment import Account, Told
from mesh_etl.deploy.stacks.retired import KEPT, RECORDS, remembered, retired, unused
from mesh_etl.deploy.stacks.wanted import Wanted
from mesh_etl.errors import RunError
from mesh_etl.testing.accounts import Accounts

from .conftest import BUCKET, Made, job, parcel
from .test_stacks import based, offered


class Shop:
    """A unit that is deployed again and again, each time with another library, as time goes by."""

    def __init__(self, account: Account, made: Made, told: Told, world: Accounts) -> None:
        self.account, self.made, self.told, self.world = account, made, told, world
        self.later = timedelta()

    def wanted(self, library: str) -> Wanted:
        package = parcel("library.whl", library.encode())
        visits = job("visits", DefaultArguments={"--extra-py-files": f"s3://{BUCKET}/{package.key}"})
        found = self.made(jobs={"Visits": visits})
        return Wanted(**{**vars(found), "files": (package,)})

    def deploy(self, library: str) -> Wanted:
        wanted = self.wanted(library)
        based(self.account, wanted, self.told)
        proposal = offered(self.account, wanted, self.told)
        if proposal is not None:
            remembered(self.account, wanted)
            deployment.done(self.account, proposal, self.told)
        return wanted

    def wait(self, days: float) -> None:
        self.world.forward(hours=24 * days)
        self.later += timedelta(days=days)

    def unused(self, wanted: Wanted) -> list[str]:
        """What would go, by name; the library by its content."""
        found = unused(self.account, wanted, datetime.now(UTC) + self.later)
        return sorted(self.told_as(one.key) for one in found)

    def told_as(self, key: str) -> str:
        name = key.rpartition("/")[2]
        if key.startswith(RECORDS):
            return "record"
        if name != "library.whl":
            return name
        return str(self.account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), "utf-8")

    def marked(self) -> list[str]:
        every = self.account.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
        tags = {one["Key"]: self.account.s3.get_object_tagging(Bucket=BUCKET, Key=one["Key"]) for one in every}
        wanted = [{"Key": "mesh_etl", "Value": "retired"}]
        return sorted(self.told_as(key) for key, found in tags.items() if found["TagSet"] == wanted)


@pytest.fixture
def shop(account: Account, made: Made, told: Told, world: Accounts) -> Shop:
    return Shop(account, made, told, world)


def test_what_runs_and_what_ran_before_stays_however_old_it_is(shop: Shop) -> None:
    for library in ("one", "two", "three"):
        now = shop.deploy(library)
    assert shop.unused(now) == []
    shop.wait(31)
    assert shop.unused(now) == ["jobs.json", "one", "record", "root.json", "root.json"]
    shop.wait(1000)
    assert shop.unused(now) == ["jobs.json", "one", "record", "root.json", "root.json"]


def test_what_was_in_use_until_lately_stays_for_runs_that_began_with_it(shop: Shop) -> None:
    shop.deploy("one")
    shop.wait(100)
    shop.deploy("two")
    shop.wait(1)
    now = shop.deploy("three")
    assert shop.unused(now) == ["root.json"]  # CloudFormation has what it needs of it
    shop.wait(28.9)
    assert "one" not in shop.unused(now)
    shop.wait(0.2)
    assert "one" in shop.unused(now)
    assert "two" not in shop.unused(now)


def test_deploys_that_failed_do_not_count_as_the_one_before(shop: Shop) -> None:
    shop.deploy("one")
    now = shop.deploy("two")
    for _ in range(3):
        remembered(shop.account, now)  # and then CloudFormation went back
    shop.wait(31)
    assert shop.unused(now) == ["record", "record", "record", "root.json"]


def test_what_is_marked_is_what_was_found_and_nothing_sent_since(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("one", "two", "three"):
        now = shop.deploy(library)
    shop.wait(31)
    found = unused(shop.account, now, datetime.now(UTC) + shop.later)
    retired(shop.account, now, [])
    assert shop.marked() == []
    shop.wait(1)
    monkeypatch.setattr(upload, "RENEWED", -timedelta(days=1000))  # to this machine the objects are of days to come
    offered(shop.account, shop.wanted("one"), shop.told)  # somebody goes back to it, and is about to execute it
    retired(shop.account, now, found)
    assert shop.marked() == ["record", "root.json"]
    retired(shop.account, now, found)
    assert shop.marked() == ["record", "root.json"]


def test_an_object_that_went_meanwhile_is_no_fault(shop: Shop) -> None:
    for library in ("one", "two", "three"):
        now = shop.deploy(library)
    shop.wait(31)
    found = unused(shop.account, now, datetime.now(UTC) + shop.later)
    gone = next(one.key for one in found if shop.told_as(one.key) == "one")
    shop.account.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": gone}]})
    retired(shop.account, now, found)
    assert "record" in shop.marked()


def test_without_a_template_that_is_needed_nothing_is_found(shop: Shop) -> None:
    now = shop.deploy("one")
    shop.account.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": now.nested[0].key}]})
    with pytest.raises(RunError, match="s3:GetObject"):
        unused(shop.account, now)


def test_before_the_first_deploy_nothing_is_found(shop: Shop) -> None:
    wanted = shop.wanted("one")
    assert unused(shop.account, wanted) == ()
    based(shop.account, wanted, shop.told)
    assert offered(shop.account, wanted, shop.told) is not None
    remembered(shop.account, wanted)  # a stack that is but proposed has nothing in use
    shop.wait(31)
    assert shop.unused(wanted) == []
    keys = [one["Key"] for one in shop.account.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert [one for one in keys if one.startswith(RECORDS)] == []


def test_what_is_sent_again_is_young_enough_for_any_deploy() -> None:
    assert timedelta(days=7) < upload.RENEWED <= KEPT / 2
