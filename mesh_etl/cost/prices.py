"""The prices of AWS, by region: a table that is data, with what it was copied from and the day."""

from __future__ import annotations

import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr, ValidationError

from mesh_etl.config.model import Model
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project

Amount = Annotated[float, Field(gt=0)]
Generation = Literal["5", "6"]  # Glue 6 costs less than the versions before it
NEAREST = "us-east-1"  # for a region of a part of the world of which no prices are known


class Rate(Model):
    """What an hour of a DPU costs by execution class; no `flex` where its price is not known."""

    standard: Amount
    flex: Amount | None = None


class CloudWatch(Model):
    """What CloudWatch costs: a metric, an alarm and a dashboard for a month, a GB of logs to take in and to keep."""

    metric_month: Amount
    alarm_month: Amount
    dashboard_month: Amount
    logs_gb: Amount
    logs_gb_month: Amount


class Prices(Model):
    """The prices of one region; no `cloudwatch` where its prices are not known. A GB is a thousand million bytes."""

    source: str
    dpu_hour: dict[Generation, Rate]
    m_dpu_hour: dict[Generation, Rate]
    storage_gb_month: dict[Literal["STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"], Amount]
    cloudwatch: CloudWatch | None = None


class PriceTable(Model):
    """The prices of all regions that are known; `asked` is the day on which they were copied."""

    currency: Literal["USD"]
    asked: datetime.date
    regions: Annotated[dict[str, Prices], Field(min_length=1)]
    _file: str = PrivateAttr(default="")

    @property
    def file(self) -> str:
        """The file that it stands in; empty for the one that comes with the library."""
        return self._file

    @classmethod
    def of_project(cls, project: Project, path: Path | None = None) -> PriceTable:
        """The table in the file, else in the one that `deployment.prices` of the mesh names, else the library's.

        Raises `ConfigError` as `read` does.
        """
        stated = project.mesh.deployment.prices
        return cls.read(path or (project.root / stated if stated else None))

    @classmethod
    def read(cls, path: Path | None = None) -> PriceTable:
        """The table in the file, or the one that comes with the library.

        Raises `ConfigError` PRICES_UNREADABLE with the first thing that is wrong with the file.
        """
        where = "" if path is None else path.as_posix()
        try:
            text = (path or files("mesh_etl.cost") / "prices.json").read_text("utf-8")
            table = cls.model_validate_json(text)
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is no text"
            fix = "check the path: --prices, or deployment.prices in configs/mesh.yaml"
            raise ConfigError(Fault("PRICES_UNREADABLE", problem, where, fix)) from error
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "the file"
            fix = "write it as docs/cost.md shows"
            raise ConfigError(Fault("PRICES_UNREADABLE", f"{place}: {first['msg']}", where, fix)) from error
        table._file = where
        return table

    def of(self, region: str) -> tuple[str, Prices]:
        """The prices of the region, or of the nearest one that has any, by the beginning of its name; and of which."""
        if region in self.regions:
            return region, self.regions[region]
        part = region.partition("-")[0]
        near = next((one for one in self.regions if one.partition("-")[0] == part), None)
        found = near or (NEAREST if NEAREST in self.regions else next(iter(self.regions)))
        return found, self.regions[found]


def generation(glue_version: str) -> Generation:
    """Which price a version of Glue has; one that AWS may raise by itself has that of the lower version."""
    return "6" if glue_version == "6.0" else "5"
