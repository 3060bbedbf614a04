"""Which templates there are, and what each of them needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from mesh_etl.errors import ConfigError, Fault, did_you_mean


@dataclass(frozen=True)
class Value:
    """A value that the environments have to have: its name, and what it is on a laptop and in the AWS account.

    `says` is a remark for the line of the AWS account: what somebody has to make there.
    """

    name: str
    local: str
    aws: str
    says: str = ""


@dataclass(frozen=True)
class Template:
    """A product to begin with. `<domain>`, `<name>` and `<owner>` stand in its texts for what is chosen later.

    `made_of` is the template of a product beside it that it reads, called `<name>_orders`; `first` is what it needs
    before its first run.
    """

    name: str
    says: str
    product: str
    values: tuple[Value, ...] = ()
    made_of: str = ""
    first: tuple[str, ...] = ()

    @cached_property
    def _folder(self) -> Traversable:
        return files("mesh_etl.templates") / self.name.replace("-", "_")

    def texts(self, names: Mapping[str, str]) -> dict[str, str]:
        """contract.yaml and job.yaml by name, with `names` put in."""
        return {one.name: filled(one.read_text("utf-8"), names) for one in _listed(self._folder / "product")}

    def samples(self) -> dict[str, str]:
        """The files of its sample by name; nothing for a source that is no folder."""
        return {one.name: one.read_text("utf-8") for one in _listed(self._folder / "sample")}

    def wanted(self, names: Mapping[str, str]) -> tuple[Value, ...]:
        """The values that the environments have to have, with `names` put in."""
        return tuple(
            Value(*(filled(text, names) for text in (one.name, one.local, one.aws, one.says))) for one in self.values
        )


RAW = Value("raw", "raw", "s3://<mesh>-${account}-raw", "a bucket that you have: into it files come")
_TEMPLATES = (
    Template("csv-drop", "files that somebody drops into a folder", "shop.orders", (RAW,)),
    Template("stream", "small files that come all the time, in a job that does not end", "shop.visits", (RAW,)),
    Template("dms", "a copy of a database's table, from the files of AWS DMS", "shop.stock", (RAW,)),
    Template(
        "jdbc",
        "the newest rows of a database's table",
        "shop.invoices",
        (
            Value("<domain>_database", "jdbc:postgresql://localhost:5432/<domain>",
                  "jdbc:postgresql://db.example.org:5432/<domain>", "or jdbc:mariadb:// or jdbc:mysql://"),
            Value("<domain>_password", "env:DATABASE_PASSWORD", "secretsmanager:<domain>/reader",
                  "a secret that you make"),
        ),
        first=(
            "Before it runs, put the address of your database into configs/env/<env>.yaml, say table and "
            "columns in the two files, and:",
            "  pip install 'mesh_etl[postgresql]'      # of MariaDB and MySQL: 'mesh_etl[mysql]'",
            "  export DATABASE_PASSWORD=…",
        ),
    ),
    Template("derived", "a product that is made of another one", "shop.revenue", (RAW,), made_of="csv-drop"),
)  # fmt: skip
TEMPLATES = {one.name: one for one in _TEMPLATES}
FIRST = "csv-drop"  # the one to begin with, where nothing else is asked for


def template(name: str) -> Template:
    """The template of that name. Raises `ConfigError` UNKNOWN_TEMPLATE when there is none."""
    if name not in TEMPLATES:
        fix = did_you_mean(name, TEMPLATES)
        raise ConfigError(Fault("UNKNOWN_TEMPLATE", f"there is no template '{name}'", "--template", fix))
    return TEMPLATES[name]


def filled(text: str, names: Mapping[str, str]) -> str:
    """`text` with what stands for `<domain>` and the like put in."""
    for name, value in names.items():
        text = text.replace(f"<{name}>", value)
    return text


def _listed(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else []
