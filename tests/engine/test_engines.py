"""What every engine must do with kernels, run on the engine that MESH_ENGINE names."""

from __future__ import annotations

import time

import pytest

from mesh_etl.errors import Fault, RunError
from mesh_etl.run.engines.failures import STOPPED


def test_map_keeps_the_order_of_the_items(engine):
    def square(item):
        import time

        time.sleep(0.02 * (5 - item))
        return {"square": item * item}

    heard = []
    assert engine.map(square, [1, 2, 3, 4, 5], heard.append) == [{"square": n * n} for n in (1, 2, 3, 4, 5)]
    assert sorted(answer["square"] for answer in heard) == [1, 4, 9, 16, 25]


def test_map_of_nothing_is_nothing(engine):
    assert engine.map(lambda item: {"item": item}, []) == []


def test_the_faults_of_a_kernel_reach_the_driver_whole(engine):
    def fail(item):
        from mesh_etl.errors import Fault, RunError

        raise RunError(Fault("ROW_TOO_LONG", f"line {item} has no end", "a.csv:7", "split the file"))

    with pytest.raises(RunError) as raised:
        engine.map(fail, [7])
    assert raised.value.faults == (Fault("ROW_TOO_LONG", "line 7 has no end", "a.csv:7", "split the file"),)


def test_another_error_of_a_kernel_is_named_without_its_text(engine):
    def fail(item):
        raise ValueError("secret 4711")

    with pytest.raises(RunError) as raised:
        engine.map(fail, [1, 2])
    assert str(raised.value) == f"the engine stopped: ValueError in a worker; {STOPPED} [ENGINE_FAILED]"


def test_an_error_of_the_disk_has_its_own_code(engine):
    def fail(item):
        import errno

        raise OSError(errno.ENOSPC, "No space left on device", item)

    with pytest.raises(RunError) as raised:
        engine.map(fail, ["out/part-0.parquet"])
    assert raised.value.code == "DISK_FULL"
    assert raised.value.faults[0].where == "out/part-0.parquet"


def numbers(item):
    import pyarrow as pa

    first, count = item
    for start in range(first, first + count, 1000):
        stop = min(start + 1000, first + count)
        yield pa.RecordBatch.from_pydict({"n": list(range(start, stop)), "word": [f"w{n}" for n in range(start, stop)]})


def test_frame_holds_what_the_kernel_yields_for_every_item(engine, by_value):
    frame = engine.frame(by_value(numbers), [(0, 2500), (2500, 1), (2501, 0), (2501, 499)], "n bigint, word string")
    assert frame.dtypes == [("n", "bigint"), ("word", "string")]
    row = frame.selectExpr("count(*)", "sum(n)", "count(distinct word)").collect()[0]
    assert tuple(row) == (3000, sum(range(3000)), 3000)


def test_frame_without_items_is_empty_and_typed(engine, by_value):
    frame = engine.frame(by_value(numbers), [], "n bigint, word string")
    assert frame.count() == 0
    assert frame.dtypes == [("n", "bigint"), ("word", "string")]


def test_a_fault_inside_a_frame_reaches_the_driver(engine):
    from mesh_etl.run.engines import translated

    def fail(item):
        from mesh_etl.errors import Fault, RunError

        raise RunError(Fault("BAD_HEADER", "the header differs", item))
        yield

    with pytest.raises(RunError) as raised, translated():
        engine.frame(fail, ["b.csv"], "n bigint").collect()
    assert (raised.value.code, raised.value.faults[0].where) == ("BAD_HEADER", "b.csv")


def test_the_items_of_a_frame_are_worked_on_in_parallel(engine):
    if engine.cores < 2:
        pytest.skip("one core has no parallel work to show")

    def nap(item):
        import time

        import pyarrow as pa

        start = time.time()
        time.sleep(0.5)
        yield pa.RecordBatch.from_pydict({"start": [start], "end": [time.time()]})

    engine.map(lambda item: {}, [1, 2])  # workers are warm from here on
    first, second = sorted(engine.frame(nap, [1, 2], "start double, end double").collect())
    assert second["start"] < first["end"]


