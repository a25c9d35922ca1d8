"""What a patch's target selects, and whose object is whose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kustomize_support import deployment, metadata, rule

from obsgen.kustomize.identity import ObjectId, object_fault, object_id
from obsgen.kustomize.target import exactly, parse_target

CRON: dict[str, Any] = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a.b"}}


def selects(target: Any, value: Any, *, once: Any = None) -> bool:
    return parse_target(target).matches(value, object_id(once or value))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, True),
        ({"kind": "Rule"}, True),
        ({"kind": "Rul"}, False),
        ({"kind": "Rul."}, True),
        ({"kind": "Deployment|Rule"}, True),
        ({"name": "^a$", "namespace": "n"}, True),
        ({"name": "[b-z]"}, False),
        ({"group": "x.io", "version": "v1"}, True),
        ({"group": "^$"}, False),
        ({"group": ""}, True),
        ({"labelSelector": "team=ml, tier == gpu"}, True),
        ({"labelSelector": "team=ml,tier=cpu"}, False),
        ({"annotationSelector": "team=ml"}, False),
        ({"kind": 5, "name": None}, True),
    ],
)
def test_targets_are_expressions_over_the_whole_name(target: Any, expected: bool) -> None:
    assert selects(target, metadata(rule(), labels={"team": "ml", "tier": "gpu"})) is expected


def test_a_moved_object_answers_to_its_old_and_its_new_name() -> None:
    once, now = rule("old"), metadata(rule("new"), namespace="m")
    assert selects({"name": "old", "namespace": "n"}, now, once=once)
    assert selects({"name": "new", "namespace": "m"}, now, once=once)
    assert not selects({"name": "other"}, now, once=once)
    assert not selects({"kind": "Deployment"}, now, once=deployment("new"))


@pytest.mark.parametrize("pattern", ["(", "(a+)+b", "(a*)*", "(?=a)", "(?i)a", "a{99999999999999999999}", "[[a]"])
def test_expressions_that_python_and_go_read_differently_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="expression"):
        parse_target({"name": pattern})


@pytest.mark.parametrize("selector", ["a in (b)", "!a", "a", "a!=b"])
def test_selectors_that_are_no_equalities_are_refused(selector: str) -> None:
    with pytest.raises(ValueError, match="more than a list of key=value"):
        parse_target({"labelSelector": selector})


names = st.from_regex(r"[a-z]([-a-z0-9.]{0,8}[a-z0-9])?", fullmatch=True)


@given(names, names)
def test_an_exact_target_selects_one_name(one: str, other: str) -> None:
    target = exactly(object_id(rule(one)))
    assert selects(target, rule(one))
    assert selects(target, rule(other)) is (one == other)
    assert parse_target(target).literal_name == one


def test_an_exact_target_leaves_other_groups_and_namespaces_alone() -> None:
    target = exactly(object_id(CRON))
    assert selects(target, CRON)
    assert not selects(target, {**CRON, "apiVersion": "serving.knative.dev/v1"})
    assert not selects(target, metadata(CRON, namespace="n"))
    assert selects(target, metadata(CRON, namespace="default"))


@pytest.mark.parametrize(
    ("value", "identity", "shown"),
    [
        (rule(), ObjectId("x.io", "v1", "Rule", "a", "n"), "Rule n/a (x.io/v1)"),
        (CRON, ObjectId("", "v1", "Service", "a.b", "default"), "Service default/a.b (v1)"),
        ({**CRON, "kind": "Namespace"}, ObjectId("", "v1", "Namespace", "a.b", ""), "Namespace a.b (v1)"),
        (
            {**CRON, "apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema"},  # newer than kustomize
            ObjectId("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "a.b", "default"),
            "FlowSchema default/a.b (flowcontrol.apiserver.k8s.io/v1)",
        ),
    ],
)
def test_an_identity_has_the_namespace_that_kustomize_assumes(value: Any, identity: ObjectId, shown: str) -> None:
    assert object_id(value) == identity
    assert str(identity) == shown


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (rule(), ""),
        (metadata(rule(), labels=None, annotations={}), ""),
        (None, "an object needs a kind"),
        ({"kind": ["Rule"]}, "an object needs a kind"),
        ({"kind": "Rule"}, "an object needs a metadata.name"),
        ({"kind": "Rule", "metadata": {"name": ""}}, "an object needs a metadata.name"),
        (metadata(rule(), labels=[]), "metadata.labels must be a mapping"),
        (metadata(rule(), annotations="x"), "metadata.annotations must be a mapping"),
        (metadata(rule(), namespace={}), "metadata.namespace must be a text"),
    ],
)
def test_what_is_no_object_is_told(value: Any, fault: str) -> None:
    assert object_fault(value) == fault
