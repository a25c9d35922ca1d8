"""No form of a difference quotes a secret, wherever it stood."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repos import Repo, empty, made_up_components, repo
from secret_places import PLACES, WHOLE, written
from tellings import change, units
from written import trees

from obsgen.diff.difference import Difference, difference
from obsgen.diff.hiding import hidden
from obsgen.diff.model import Cause, Change
from obsgen.diff.report import Options, render
from obsgen.diff.telling import told

__all__ = ["empty", "made_up_components", "repo"]

FORMS = ("text", "markdown", "json", "github")
LETTERS = "abcdefghijkmnpqrstuvwyzABCDEFGHJKLMNPQRSTUVWYZ23456789"
SECRETS = st.text(LETTERS, min_size=10, max_size=30).map("q7{}".format)
ODD = st.text(LETTERS + "!#$%&()*+,-./:;=?@[]^_{}~\\'\"<>|`", min_size=8, max_size=24).map("q7{}Z9".format)


def hidden_between(folder: Path, old: str | None, new: str | None) -> Difference:
    """What is left of the difference of two files; None for one that is not there."""
    before, after = ({} if each is None else {"all.yaml": each} for each in (old, new))
    return hidden_of(folder, before, after)


def hidden_of(folder: Path, old: Mapping[str, str], new: Mapping[str, str], *more: Change) -> Difference:
    """The same of two sets of files; `more` is told as well."""
    both = trees(folder, old, new)
    found = difference(*both)
    changes = {**found.changes, **dict.fromkeys(more, found.units)}
    return hidden(Difference(found.units, changes), {}, *both)[0]


def everything(found: Difference) -> str:
    """All that any form tells."""
    said = told(found, {}, "against main")
    return "\n".join(render(form, said, Options(verbose=True, width=400)) for form in FORMS)


def quotes(text: str, secret: str) -> bool:
    """Whether a text holds a secret, in whichever way reports spell it, or most of one."""
    coded = base64.b64encode(secret.encode()).decode()
    forms = (secret, json.dumps(secret)[1:-1], coded, html.escape(secret))
    return any(each in text for each in forms) or any(secret[at : at + 8] in text for at in range(len(secret) - 7))


@pytest.mark.parametrize("place", PLACES)
def test_no_place_is_told_with_its_secret(place: str, tmp_path: Path) -> None:
    """Changed, moved to where none was, and taken away."""
    one, other = written("q7Horse42Battery", place), written("x9Staple77Correct", place)
    bare = written("", place)
    for index, (old, new) in enumerate(((one, other), (bare, one), (one, bare), (None, one), (one, None))):
        folder = tmp_path / str(index)
        folder.mkdir()
        found = hidden_between(folder, old, new)
        text = everything(found)
        assert found.changes
        assert not quotes(text, "q7Horse42Battery")
        assert not quotes(text, "x9Staple77Correct")


@settings(max_examples=25, deadline=None)
@given(SECRETS, SECRETS, st.sampled_from(["all", "old", "new"]))
def test_no_secret_is_quoted(old: str, new: str, sides: str) -> None:
    with TemporaryDirectory() as name:
        before, after = (written(old) if sides != "new" else written("")), (written(new) if sides != "old" else "")
        text = everything(hidden_between(Path(name), before, after))
    for secret in {old, new} if old != new else ():
        assert not quotes(text, secret)


@settings(max_examples=25, deadline=None)
@given(ODD, ODD)
def test_no_secret_of_odd_characters_is_quoted(old: str, new: str) -> None:
    with TemporaryDirectory() as name:
        before, after = (written(each, *(set(WHOLE) - {"a block in YAML"})) for each in (old, new))
        text = everything(hidden_between(Path(name), before, after))
    for secret in {old, new} if old != new else ():
        assert not quotes(text, secret)


@pytest.mark.parametrize("word", ["letmein", "EMPTY", "changeme", "correct-horse-battery", "pw1", "hunter2"])
def test_words_that_others_use_are_hidden_where_they_are_named(word: str, tmp_path: Path) -> None:
    found = hidden_between(tmp_path, written(word, *WHOLE), written("other", *WHOLE))
    assert len(found.changes) >= len(WHOLE) / 2
    assert not [each for each in found.changes if word in f"{each.what} {each.details}"]


def test_words_that_others_use_stay_elsewhere(tmp_path: Path) -> None:
    said = change("admin-board", "admin 8000 → 9000")
    old, new = (written(each, "a variable", "an annotation") for each in ("admin", "8000"))
    assert said in hidden_of(tmp_path, {"all.yaml": old}, {"all.yaml": new}, said).changes


def test_the_names_of_objects_stay_even_if_somebody_uses_them_as_a_password(tmp_path: Path) -> None:
    said = change("Deployment ml/variable", "new")
    old, new = (f"{written(each, 'a Secret', 'a variable')}" for each in ("variable", "other"))
    assert said in hidden_of(tmp_path, {"all.yaml": old}, {"all.yaml": new}, said).changes


def test_a_secret_that_a_patch_or_a_generator_brings_is_not_quoted(tmp_path: Path) -> None:
    """The base is the same on both sides; only what is built has the name and the value together."""
    base = written("q7Horse42Battery", "a variable", "an argument behind a flag")
    patch = '[{{"op": "replace", "path": "/spec/template/spec/containers/0/{}", "value": "{}"}}]'
    kustomization = """\
        resources: [base.yaml]
        configMapGenerator: [{{name: made, namespace: ml, envs: [app.env]}}]
        patches:
        - target: {{kind: Deployment, name: variable}}
          patch: '{}'
        """
    files = {
        each: {
            "base.yaml": base,
            "app.env": f"OPENAI_API_KEY={each}\nMODE=a{each[:2]}\n",
            "kustomization.yaml": kustomization.format(patch.format("env/0/value", each)),
        }
        for each in ("p4Tray66Wombat", "n5Cloud88Ladder")
    }
    gone = {**files["n5Cloud88Ladder"]}
    gone["kustomization.yaml"] = kustomization.format(patch.format("args/3", "x"))
    for index, (old, new) in enumerate(
        ((files["p4Tray66Wombat"], files["n5Cloud88Ladder"]), (gone, files["p4Tray66Wombat"]))
    ):
        folder = tmp_path / str(index)
        folder.mkdir()
        text = everything(hidden_of(folder, old, new))
        assert "HF_TOKEN" in text
        assert not [each for each in ("p4Tray66Wombat", "n5Cloud88Ladder", "q7Horse42Battery") if quotes(text, each)]


def test_two_environments_are_compared_without_their_secrets(repo: Repo) -> None:
    secrets = {"dev": "p4Tray66Wombat", "prod": "n5Cloud88Ladder"}
    for environment, secret in secrets.items():
        overlay = f"out/demo/overlays/{environment}"
        repo.write(f"{overlay}/own.yaml", written(secret))
        repo.replace(f"{overlay}/kustomization.yaml", "resources:\n", "resources:\n- own.yaml\n")
    repo.commit()
    for form in FORMS:
        said = repo.diff("--env", "dev", "prod", "--base", "HEAD", "-v", "--format", form).out
        assert "Deployment ml/with" in said
        assert not [each for each in secrets.values() if quotes(said, each)]


ORDINARY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, annotations: {example.org/max-tokens: "@096", vault.hashicorp.com/agent-inject-token: "@1"}}
spec:
  template:
    spec:
      containers:
      - name: app
        args: [--max-num-batched-tokens, "8192@", --tokenizer, "mistral@7", --served-model-name, "model@1",
               --ssl-keyfile, "/etc/tls@/tls.key", --eos-token, "eos@1", --max-model-len=@096]
        env:
        - {name: MAX_TOKENS, value: "4@96"}
        - {name: TOKENIZERS_PARALLELISM, value: "par@1"}
        - {name: HF_TOKEN_FILE, value: "/var/run/@/token"}
        - {name: OPENAI_API_KEY, value: "$(KEY_@)"}
        - {name: DISABLE_IMPLICIT_TOKEN, value: "@"}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: e}
spec:
  secretStoreRef: {name: "vault-@1", kind: ClusterSecretStore}
  data: [{secretKey: "slack-url-@1", remoteRef: {key: "shop/@1", property: "token-@1"}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: values}
data:
  app.yaml: |
    admin: {existingSecret: "grafana-@1x9", userKey: "user@1", passwordKey: "pass@1"}
    apiKeySecret: "api-@1x9"
    tokenSecretName: "tok-@1x9"
    secret: "alertmanager-keys-@1"
    bos_token_id: "1@"
    tokens_per_second: "9@"
    costPerToken: "0.@1"
    automountServiceAccountToken: "@"
    retries: "@1"
"""
"""What only sounds like a secret; `@` stands for what differs."""


