"""A component of the tests' own, and what is known of its series."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.components.catalogue import Catalogue
from obsgen.knowledge.inventory import Inventory

COMPONENTS = Path(__file__).with_name("components")


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    return Inventory(Catalogue((COMPONENTS,)))
