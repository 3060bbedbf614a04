"""`mesh-etl cost`, and the line of it that `plan` shows."""

from __future__ import annotations

import datetime
import io
import json

import boto3
import pytest
from botocore.stub import Stubber

from mesh_etl.cli.entry import main
from mesh_etl.cli.priced import line
from mesh_etl.cli.terminal import Terminal
from mesh_etl.config import Project
from mesh_etl.cost import history
from mesh_etl.cost.history import glue_runs, published
from mesh_etl.cost.planned import planned_cost
from mesh_etl.plan import build
from mesh_etl.stores.s3 import client

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema: [{name: orders, properties: [{name: id, logicalType: integer}, {name: name, logicalType: string}]}]
"""
JOB = """\
product: shop.orders
source: {type: csv, path: in}
target: {mode: append}
deploy: {start: {type: schedule, at: cron(0 6 * * ? *)}, timeout: 30m}
"""
MESH = """\
name: m
warehouse: .mesh/warehouse
domains: {shop: {owner: us, deployment: {maintain: {at: cron(0 3 * * ? *)}, budget: {monthly: 20}}}}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    files = {
        "configs/mesh.yaml": MESH,
        "configs/env/local.yaml": "world: {type: local}\n",
        "configs/env/prod.yaml": 'world: {type: aws, region: eu-west-1, account: "222222222222"}\n',
        "configs/shop/orders/contract.yaml": CONTRACT,
        "configs/shop/orders/job.yaml": JOB,
        "in/a.csv": "id,name\n1,a\n2,b\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    client.cache_clear()  # others have had credentials, and a server of their own
    yield tmp_path
    client.cache_clear()


def test_a_product_costs_something_before_its_first_run(project, mesh):
    said = mesh("cost", "shop.orders")
    assert said.code == 0, said.err
    assert said.out.startswith("shop.orders  about $0.015 a run, $0.45 a month (2 × G.1X, 60 s)\n")
    assert "  reads       16 B a run: the files that a run would read now\n" in said.out
    assert "The cheapest that ends in 30m, at worst: 2 × G.1X, execution: flex" in said.out
    assert not (project / ".mesh/warehouse").exists()


def test_a_terminal_that_lacks_a_letter_is_written_to_all_the_same(project, monkeypatch):
    for words, said in (((), b"(2 ? G.1X, 60 s)"), (("--json",), b'"product": "shop.orders"')):
        written = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
        with pytest.raises(SystemExit) as ended:
            main(["cost", "shop.orders", *words])
        assert (ended.value.code, said in written.getvalue()) == (0, True)


def test_a_reader_that_goes_is_no_failure():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):  # which `main` takes for a good end, and what Rich makes of it would not be
        Terminal(file=Gone()).print("a line")


def test_what_you_say_is_priced(project, mesh):
    found = json.loads(mesh("cost", "shop.orders", "--gb", "500", "--runs", "4", "--json").out)
    assert found["reads"] == {"bytes": 500_000_000_000, "basis": "as you say"}
    assert found["month"] == pytest.approx(4 * found["run"])
    assert found["configured"]["at_worst"] > 1800 >= found["best"]["at_worst"]
    assert found["best"]["execution"] == "flex"
    assert found["prices"]["source"].startswith("https://aws.amazon.com/glue/pricing/")


def test_prices_of_your_own_count(project, mesh, tmp_path):
    from mesh_etl.cost.prices import PriceTable

    table = json.loads(PriceTable.read().model_dump_json())
    table["regions"] = {"us-east-1": table["regions"]["us-east-1"]}
    table["regions"]["us-east-1"]["dpu_hour"]["5"]["standard"] = 44.0
    (tmp_path / "mine.json").write_text(json.dumps(table))
    dear, usual = (
        json.loads(mesh("cost", "shop.orders", "--gb", "10", "--json", *words).out)
        for words in (["--prices", "mine.json"], [])
    )
    assert dear["run"] == pytest.approx(100 * usual["run"])
    assert (dear["prices"]["file"], usual["prices"]["file"]) == ("mine.json", None)


def test_prices_of_the_mesh_count_for_every_command(project, mesh):
    from mesh_etl.cost.prices import PriceTable

    table = json.loads(PriceTable.read().model_dump_json())
    contract = table["regions"]["eu-west-1"] | {"source": "our contract"}
    contract["dpu_hour"]["5"]["standard"] = 4.4
    (project / "configs/prices.json").write_text(json.dumps({**table, "regions": {"ap-south-1": contract}}))
    (project / "configs/mesh.yaml").write_text(MESH + "deployment: {prices: configs/prices.json}\n")
    said = mesh("cost", "shop.orders").out
    assert said.startswith("shop.orders  about $0.15 a run")
    assert "prices of us-east-1 are not known: those of ap-south-1 stand in for them" in said
    assert "prices: our contract, looked up on 2026-11-22 (" in said
    planned = planned_cost(build(Project.open(project, "prod").job("shop.orders")))
    assert planned is not None
    assert line(planned).startswith("about $0.15 a run")
    (project / "configs/prices.json").write_text("{}")
    assert "[PRICES_UNREADABLE]" in mesh("cost", "shop.orders").err