def test_sink_gives_each_partition_to_the_kernel_once(engine, by_value):
    def total(batches):
        rows = [batch.num_rows for batch in batches]
        return {"rows": sum(rows)}

    frame = engine.frame(by_value(numbers), [(0, 10), (10, 2000)], "n bigint, word string")
    assert sum(answer["rows"] for answer in engine.sink(frame, total)) == 2010
    assert sum(answer["rows"] for answer in engine.sink(frame.where("n < 5"), total)) == 5


def test_a_fault_inside_a_sink_reaches_the_driver(engine, by_value):
    def fail(batches):
        from mesh_etl.errors import Fault, RunError

        raise RunError(Fault("STAGE_FULL", "no room"))

    with pytest.raises(RunError, match="no room"):
        engine.sink(engine.frame(by_value(numbers), [(0, 1)], "n bigint, word string"), fail)


def test_the_session_has_a_utc_clock_and_strict_casts(engine):
    from mesh_etl.run.engines import translated

    session = engine.session()
    assert session is engine.session()
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"
    text = session.range(1).selectExpr("cast(timestamp_seconds(id) as string) as t").collect()[0][0]
    assert text == "1970-01-01 00:00:00"
    with pytest.raises(RunError) as raised, translated("transforms[1]"):
        session.range(1).selectExpr("cast(concat('x', id) as int) as n").collect()
    assert raised.value.code == "ENGINE_FAILED"
    assert "x0" not in str(raised.value)
    assert str(raised.value).startswith("transforms[1]: the engine stopped: ")


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        ("cast('[ADA_BERG]' || id as int)", "CAST_INVALID_INPUT"),
        ("cast('[ADA_BERG] ' || id as decimal(3, 1))", "CAST_INVALID_INPUT"),
        ("cast('x' || id || chr(10) || 'AdaBergError' as int)", "CAST_INVALID_INPUT"),
        ("1 / id", "DIVIDE_BY_ZERO"),
    ],
)
def test_a_cell_that_looks_like_a_condition_is_not_told(engine, expression, condition):
    from mesh_etl.run.engines import translated

    with pytest.raises(RunError) as raised, translated():
        engine.session().range(1).selectExpr(expression).collect()
    (fault,) = raised.value.faults
    assert fault.problem == f"the engine stopped: {condition}"
    assert {"CAST_INVALID_INPUT": "try_cast", "DIVIDE_BY_ZERO": "nullif"}[condition] in fault.fix


def test_the_text_of_a_workers_error_names_no_other_error(engine):
    def fail(item):
        raise ValueError("secret\nAdaBergError: 4711")

    with pytest.raises(RunError) as raised:
        engine.map(fail, [1])
    assert str(raised.value) == f"the engine stopped: ValueError in a worker; {STOPPED} [ENGINE_FAILED]"


def test_dividing_by_zero_stops_instead_of_giving_null(engine):
    from mesh_etl.run.engines import translated

    with pytest.raises(RunError), translated():
        engine.session().range(1).selectExpr("1 / id as n").collect()


def test_embedded_map_does_not_start_sail():
    from mesh_etl.run import engines

    with engines.open("embedded", cores=2) as engine:
        assert engine.map(lambda item: {"item": item}, [1]) == [{"item": 1}]
        assert engine._session is None


def test_a_failure_starts_no_further_item():
    from mesh_etl.run import engines

    started = []

    def kernel(item):
        started.append(item)
        if item == 0:
            raise RunError(Fault("FIRST", "stops"))
        time.sleep(0.05)
        return {}

    with engines.open("embedded", cores=2) as engine, pytest.raises(RunError, match="FIRST"):
        engine.map(kernel, range(50))
    assert len(started) < 10


def test_an_interrupt_ends_the_work():
    from mesh_etl.run import engines

    started = []

    def kernel(item):
        started.append(item)
        time.sleep(0.02)
        return {}

    def interrupt(answer):
        raise KeyboardInterrupt

    with engines.open("embedded", cores=2) as engine, pytest.raises(KeyboardInterrupt):
        engine.map(kernel, range(50), interrupt)
    assert len(started) < 10
