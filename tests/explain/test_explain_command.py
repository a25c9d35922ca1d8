"""`obsgen explain` as it is typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

OWN = str(Path(__file__).parent / "components")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "obsgen", "explain", *words], capture_output=True, text=True)


def test_an_explanation_goes_to_stdout() -> None:
    done = run("ForgeSlow", "--templates", OWN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ForgeSlow: critical, an alert of forge")


def test_an_unknown_name_ends_with_2_and_says_what_was_meant() -> None:
    done = run("ForgeSlwo", "--templates", OWN)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[explain/unknown]: nothing is called 'ForgeSlwo'" in done.stderr
    assert "did you mean 'ForgeSlow'?" in done.stderr


def test_a_page_is_had_without_reading_components() -> None:
    script = "import sys; from obsgen.explain.catalogue import explain; explain('yaml/syntax'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"pydantic", "ruamel.yaml", "jinja2"} & set(done.stdout.split())