def test_names_limits_and_references_are_told_as_they_are(tmp_path: Path) -> None:
    old, new = (ORDINARY.replace("@", each) for each in ("3", "5"))
    text = everything(hidden_between(tmp_path, old, new))
    marked = [each for each in re.findall(r'[^\s,"{}=]*@[^\s,"{}\]]*', ORDINARY) if each != "@"]
    assert len(marked) == 26
    for each in marked:
        assert f"{each.replace('@', '3')} → " in text
        assert f"{each.replace('@', '5')}" in text
    assert "***" not in text


def test_what_else_stands_there_is_told(tmp_path: Path) -> None:
    old, new = (
        written("q7Horse42Battery", "a command of a shell").replace("--port 80", f"--port {port}") for port in (80, 81)
    )
    text = everything(hidden_between(tmp_path, old, new))
    assert "vllm serve --api-key *** --port 80 → vllm serve --api-key *** --port 81" in text


def test_a_flag_that_goes_with_its_secret_is_told(tmp_path: Path) -> None:
    old = written("q7Horse42Battery", "an argument behind a flag")
    new = re.sub(r'"--api-key",\s*"q7Horse42Battery",\s*', "", old)
    text = everything(hidden_between(tmp_path, old, new))
    assert "args[2]: --api-key is gone" in text
    assert "args[3] is gone" in text
    assert not quotes(text, "q7Horse42Battery")


