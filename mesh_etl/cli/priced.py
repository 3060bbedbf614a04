"""An estimate of cost as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import size

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.cost.compute import Choice
    from mesh_etl.cost.estimate import Estimate

_LABEL = 12
RUN = ("workers", "a run takes", "at worst", "DPU-hours", "standard", "flex", "standard a month", "flex a month")
SPARE = ("DPU-hours", "flex a month", "standard a month", "at worst", "a run takes")
STREAM = ("workers", "DPU-hours", "standard", "standard a month")  # of an hour


def show(page: Page, one: Estimate) -> None:
    """The estimate is on the page."""
    from mesh_etl.cost.estimate import assumptions

    stream = one.settings.stream is not None
    page.line(f"{one.product}  {line(one)}", style="bold")
    page.field("reads", "" if stream else f"{size(one.reading.total)} a run: {one.read_basis}", _LABEL)
    page.field("runs", _runs(one), _LABEL)
    page.field("table", _table(one), _LABEL)
    band = f"{one.work.low:g} to {one.work.high:g} times the work, by {one.work.basis}"
    page.field("watched", _watched(one), _LABEL)
    page.field("may be", "" if stream else band, _LABEL)
    page.line()
    _choices(page, one, STREAM if stream else RUN)
    page.line()
    for text in _advice(one):
        page.line(text)
    for text in assumptions(one):
        page.line(f"  {'' if text.startswith('prices') else 'assumed: '}{text}")
    unpriced = "" if one.watching else "CloudWatch, of which the table has no prices; "
    page.line(f"  not counted: {unpriced}requests to S3, KMS and the catalogue, what Glue itself tells, and retries")


def _choices(page: Page, one: Estimate, titles: tuple[str, ...]) -> None:
    month = one.frequency.runs
    shown = titles if month is not None else tuple(title for title in titles if not title.endswith("a month"))
    others = [("", other) for other in one.choices if not _same(other, one.configured)]
    facts = [_row(note, each, month) for note, each in [("now", one.configured), *others]]
    page.table(shown, [[row[title] for title in shown] for row in facts], right=shown[1:], tight=True, spare=SPARE)


def line(one: Estimate) -> str:
    """What it comes to, in one line: `about $0.12 a run, $3.60 a month (2 × G.1X, 1 min 12 s)`."""
    each = "an hour" if one.settings.stream else "a run"
    monthly = "" if one.monthly is None else f", {dollars(one.monthly)} a month"
    lasts = "" if one.settings.stream else f", {lasting(one.configured.seconds)}"
    kind = ", flex" if one.settings.execution == "flex" else ""
    return f"{about(one.price)} {each}{monthly} ({_workers(one.configured)}{lasts}{kind})"


def facts(one: Estimate) -> dict[str, Any]:
    """The estimate as plain JSON data; money is in US dollars, time in seconds."""
    from mesh_etl.cost.estimate import assumptions

    return {
        "product": one.product,
        "region": one.region,
        "priced_as": one.priced_as,
        "prices": {"source": one.source, "asked": one.asked, "file": one.prices_file or None},
        "reads": {"bytes": one.reading.total, "basis": one.read_basis},
        "work": {"core_seconds": round(one.work.core_seconds, 1), "basis": one.work.basis},
        "band": {"low": one.work.low, "high": one.work.high},
        "runs_a_month": {"runs": one.frequency.runs, "basis": one.frequency.basis},
        "run": one.price,
        "month": one.monthly,
        "configured": _choice(one.configured),
        "choices": [_choice(each) for each in one.choices],
        "best": {**_choice(one.best[0]), "execution": one.best[1]} if one.best else None,
        "storage": {
            "table_bytes": round(one.storage.table),
            "kept_bytes": round(one.storage.kept),
            "grows_bytes_a_month": round(one.storage.grown),
            "month": one.storage.monthly,
            "more_each_month": one.storage.more,
            "cold_class": one.storage.cold_class,
            "cold_month": one.storage.cold,
            "measured": one.storage.measured,
        },
        "watching": {
            "metrics": one.watching.of_metrics,
            "alarms": one.watching.of_alarms,
            "logs": one.watching.of_logs,
            "log_bytes": round(one.watching.log_bytes),
            "month": one.watching.monthly,
        }
        if one.watching
        else None,
        "assumptions": list(assumptions(one)),
    }


def dollars(amount: float) -> str:
    """Money as people read it: `$0.0049`, `$0.12`, `$3,600`."""
    if amount >= 100:
        return f"${amount:,.0f}"
    return f"${amount:.2f}" if amount >= 0.1 else f"${amount:.2g}" if amount >= 0.0001 else "less than $0.0001"


def about(amount: float) -> str:
    """Money that is guessed: `about $0.12`."""
    told = dollars(amount)
    return told if told.startswith("less") else f"about {told}"


def lasting(seconds: float) -> str:
    """A time that is guessed, so that seconds do not matter beyond minutes: `45 s`, `12 min`, `2 h 19 min`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _runs(one: Estimate) -> str:
    found = one.frequency
    if found.runs is None:
        return f"{found.basis}: say how many there are in a month with --runs"
    return f"{found.runs:,.0f} {'hours' if one.settings.stream else 'runs'} a month: {found.basis}"


