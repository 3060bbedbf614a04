"""Strict configuration: YAML files become frozen models, or an error that names the line, the path and the fix."""

from __future__ import annotations

from mesh_etl.config.document import Document, dotted
from mesh_etl.config.env import AwsWorld, Env, LocalWorld
from mesh_etl.config.job import JobBase, job_model
from mesh_etl.config.mesh import Domain, Mesh
from mesh_etl.config.model import Model
from mesh_etl.config.partition import PartitionField
from mesh_etl.config.project import LoadedJob, LoadedView, Project, load
from mesh_etl.config.schema import json_schema
from mesh_etl.config.secret import SecretRef, plain_secrets
from mesh_etl.config.target import Target
from mesh_etl.config.threshold import Checks, MaxRejected
from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse, read

__all__ = [
    "AwsWorld",
    "Checks",
    "Document",
    "Domain",
    "Env",
    "JobBase",
    "LoadedJob",
    "LoadedView",
    "LocalWorld",
    "MaxRejected",
    "Mesh",
    "Model",
    "PartitionField",
    "Project",
    "SecretRef",
    "Target",
    "dotted",
    "job_model",
    "json_schema",
    "load",
    "parse",
    "plain_secrets",
    "read",
    "validate",
]
