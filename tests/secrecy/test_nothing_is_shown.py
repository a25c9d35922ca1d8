"""Secrets in profiles, components and folders: refused where they stand, and printed by no command in no format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_support import ALPHA, Command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secrets_made_up import ANY_FORM, HEX, PASSWORDS

from obsgen.checks import validate
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.report import Options, formats, render
from obsgen.report.text import findings_text

A_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: A_b}\nstringData: "
BROKEN = "broken-secret.yaml"
FILES = {
    "values.yaml": "grafana:\n  adminPassword: SECRET\nalertmanager: {config: {route: {password: SECRET}}}\n",
    "secret.yaml": A_SECRET + "{pin: SECRET, other: SECRET, no: on}\n",
    BROKEN: A_SECRET + "{pin: SECRET, pin: 1}\n",
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    env:\n"
    "    - {name: DB_PASSWORD, value: SECRET, valu: x}\n    - {password: SECRET}\n",
    "alertmanager.yaml": "route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs:\n"
    "  - url: postgres://u:SECRET@db\n    url_fil: x\n  - password: SECRET\n",
    "kustomization.yaml": "secretGenerator:\n- name: a\n  literals: [pin=SECRET, password=SECRET]\nnoSuchKey: 1\n",
    "rules.yaml": 'groups:\n- name: a\n  rules:\n  - alert: A\n    expr: "up{"\n    labels: {password: SECRET}\n',
}
MAIL = "{to: a@b.c, from: a@b.c, smarthost: 'm:25', password: SECRET}"
PROFILES = [
    "grafana: {adminPassword: SECRET}\n",
    "password: SECRET\n",
    "grafana: {url: 'https://me:SECRET@g.org'}\n",
    f"alertmanager: {{receivers: {{a: {{email: {MAIL}}}}}}}\n",
    "labels: {passwd: SECRET, password: 'SECRET x'}\n",
    "environments: {dev: {password: SECRET, grafana: {password: SECRET}}}\n",
    "# password: SECRET\nstacks: 1\n",
]
"""Lines of profiles and files with a secret in them, and with other faults around it."""


def told(folder: Path) -> Iterator[str]:
    """Everything that a validation says, in every format."""
    report = validate([folder], "off")
    for name in formats():
        yield render(name, report, Options(verbose=True))


@pytest.mark.parametrize("file", FILES)
@given(secret=PASSWORDS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_validate_shows_no_secret_of_a_file(file: str, secret: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(FILES[file].replace("SECRET", secret))
    (tmp_path / "object.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    for text in told(tmp_path):
        assert secret not in text
        assert secret.lower() not in text.lower()
    assert ("secret/value" in "".join(told(tmp_path))) is (file != BROKEN)


@pytest.mark.parametrize("keys", PROFILES)
@given(secret=PASSWORDS | HEX | ANY_FORM)
@settings(max_examples=15)
def test_a_profile_with_a_secret_is_refused_without_showing_it(
    keys: str, secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("profile") / "profile.yaml"
    text = ALPHA + keys.replace("SECRET", secret)
    path.write_text(text)
    try:
        findings = parse_profile(text, str(path)).faults
    except InputError as problem:
        findings = problem.findings
    shown = findings_text(findings)
    assert "secret/value" in shown
    assert secret.lower() not in shown.lower()


@given(secret=st.one_of(ANY_FORM))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_component_with_a_secret_is_refused(secret: str, obsgen: Command) -> None:
    Path("profile.yaml").write_text(ALPHA)
    folder = Path("own/alpha/manifests")
    folder.mkdir(parents=True, exist_ok=True)
    data = f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, namespace: b}}, data: {{a: '{secret}'}}}}"
    (folder / "a.yaml").write_text(f"object: {data}\n")
    ran = obsgen("render", "profile.yaml", "--templates", "own")
    assert (ran.code, "own/alpha/manifests/a.yaml:1:" in ran.err, "secret/value" in ran.err) == (2, True, True)
    assert secret not in ran.err + ran.out
    assert not Path("out").exists()


def test_a_component_that_brings_a_secret_with_a_value_is_refused(obsgen: Command) -> None:
    Path("profile.yaml").write_text(ALPHA)
    folder = Path("own/alpha/manifests")
    folder.mkdir(parents=True)
    head = "object:\n  apiVersion: v1\n  kind: Secret\n  metadata: {name: a, namespace: b}\n  stringData:\n"
    (folder / "a.yaml").write_text(f"{head}    pin: hunter2\n")
    ran = obsgen("render", "profile.yaml", "--templates", "own")
    assert (ran.code, "a.yaml:6:10: error[secret/value]" in ran.err, "hunter2" in ran.err) == (2, True, False)
    (folder / "a.yaml").write_text(f"{head}    settings.yaml: |\n      url_file: /etc/keys/url\n")
    assert obsgen("render", "profile.yaml", "--templates", "own").code == 0
