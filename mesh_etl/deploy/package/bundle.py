"""The files that a unit ships, and the job parameters that name them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.deploy.package.artifact import Artifact, Kind
from mesh_etl.deploy.package.configuration import compiled
from mesh_etl.deploy.package.environment import environment_of
from mesh_etl.deploy.package.extras import extras_of
from mesh_etl.deploy.package.glue_versions import started_on
from mesh_etl.deploy.package.library import scripts, wheel
from mesh_etl.deploy.package.lint import linted
from mesh_etl.deploy.package.lock import lock, wheels_of
from mesh_etl.deploy.package.made import MANIFEST, Made
from mesh_etl.deploy.package.manifest import manifest
from mesh_etl.deploy.package.modules import own_modules
from mesh_etl.deploy.package.wheels import wheels_zip
from mesh_etl.deploy.package.zipped import folders, zipped

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.errors import Fault

__all__ = ["Artifact", "Bundle", "bundled"]


@dataclass(frozen=True)
class Bundle:
    """All that a unit ships; `jobs` has the artifacts of each Glue job by its name, `warnings` what lint found."""

    bucket: str
    artifacts: tuple[Artifact, ...]
    jobs: Mapping[str, tuple[Artifact, ...]]
    warnings: tuple[Fault, ...] = ()

    def address(self, artifact: Artifact) -> str:
        """Where the artifact is for a job: `s3://<artifacts bucket>/mesh_etl/<sha256>/<name>`."""
        return f"s3://{self.bucket}/{artifact.key}"

    def of(self, job: GlueJob, kind: Kind) -> Artifact | None:
        """The artifact of that kind that the job uses, if it uses one."""
        return next((one for one in self.jobs[job.name] if one.kind == kind), None)

    def script(self, job: GlueJob) -> str:
        """The address of the script that the job starts with."""
        script = self.of(job, "script")
        assert script is not None, "every job has a script"
        return self.address(script)

    def arguments(self, job: GlueJob) -> dict[str, str]:
        """The parameters of the job that name what it is made of, all from the artifacts bucket.

        `--job` is its configuration; the others let Glue install the library, what that needs and the project's own
        modules. Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
        """
        found = {one.kind: self.address(one) for one in self.jobs[job.name]}
        files = [found[kind] for kind in ("library", "modules") if kind in found]
        arguments = {"--job": found["configuration"], "--extra-py-files": ",".join(files)}
        if "environment" in found:
            arguments["--python-virtual-env"] = found["environment"]
        if "wheels" in found:
            arguments["--additional-python-modules"] = found["wheels"]
            arguments["--python-modules-installer-option"] = "--no-index"
        return arguments


def folder_of(project: Project, estate: Estate, out: Path | None = None) -> Path:
    """Where the unit's files are made: a folder of its stack in `out`, by default `build` in the project."""
    return (out or project.root / "build") / estate.stack


def bundled(project: Project, estate: Estate, out: Path | None = None) -> Bundle:
    """Everything that the unit ships is on this machine, with a manifest beside it.

    What an earlier call has made and this one has not is removed. Raises `ConfigError` with the faults of its files and
    of how its jobs are deployed, `RunError` when a package cannot be had: LIBRARY_UNINSTALLED, PIP_MISSING,
    PACKAGE_UNREACHABLE.
    """
    warnings = linted(project, estate)
    folder = folder_of(project, estate, out)
    folder.mkdir(parents=True, exist_ok=True)
    made = Made(folder)
    library = made.of("library", *wheel())
    entries = scripts()
    jobs = {
        job.name: (*_configured(project, job, made), made.of("script", job.script, entries[job.script]), library)
        for job in estate.jobs
    }
    bundle = Bundle(estate.artifacts, tuple(made.artifacts.values()), jobs, warnings)
    made.clear()
    made.write(MANIFEST, manifest(project, estate, bundle).encode())
    return bundle


def _configured(project: Project, job: GlueJob, made: Made) -> list[Artifact]:
    """What the job works on, and the packages that it needs."""
    found = [made.of("configuration", f"{job.name}.json", compiled(project, job.products))]
    alone = job.settings.packages == "virtual_env"
    found += [_environment(project, job, made)] if alone else [_wheels(project, job, made)]
    modules = own_modules(project, job.products)
    if modules:
        data = zipped({**folders(modules), **modules})
        found.append(made.of("modules", f"modules-{hashlib.sha256(data).hexdigest()[:8]}.zip", data))
    return found


def _wheels(project: Project, job: GlueJob, made: Made) -> Artifact:
    version, extras = job.settings.glue_version, extras_of(project, job)
    name = "-".join(("glue", version, *extras)) + ".gluewheels.zip"
    if name not in made.artifacts:
        locks = [lock(one) for one in started_on(version)]
        made.of("wheels", name, wheels_zip(locks, [wheels_of(one.lacking, extras) for one in locks]))
    return made.artifacts[name]


def _environment(project: Project, job: GlueJob, made: Made) -> Artifact:
    found, extras = lock(job.settings.glue_version), extras_of(project, job)
    name = "-".join(("glue", found.glue, *extras)) + ".venv.tar.gz"
    if name not in made.artifacts:
        made.of("environment", name, environment_of(found, wheels_of(found.whole, extras)))
    return made.artifacts[name]