def _table(one: Estimate) -> str:
    held = one.storage
    parts = [size(round(held.table)) + ("" if held.measured else " after the first run")]
    parts += [f"{size(round(held.kept))} of earlier versions"] if held.kept else []
    cold = f", {dollars(held.cold)} once its files are {held.cold_class}" if held.cold_class != "STANDARD" else ""
    grows = f"; each month adds {size(round(held.grown))}, {dollars(held.more)} a month" if held.grown else ""
    return f"{', '.join(parts)}: {dollars(held.monthly)} a month{cold}{grows}"


def _watched(one: Estimate) -> str:
    """What CloudWatch costs; nothing where it is not known how often it has something to do."""
    found = one.watching
    if found is None or one.frequency.runs is None:
        return ""
    parts = (
        f"{found.metrics} metrics {dollars(found.of_metrics)}",
        f"{found.alarms} alarms {dollars(found.of_alarms)}",
        f"{size(round(found.log_bytes))} of logs {dollars(found.of_logs)}",
    )
    return f"by CloudWatch, {dollars(found.monthly)} a month: {', '.join(parts)}"


def _advice(one: Estimate) -> list[str]:
    found, timeout = one.best, one.settings.timeout
    if found is None:
        return [f"No worker type ends in {timeout}, at worst: raise deploy.timeout, or read less in a run."]
    each, execution = found
    said = f"The cheapest that ends in {timeout}, at worst: {_workers(each)}, execution: {execution}"
    if one.settings.stream:
        return [f"The cheapest for a stream: {_workers(each)}."]
    late = "" if execution == "standard" else " (it starts when there is capacity to spare)"
    told = [f"{said}{late}."]
    if one.configured.at_worst > _timeout(one):
        told.append(f"As configured it may not end in {timeout}.")
    return told


def _timeout(one: Estimate) -> float:
    from mesh_etl.config.deployment.times import duration

    return duration(one.settings.timeout).total_seconds()


def _row(note: str, each: Choice, month: float | None) -> dict[str, str]:
    """What the columns say of a choice, by their titles."""
    often = month or 0.0
    return {
        "workers": _workers(each) + (f", {note}" if note else ""),
        "a run takes": lasting(each.seconds),
        "at worst": lasting(each.at_worst),
        "DPU-hours": f"{each.units:.3f}",
        "standard": dollars(each.standard),
        "flex": "" if each.flex is None else dollars(each.flex),
        "standard a month": dollars(each.standard * often),
        "flex a month": "" if each.flex is None else dollars(each.flex * often),
    }


def _same(one: Choice, other: Choice) -> bool:
    return (one.worker.type, one.workers) == (other.worker.type, other.workers)


def _workers(each: Choice) -> str:
    return f"{each.workers} × {each.worker.type}"


def _choice(each: Choice) -> dict[str, Any]:
    return {
        "worker_type": each.worker.type,
        "workers": each.workers,
        "seconds": round(each.seconds, 1),
        "at_worst": round(each.at_worst, 1),
        "dpu_hours": each.units,
        "standard": each.standard,
        "flex": each.flex,
    }
