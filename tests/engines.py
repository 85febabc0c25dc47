"""Tests that run on one of the engines only: `@on_sqlite`, `@on_postgresql`."""

import pytest

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
BOTH = ("sqlite", POSTGRESQL)
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("engine_name", [POSTGRESQL], indirect=True)