def test_whatever_a_change_quotes_is_hidden(tmp_path: Path) -> None:
    """A comparison that forgets to hide what it says is no leak."""
    careless = change(
        "uses correcthorse42battery", "CORRECTHORSE42BATTERY → tr0ub4dor&3st…", details=("x correcthorse42…",)
    )
    old, new = (written(each, "a variable") for each in ("correcthorse42battery", "tr0ub4dor&3staple"))
    found = hidden_of(tmp_path, {"all.yaml": old}, {"all.yaml": new}, careless)
    (only,) = (each for each in found.changes if each.id == careless.id)
    assert (only.subject, only.what, only.details) == ("uses ***", "*** → ***…", ("x ***…",))


def test_a_short_secret_is_hidden_where_it_stands_alone(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: %s}\n"
    careless = change("abc", "abcd says abc")
    found = hidden_of(tmp_path, {"a.yaml": secret % "abc"}, {"a.yaml": secret % "def"}, careless)
    assert ("***", "abcd says ***") in {(each.subject, each.what) for each in found.changes}


def test_what_did_not_change_is_told(tmp_path: Path) -> None:
    files = {"all.yaml": written("correcthorse42battery")}
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: %s}\n"
    found = hidden_of(tmp_path, {**files, "b.yaml": other % "one"}, {**files, "b.yaml": other % "two"})
    assert "ConfigMap a" in everything(found)
    assert "data.k one → two" in everything(found)


@pytest.mark.parametrize("same", [True, False])
def test_changes_that_are_the_same_without_their_secrets_are_one(tmp_path: Path, same: bool) -> None:
    old, new = (written(each, "a variable") for each in ("correcthorse42battery", "tr0ub4dor3staple"))
    both = trees(tmp_path, {"all.yaml": old}, {"all.yaml": new})
    one, other = change("A", "is correcthorse42battery"), change("A", "is tr0ub4dor3staple" if same else "is 3")
    found = Difference(units("", "a", "b"), {one: units("", "a"), other: units("", "b")})
    shown, why = hidden(found, {one: (Cause(None, "x"),), other: (Cause(None, "x"), Cause(None, "y"))}, *both)
    assert len(shown.changes) == (1 if same else 2)
    if same:
        ((only, where),) = shown.changes.items()
        assert where == units("", "a", "b")
        assert [each.text for each in why[only]] == ["x", "y"]
