"""Secrets that must be there because of a change, and those that need not."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts import manifest, part
from written import lines

from obsgen.diff.compare.secrets import compare

DEPLOYMENT = ("apps/v1", "Deployment")
ALERTMANAGER = ("monitoring.coreos.com/v1", "Alertmanager")
EXTERNAL = ("external-secrets.io/v1", "ExternalSecret")
SEALED = ("bitnami.com/v1alpha1", "SealedSecret")
SECRET = ("v1", "Secret")


def reads(*pairs: tuple[str, str], name: str = "web", **more: str) -> str:
    """A Deployment that reads keys of Secrets."""
    env = [
        {"name": f"V{index}", "valueFrom": {"secretKeyRef": {"name": secret, "key": key, **more}}}
        for index, (secret, key) in enumerate(pairs)
    ]
    pod = {"containers": [{"name": "c", "env": env}]}
    return manifest(DEPLOYMENT, {"template": {"spec": pod}}, name)


def told(folder: Path, old: str, new: str) -> list[str]:
    """What is told of Secrets, without what is left to others."""
    found = part(compare, folder, {"a.yaml": old}, {"a.yaml": new})
    return lines([each for each in found if each.id.startswith("change/secret")])


def test_a_secret_that_something_asks_for_now(tmp_path: Path) -> None:
    found = part(compare, tmp_path, {"a.yaml": reads()}, {"a.yaml": reads(("keys", "url"), ("keys", "token"))})
    assert lines(found)[0] == "+ Secret obs/keys: must be there, with the keys token, url (needs review)"
    assert found[0].details == ("Deployment obs/web asks for it",)
    assert found[0].new is not None
    assert found[0].new.line > 1


def test_a_new_object_that_asks_for_a_secret_is_told_itself(tmp_path: Path) -> None:
    old, new = reads(name="old"), reads(name="old") + reads(("keys", "url"), name="new")
    found = lines(part(compare, tmp_path, {"a.yaml": old}, {"a.yaml": new}))
    assert found == [
        "+ Secret obs/keys: must be there, with the key url (needs review)",
        "+ Deployment obs/new: new (safe)",
    ]


def test_one_more_key_of_a_secret_that_is_needed_already(tmp_path: Path) -> None:
    old, new = reads(("keys", "url")), reads(("keys", "url"), ("keys", "token"))
    assert told(tmp_path / "1", old, new) == ["+ Secret obs/keys: must have the key token, too (needs review)"]
    assert told(tmp_path / "2", new, old) == ["- Secret obs/keys: no longer needs the key token (safe)"]


def test_a_secret_that_nothing_asks_for_any_more(tmp_path: Path) -> None:
    assert told(tmp_path, reads(("keys", "url")), reads()) == ["- Secret obs/keys: no longer needed (safe)"]


def test_another_name_is_one_line(tmp_path: Path) -> None:
    old, new = reads(("keys", "url")), reads(("other", "url"))
    found = part(compare, tmp_path, {"a.yaml": old}, {"a.yaml": new})
    assert lines(found) == [
        "~ Secret obs/keys: is asked for as other now: it must be there by that name (needs review)",
    ]


def test_other_keys_elsewhere_are_no_other_name(tmp_path: Path) -> None:
    assert told(tmp_path, reads(("keys", "url")), reads(("other", "token"))) == [
        "+ Secret obs/other: must be there, with the key token (needs review)",
        "- Secret obs/keys: no longer needed (safe)",
    ]


@pytest.mark.parametrize(
    "maker",
    [
        manifest(SECRET, None, "keys", stringData={"url": "<url>"}),
        manifest(EXTERNAL, {"target": {"name": "keys"}, "data": [{"secretKey": "url"}]}, "any"),
        manifest(EXTERNAL, {"dataFrom": [{"extract": {"key": "x"}}]}, "keys"),
        manifest(SEALED, {"encryptedData": {"url": "AgB"}}, "keys"),
    ],
)
def test_what_the_files_bring_need_not_be_told(tmp_path: Path, maker: str) -> None:
    assert told(tmp_path, reads() + maker, reads(("keys", "url")) + maker) == []


def test_a_key_that_the_maker_lacks_is_told(tmp_path: Path) -> None:
    maker = manifest(EXTERNAL, {"target": {"name": "keys"}, "data": [{"secretKey": "url"}]}, "any")
    found = told(tmp_path, reads() + maker, reads(("keys", "token")) + maker)
    assert found == ["+ Secret obs/keys: must be there, with the key token (needs review)"]


def test_what_made_a_secret_and_is_gone_leaves_a_need(tmp_path: Path) -> None:
    maker = manifest(EXTERNAL, {"target": {"name": "keys"}, "data": [{"secretKey": "url"}]}, "any")
    found = told(tmp_path, reads(("keys", "url")) + maker, reads(("keys", "url")))
    assert found == ["+ Secret obs/keys: must be there, with the key url (needs review)"]


def test_a_list_of_mounted_secrets_is_explained_by_the_need(tmp_path: Path) -> None:
    old, new = (manifest(ALERTMANAGER, {"x": 1, "secrets": each}) for each in (["a"], ["a", "b"]))
    found = part(compare, tmp_path, {"a.yaml": old}, {"a.yaml": new})
    assert lines(found) == ["+ Secret obs/b: must be there (needs review)"]


def test_other_values_are_told_and_never_shown(tmp_path: Path) -> None:
    old, new = (manifest(SECRET, None, "keys", stringData={"url": each, "other": "x"}) for each in ("aaaa", "bbbb"))
    found = told(tmp_path, old, new)
    assert found == ["~ Secret obs/keys: another value of url (needs review)"]
    assert "aaaa" not in str(found)


def test_the_same_needs_elsewhere_are_no_change(tmp_path: Path) -> None:
    old, new = (reads(("keys", "url"), name=each) for each in ("web", "api"))
    assert told(tmp_path, old, new) == []
