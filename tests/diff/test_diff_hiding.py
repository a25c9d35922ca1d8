"""No form of a difference quotes a secret, wherever it stood."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tellings import change, units
from written import trees

from obsgen.diff.difference import Difference, difference
from obsgen.diff.hiding import hidden
from obsgen.diff.model import Cause
from obsgen.diff.report import Options, render
from obsgen.diff.telling import told

FORMS = ("text", "markdown", "json", "github")
SECRETS = st.text("abcdefghijkmnpqrstuvwyzABCDEFGHJKLMNPQRSTUVWYZ23456789", min_size=12, max_size=40).filter(
    lambda text: any(each.isdigit() for each in text) and not text.isdigit()
)


def everything(folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """All that any form tells of two sets of files."""
    both = trees(folder, old, new)
    said = told(*hidden(difference(*both), {}, *both), "against main")
    return "\n".join(render(form, said, Options(verbose=True, width=400)) for form in FORMS)


def manifests(secret: str) -> str:
    coded = base64.b64encode(secret.encode()).decode()
    documents = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": secret}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "d"}, "data": {"k": coded}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "app"},
            "spec": {
                "template": {
                    "spec": {
                        "containers": [
                            {
                                "name": "app",
                                "image": "a:1",
                                "args": [f"--password={secret}"],
                                "env": [
                                    {"name": "DB_PASSWORD", "value": secret},
                                    {"name": "X", "value": f"u {secret} v"},
                                ],
                            }
                        ]
                    }
                }
            },
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "c", "annotations": {"note": f"postgres://me:{secret}@db/x"}},
            "data": {"app.yaml": f"password: {secret}\nuser: me\n", secret: "a key"},
        },
    ]
    return "---\n".join(json.dumps(each, indent=1) + "\n" for each in documents)


@settings(max_examples=25)
@given(SECRETS, SECRETS)
def test_no_secret_is_quoted(old: str, new: str) -> None:
    with TemporaryDirectory() as name:
        text = everything(Path(name), {"all.yaml": manifests(old)}, {"all.yaml": manifests(new)})
    assert (old == new) or "Secret" in text
    for secret in {old, new} if old != new else ():
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text


def test_a_secret_that_is_new_or_gone_is_not_quoted_either(tmp_path: Path) -> None:
    for old, new in (
        ({}, {"all.yaml": manifests("correcthorse42battery")}),
        ({"all.yaml": manifests("correcthorse42battery")}, {}),
    ):
        folder = tmp_path / str(len(old))
        folder.mkdir()
        text = everything(folder, old, new)
        assert "Secret" in text
        assert "correcthorse42" not in text


def test_whatever_a_change_quotes_is_hidden(tmp_path: Path) -> None:
    """A comparison that forgets to hide what it says is no leak."""
    both = trees(
        tmp_path, {"all.yaml": manifests("correcthorse42battery")}, {"all.yaml": manifests("tr0ub4dor&3staple")}
    )
    careless = change(
        "uses correcthorse42battery", "CORRECTHORSE42BATTERY → tr0ub4dor&3st", details=("x correcthorse42…",)
    )
    found = Difference(units("", "prod"), {careless: units("", "prod")})
    (only,) = hidden(found, {}, *both)[0].changes
    assert (only.subject, only.what, only.details) == ("uses ***", "*** → ***", ("x ***…",))


def test_a_short_secret_is_hidden_where_it_stands_alone(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: %s}\n"
    both = trees(tmp_path, {"a.yaml": secret % "abc"}, {"a.yaml": secret % "def"})
    careless = change("abc", "abcd says abc")
    found = Difference(units("", "prod"), {careless: units("", "prod")})
    (only,) = hidden(found, {}, *both)[0].changes
    assert (only.subject, only.what) == ("***", "abcd says ***")


def test_what_did_not_change_is_not_looked_for(tmp_path: Path) -> None:
    files = {"all.yaml": manifests("correcthorse42battery")}
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: %s}\n"
    text = everything(tmp_path, {**files, "b.yaml": other % "one"}, {**files, "b.yaml": other % "two"})
    assert "ConfigMap a" in text


@pytest.mark.parametrize("same", [True, False])
def test_changes_that_are_the_same_without_their_secrets_are_one(tmp_path: Path, same: bool) -> None:
    both = trees(
        tmp_path, {"all.yaml": manifests("correcthorse42battery")}, {"all.yaml": manifests("tr0ub4dor3staple")}
    )
    one, other = change("A", "is correcthorse42battery"), change("A", "is tr0ub4dor3staple" if same else "is 3")
    found = Difference(units("", "a", "b"), {one: units("", "a"), other: units("", "b")})
    shown, why = hidden(found, {one: (Cause(None, "x"),), other: (Cause(None, "x"), Cause(None, "y"))}, *both)
    assert len(shown.changes) == (1 if same else 2)
    if same:
        ((only, where),) = shown.changes.items()
        assert where == units("", "a", "b")
        assert [each.text for each in why[only]] == ["x", "y"]
