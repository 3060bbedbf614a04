"""What JSON and XML sources are refused for when they are read from a job."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_etl.sources import Json, Xml


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"records": "data.items"}, "set layout: array"),
        ({"records": "data", "layout": "documents"}, "set layout: array"),
        ({"layout": "object"}, "Input should be"),
        ({"encoding": "utf-99"}, "is no encoding"),
        ({"encoding": "base64"}, "is no encoding"),
        ({"timezone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
    ],
)
def test_a_json_source_that_cannot_work_is_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Json(**{"path": "x.json", **options})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"row_tag": "a b"}, "match pattern"),
        ({"row_tag": "<a>"}, "match pattern"),
        ({"row_tag": ""}, "match pattern"),
        ({"namespaces": {"a:b": "urn:x"}}, "maps prefixes to URIs"),
        ({"namespaces": {"p": ""}}, "maps prefixes to URIs"),
        ({"namespaces": "all"}, "Input should be"),
        ({"true_values": ["x"], "false_values": ["x"]}, "stands under"),
    ],
)
def test_an_xml_source_that_cannot_work_is_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Xml(**{"path": "x.xml", "row_tag": "row", **options})
