"""Row K9: the Secrets that must exist are listed, nothing secret is in the tree, a store can bring them."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen import pipeline
from obsgen.leaks import leaks
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile

PROFILE = Path(__file__).parents[2] / "profiles" / "openshift-kserve.yaml"
STORE = "\nsecretStore: {name: vault, kind: SecretStore}\n"


def tree(more: str = "") -> StackTree:
    """The shipped profile's tree, with a few lines more."""
    return pipeline.render(parse_profile(PROFILE.read_text(encoding="utf-8") + more))


def test_every_secret_that_an_object_names_is_in_the_readme() -> None:
    made = tree()
    readme = made.files["README.md"].decode().partition("## Secrets that must exist")[2]
    for rendered in made.environments.values():
        assert {each.name for each in rendered.stack.secrets} >= {"grafana-admin", "robotheus-secrets"}
        for secret in rendered.stack.secrets:
            assert f"`{secret.namespace}/{secret.name}`" in readme
            assert all(f"`{key}`" in readme for key in secret.keys)


@pytest.mark.parametrize("more", ["", STORE])
def test_nothing_secret_is_in_the_tree(more: str) -> None:
    made = tree(more)
    assert not [name for name, content in {**made.files, **made.argocd}.items() if leaks(content.decode())]
    assert not [
        each for rendered in made.environments.values() for each in rendered.objects if each.identity[1] == "Secret"
    ]


def test_a_store_brings_each_of_them() -> None:
    for rendered in tree(STORE).environments.values():
        objects = [each.object for each in rendered.objects if each.object["kind"] == "ExternalSecret"]
        brought = {(each["metadata"]["namespace"], each["spec"]["target"]["name"]) for each in objects}
        assert brought == {(each.namespace, each.name) for each in rendered.stack.secrets}
        for each in objects:
            assert each["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
            assert all(one["remoteRef"]["property"] == one["secretKey"] for one in each["spec"]["data"])
