"""From what is known of a product to what it costs."""

from __future__ import annotations

import datetime

import pytest

from mesh_etl.config import Project
from mesh_etl.cost.estimate import Known, assumptions, estimated
from mesh_etl.cost.frequency import frequency
from mesh_etl.cost.history import GlueRun, Ran
from mesh_etl.cost.prices import PriceTable
from mesh_etl.cost.work import Reading, work
from mesh_etl.errors import PlanError

GB = 10**9
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema: [{{name: {name}, properties: [{{name: id, logicalType: integer}}]}}]
"""


@pytest.fixture
def job(tmp_path):
    """The job of a product with these settings under `deploy:` and this mode, in a mesh whose other jobs are given."""

    def build(deploy="{}", mode="replace", env="prod", **others):
        files = {
            "configs/mesh.yaml": 'name: m\nwarehouse: "${warehouse}"\ndomains: {shop: {owner: us}}\n',
            "configs/env/local.yaml": "world: {type: local}\nvalues: {warehouse: w}\n",
            "configs/env/prod.yaml": 'world: {type: aws, region: eu-west-3, account: "222222222222"}\n'
            "values: {warehouse: s3://shop}\n",
        }
        for name, settings in {"orders": deploy, **others}.items():
            files[f"configs/shop/{name}/contract.yaml"] = CONTRACT.format(name=name)
            files[f"configs/shop/{name}/job.yaml"] = (
                f"product: shop.{name}\nsource: {{type: csv, path: in}}\ntarget: {{mode: {mode}}}\ndeploy: {settings}\n"
            )
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return Project.open(tmp_path, env).job("shop.orders")

    return build


def ran(day, read=GB, written=GB // 5, replaced=0, grown=GB // 5, seconds=100.0):
    at = datetime.datetime(2026, 11, day, tzinfo=datetime.UTC)
    return Ran(at, "spark", seconds, read, written, replaced, grown)


def on_glue(day, seconds):
    begun = datetime.datetime(2026, 11, day, tzinfo=datetime.UTC) - datetime.timedelta(seconds=seconds - 10)
    return GlueRun(begun, begun + datetime.timedelta(seconds=seconds), seconds, "G.1X", 3)


def of(job, known=None, **more):
    return estimated(job, known or Known(), PriceTable.read(), **more)


def test_what_you_say_comes_before_what_is_found(job):
    known = Known({"source": 5 * GB}, (ran(1), ran(2)))
    assert of(job(), known, gb=7).reading.total == 7 * GB
    assert of(job(), known).reading.total == 5 * GB
    assert of(job(), Known({"source": 0}, known.runs)).reading.total == GB


def test_nothing_known_is_told(job):
    with pytest.raises(PlanError) as raised:
        of(job())
    assert (raised.value.code, raised.value.faults[0].fix) == (
        "COST_INPUT_UNKNOWN",
        "say it in gigabytes: mesh-etl cost shop.orders --gb 5",
    )


def test_a_month_follows_the_schedule(job):
    found = of(job("{start: {type: schedule, at: cron(0 6 * * ? *)}}"), gb=100)
    assert found.frequency.runs == pytest.approx(365 / 12)
    assert found.monthly == pytest.approx(found.configured.standard * 365 / 12)
    assert of(job("{execution: flex}"), gb=100).price == of(job(), gb=100).configured.flex
    assert of(job(), gb=100).monthly is None


def test_a_region_without_prices_is_told(job):
    found = of(job(), gb=1)
    assert (found.region, found.priced_as) == ("eu-west-3", "eu-west-1")
    assert any("prices of eu-west-3 are not known" in one for one in assumptions(found))
    assert of(job(env="local"), gb=1).region == "us-east-1"


def test_a_job_that_follows_others_runs_as_often_as_they_do(job):
    daily = "{start: {type: schedule, at: cron(0 6 * * ? *)}}"
    hourly = "{start: {type: schedule, at: rate(1 hour)}}"
    after = "{start: {type: after, products: [shop.a, shop.b], when: %s}}"
    assert frequency(job(after % "all", a=daily, b=hourly), ()).runs == pytest.approx(365 / 12)
    assert frequency(job(after % "any", a=daily, b=hourly), ()).runs == pytest.approx(365 / 12 + 730)
    assert frequency(job(after % "all", a=daily, b="{}"), ()).runs is None
    assert frequency(job("{start: {type: after, products: [shop.orders]}}"), ()).runs is None  # of itself


def test_a_job_without_a_schedule_runs_as_it_has_run(job):
    assert frequency(job(), [ran(1), ran(3), ran(5)]).runs == pytest.approx(365 / 24)
    assert frequency(job(), [ran(1)]).runs is None


def test_past_runs_come_before_benchmarks():
    reading = Reading({"csv": 10 * GB}, "glue", transforms=False)
    by_benchmark = work(reading, (), (), 2)
    by_ledger = work(reading, (), [ran(1)], 2)
    by_glue = work(reading, [on_glue(1, 630.0)], [ran(1)], 2)
    assert by_benchmark.core_seconds == pytest.approx(10_000 / 32.6 / 0.46)
    assert by_ledger.core_seconds == pytest.approx(2000)  # ten times the bytes of 100 s on two cores
    assert by_glue.core_seconds == pytest.approx(600 * 8 * 10)
    assert by_glue.high < by_ledger.high < by_benchmark.high


def test_runs_that_have_found_nothing_new_are_no_measure():
    reading = Reading({"csv": 10 * GB}, "glue", transforms=False)
    idle = [on_glue(day, 40.0) for day in range(2, 20)]
    assert work(reading, [on_glue(1, 630.0), *idle], [ran(1)], 2).core_seconds == pytest.approx(600 * 8 * 10)
    assert work(reading, idle, [ran(1)], 2).basis.startswith("a run in the ledger")
    assert work(reading, idle, (), 2).basis.startswith("benchmarks")
    alone = Reading({"csv": GB}, "embedded", transforms=False)  # on the first worker, whatever others there are
    assert work(alone, [on_glue(1, 610.0)], [ran(1)], 2).core_seconds == pytest.approx(600 * 4)


def test_small_runs_tell_nothing_of_speed():
    reading = Reading({"csv": 10 * GB}, "glue", transforms=False)
    assert work(reading, (), [ran(1, read=1000)], 2).basis.startswith("benchmarks")


def test_transforms_take_longer():
    plain, more = (work(Reading({"csv": GB}, "glue", one), (), (), 2).core_seconds for one in (False, True))
    assert more == 2 * plain


def test_a_table_that_is_replaced_keeps_what_it_was(job):
    daily = "{start: {type: schedule, at: cron(0 6 * * ? *)}}"
    runs = tuple(ran(day, replaced=0 if day == 1 else GB, written=GB, grown=GB if day == 1 else 0) for day in (1, 2, 3))
    held = of(job(daily), Known({"source": GB}, runs, table=GB)).storage
    assert held.kept == pytest.approx(14 * GB)  # a week of versions, and a week in which S3 can undo
    assert (held.table, held.grown) == (GB, 0)
    assert held.monthly == pytest.approx(15 * 0.023)


def test_a_table_that_is_added_to_grows(job):
    daily = "{start: {type: schedule, at: cron(0 6 * * ? *)}}"
    held = of(job(daily, mode="append"), Known({"source": GB}, (ran(1), ran(2)), table=GB)).storage
    assert held.grown == pytest.approx(GB // 5 * 365 / 12)
    assert held.kept == 0


def test_a_stream_costs_the_same_whatever_comes(job):
    found = of(job("{stream: {every: 1m}, worker_type: G.025X, execution: standard}", mode="append"))
    assert found.monthly == pytest.approx(0.5 * 0.44 * 730)
    assert found.best[0].worker.type == "G.025X"
