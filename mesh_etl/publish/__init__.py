"""From staged files to a published table: one commit, and a catalogue rolled forward to it."""

from __future__ import annotations

from mesh_etl.publish.publish import publish
from mesh_etl.publish.recover import recover
from mesh_etl.publish.report import Report

__all__ = ["Report", "publish", "recover"]
