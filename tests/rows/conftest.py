"""The trees of two profiles, written once for all tests of their rows."""

from __future__ import annotations

import pytest
from tree_rows import Written


@pytest.fixture(scope="session")
def vllm_triton(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written("vllm-triton", tmp_path_factory.mktemp("vllm-triton"))


@pytest.fixture(scope="session")
def kserve(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written("openshift-kserve", tmp_path_factory.mktemp("openshift-kserve"))
