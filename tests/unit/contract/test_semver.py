from __future__ import annotations

import pytest

from mesh_etl.contract.semver import Version, suffices


def version(text):
    found = Version.parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text", ["1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "", "1.0.0\n", "٣.0.0"]
)
def test_no_version(text):
    assert Version.parse(text) is None


def test_the_order_is_that_of_the_specification():
    texts = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 2.0.0"
    )
    found = [version(text) for text in texts.split()]
    assert sorted(reversed(found)) == found
    assert version("1.0.0+build.5") == version("1.0.0")


@pytest.mark.parametrize(
    ("old", "kind", "smallest"),
    [
        ("1.2.3", "breaking", "2.0.0"),
        ("1.2.3", "additive", "1.3.0"),
        ("1.2.3", "cosmetic", "1.2.4"),
        ("0.2.3", "breaking", "0.3.0"),
        ("0.2.3", "additive", "0.2.4"),
        ("2.0.0-rc.1", "breaking", "2.0.0"),
    ],
)
def test_the_smallest_version(old, kind, smallest):
    assert str(version(old).after(kind)) == smallest
    assert suffices(version(old), version(smallest), kind)
    assert not suffices(version(old), version(old), kind)


@pytest.mark.parametrize(
    ("old", "new", "kind", "enough"),
    [
        ("1.2.3", "1.3.0", "breaking", False),
        ("1.2.3", "2.0.0-rc.1", "breaking", True),
        ("2.0.0-rc.1", "2.0.0-rc.2", "breaking", True),
        ("1.2.3", "1.2.4", "additive", False),
        ("1.2.3", "5.0.0", "cosmetic", True),
        ("1.2.3", "1.2.3", None, True),
        ("1.2.3", "1.2.2", None, False),
    ],
)
def test_whether_a_version_suffices(old, new, kind, enough):
    assert suffices(version(old), version(new), kind) is enough
