# syntax=docker/dockerfile:1
# Python 3.11, Java 17 and the pinned environments; each step is one of scripts/image. docs/docker.md says how to use it.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS base
ARG MESH_UID=1000
WORKDIR /opt/mesh_etl
COPY scripts/image scripts/image
RUN scripts/image system "${MESH_UID}"
# What an environment is made of, and no more: a change of the code makes none anew.
COPY --chown=mesh requirements requirements
COPY --chown=mesh setup.py pyproject.toml ./
COPY --chown=mesh mesh_etl/__init__.py mesh_etl/__init__.py
COPY --chown=mesh scripts/env scripts/env

FROM base AS test
RUN scripts/image servers
USER mesh
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,mode=0444 scripts/image environments test demo spark41 spark35
COPY --chown=mesh . .
CMD ["scripts/test"]

FROM base AS job
ARG ENVIRONMENT=demo
USER mesh
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,mode=0444 scripts/image environments "${ENVIRONMENT}"
ENV PATH=/opt/mesh_etl/.venv/${ENVIRONMENT}/bin:${PATH}
COPY --chown=mesh . .
WORKDIR /project
ENTRYPOINT ["mesh-etl"]
CMD ["--help"]