def test_past_runs_are_read_from_the_ledger(project, mesh, monkeypatch):
    assert mesh("run", "shop.orders").code == 0
    (project / "in/b.csv").write_text("id,name\n3,c\n")
    assert mesh("run", "shop.orders").code == 0
    assert mesh("compact", "shop.orders").code == 0
    first, second = published(build(Project.open(project).job("shop.orders")).ledger)
    assert (first.read, second.read) == (16, 12)
    assert first.grown == first.written > 0
    assert 0 <= second.seconds < 600
    with monkeypatch.context() as patch:
        patch.setattr(history, "LOOKED_AT", 2)  # what upkeep did, and the run before it
        assert published(build(Project.open(project).job("shop.orders")).ledger) == (second,)
    assert "what runs have read so far" in mesh("cost", "shop.orders").out


def test_without_credentials_it_goes_by_what_you_say(project, mesh):
    (project / "configs/mesh.yaml").write_text(MESH.replace(".mesh/warehouse", "s3://shop"))
    refused = mesh("cost", "shop.orders", "--env", "prod")
    assert refused.code == 4
    assert "mend that, or say how much a run reads: --gb 5 [COST_INPUT_UNKNOWN]" in refused.err
    said = mesh("cost", "shop.orders", "--env", "prod", "--gb", "1")
    assert said.code == 0
    assert "past runs and the table were not seen (ACCESS_DENIED); mesh-etl plan" in said.err


def test_a_domain_has_its_jobs_chores_and_budget(project, mesh):
    said = mesh("cost", "shop")
    assert said.out.startswith("shop  about $3.84 a month of $20.00 in its budget\n")  # most of it the dashboard
    prod = json.loads(mesh("cost", "shop", "--env", "prod", "--json").out)
    assert prod["chores"] == {"m-prod-shop--maintain": pytest.approx(2 / 60 * 0.44 * 365 / 12)}
    assert (prod["dashboards"], prod["products"][0]["watching"]["alarms"]) == (3.0, pytest.approx(0.2))
    assert prod["chores_watched"] == {"m-prod-shop--maintain": pytest.approx(0.11, 0.001)}  # an alarm, and some logs
    watched = sum(prod["chores_watched"].values()) + prod["products"][0]["watching"]["month"] + prod["dashboards"]
    assert prod["month"] == pytest.approx(
        prod["products"][0]["month"] + prod["products"][0]["storage"]["month"] + sum(prod["chores"].values()) + watched
    )
    assert mesh("cost", "shop", "--gb", "5").code == 2
    (project / "in/a.csv").unlink()
    said = mesh("cost", "shop")
    assert said.out.startswith("shop  about $3.00 a month of $20.00 in its budget, without 1 product of which")
    assert "say it in gigabytes: mesh-etl cost shop.orders --gb 5 [COST_INPUT_UNKNOWN]" in said.err
    assert "next: mesh-etl cost shop.orders" in said.out


def test_a_sum_says_whose_runs_are_not_in_it(project, mesh):
    assert json.loads(mesh("cost", "shop", "--json").out)["uncounted"] == []
    path = project / "configs/shop/orders/job.yaml"
    path.write_text(JOB.replace("{type: schedule, at: cron(0 6 * * ? *)}", "{type: files}"))
    said = mesh("cost", "shop").out.splitlines()[0]
    assert said.endswith("budget, without the runs of 1 product: nobody knows how many there are")
    assert json.loads(mesh("cost", "shop", "--json").out)["uncounted"] == ["shop.orders"]


def test_a_plan_has_one_line_of_it_on_aws_alone(project, mesh):
    """The warehouse of both environments is a folder, so that AWS need not be there."""
    assert "  cost " not in mesh("plan", "shop.orders").out
    assert json.loads(mesh("plan", "shop.orders", "--json").out)["cost"] is None
    found = planned_cost(build(Project.open(project, "prod").job("shop.orders")))
    assert found is not None
    assert (found.region, line(found)) == ("eu-west-1", "about $0.015 a run, $0.45 a month (2 × G.1X, 60 s)")


def test_runs_of_a_glue_job_that_succeeded_count():
    """The answer is held against the model of the service."""
    glue = boto3.client("glue", region_name="eu-west-1", aws_access_key_id="A", aws_secret_access_key="s")
    at = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    ended = {"StartedOn": at, "CompletedOn": at, "ExecutionTime": 100, "WorkerType": "G.1X", "NumberOfWorkers": 3}
    runs = [{**ended, "JobRunState": state} for state in ("SUCCEEDED", "FAILED", "RUNNING")]
    runs.append({**ended, "JobRunState": "SUCCEEDED", "NumberOfWorkers": 10, "DPUSeconds": 250.0})
    with Stubber(glue) as stub:
        stub.add_response("get_job_runs", {"JobRuns": runs}, {"JobName": "m-prod-shop--orders-run", "MaxResults": 20})
        found = glue_runs(glue, "m-prod-shop--orders-run")
    assert [(one.seconds, one.worker_type, one.workers) for one in found] == [(100.0, "G.1X", 3), (100.0, "G.1X", 2.5)]
