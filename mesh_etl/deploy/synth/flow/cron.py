"""When something starts by the clock, as Glue's triggers take it.

Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from __future__ import annotations

import re

from mesh_etl.errors import Fault

_FIELD = re.compile(r"[0-9A-Za-z*?,/#LW-]+")


def fault_of(schedule: str, where: str) -> Fault | None:
    """What is wrong with the schedule, or None.

    Glue knows cron with six fields, one of day of month and day of week being `?`, and no start every few minutes.
    """
    if schedule.startswith("rate("):
        fix = "write it as cron: rate(1 day) at three is cron(0 3 * * ? *)"
        return Fault("SCHEDULE_RATE", "a trigger of Glue knows no rate(…)", where, fix)
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    days = [fields[2] == "?", fields[4] == "?"] if len(fields) == 6 else []
    if sum(days) != 1 or not all(_FIELD.fullmatch(one) for one in fields):
        fix = "write minutes, hours, day of month, month, day of week, year, one day being '?': cron(0 6 * * ? *)"
        return Fault("SCHEDULE_FORMAT", f"'{schedule}' is no schedule of AWS", where, fix)
    step = re.fullmatch(r"(?:\*|[0-9]+)/([0-9]+)", fields[0])
    if fields[0] == "*" or (step and int(step[1]) < 5):
        fix = "start it every five minutes at most: cron(0/5 * * * ? *); or let it go on, with deploy.stream"
        return Fault("SCHEDULE_OFTEN", f"'{schedule}' starts more often than Glue does", where, fix)
    return None
