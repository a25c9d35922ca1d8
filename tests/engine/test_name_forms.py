"""Names, labels, addresses and sizes of profiles: what is taken, what is refused, and what is said to be meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from obsgen.profile import names

FORMS: dict[str, tuple[list[str], list[str]]] = {
    "Name": (["a", "demo-2", "0", "a" * 50], ["", "A", "a_b", "a.b", "-a", "a-", "é", "a\n", "a" * 51]),
    "Namespace": (["ml", "kube-system", "a" * 63], ["", "Ml", "a.b", "a/b", "-a", "a-", "a" * 64]),
    "LabelKey": (
        ["app", "app.kubernetes.io/name", "A_b", "a" * 63, "example.org/x"],
        ["", "/a", "a/", "a/b/c", "A.org/x", "-a", "a-", "a b", "a" * 64],
    ),
    "LabelValue": (["", "a", "A_b.c-d", "1", "a" * 63], ["-a", "a-", "a b", "a/b", "é", "a" * 64]),
    "Url": (
        ["https://g.example.org", "http://10.0.0.1:3000/a/b", "http://[::1]:80", "https://a/b@c:d%20"],
        ["", "g.example.org", "ftp://a", "https://", "https://a b", "https://a/?x=1", "https://a/#b", "https://a/\n"],
    ),
    "HostPort": (
        ["thanos.example.org:10901", "a:1", "10.0.0.1:80"],
        ["thanos", "a:", ":80", "A:80", "https://a:80", "a:123456", "-a:80"],
    ),
    "GitUrl": (
        [
            "https://github.com/acme/gitops.git",
            "https://git.example.org:8443/a/b",
            "git@github.com:acme/gitops.git",
            "ssh://git@git.example.org:22/a/b.git",
        ],
        ["acme/gitops", "http://github.com/a/b", "git@github.com/a/b", "https://me@github.com/a/b", "git://a/b"],
    ),
    "RelativePath": (["out/demo", "a", "a_b/c.d", "a-b"], ["", "/out", "./out", "../out", "a//b", "a/", "a/..", "a b"]),
    "Revision": (["main", "v1.2.0", "feature/x_y", "HEAD"], ["", "-x", "a b", ".x", "a~1", "a^", "*"]),
    "Version": (["1.2.0", "0.10", "v1", "1.0+cu12", "24.08"], ["", ".1", "-1", "1 2", "1/2", ">=1", "a" * 41]),
    "Port": (["http", "a", "metrics-1", "8000", "a" * 15], ["", "HTTP", "-a", "a-", "a_b", "a" * 16]),
    "Size": (["1Gi", "100Mi", "20Ti"], ["", "1", "0Gi", "1G", "1GB", "1.5Gi", "Gi", "-1Gi", "1Ki"]),
    "Age": (["1h", "30d", "12w", "2y", "9999d"], ["", "30", "0d", "30m", "1.5y", "12345d", "d"]),
    "StorageClass": (["standard", "gp3.encrypted", "a-b"], ["", "A", "-a", "a-", "a_b"]),
    "SecretKeyName": (["token", "tls.key", "A_b-c", ".dockerconfigjson"], ["", "a/b", "a b", "é"]),
    "Title": (["Chat", "Große Modelle é", "a" * 120], ["", " ", "a\nb", "a\x00", "a" * 121]),
    "ModelName": (["meta/llama-3:8b", "a b", "a" * 200], ["", "\t", "a\u2028b", "a" * 201]),
}

TAKEN = [(form, text) for form, (good, _) in FORMS.items() for text in good]
REFUSED = [(form, text) for form, (_, bad) in FORMS.items() for text in bad]


def adapter(form: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(names, form))


def fault(form: str, value: Any) -> tuple[str, str]:
    """What is said of a value that is refused, and the hint."""
    with pytest.raises(ValidationError) as refused:
        adapter(form).validate_python(value)
    (found,) = refused.value.errors(include_url=False)
    return found["msg"], found.get("ctx", {}).get("hint", "")


@pytest.mark.parametrize(("form", "text"), TAKEN)
def test_what_has_the_form_is_taken_as_it_is(form: str, text: str) -> None:
    assert adapter(form).validate_python(text) == text


@pytest.mark.parametrize(("form", "text"), REFUSED)
def test_what_has_another_form_is_refused_in_a_line(form: str, text: str) -> None:
    message, _ = fault(form, text)
    assert message
    assert "\n" not in message.replace(text, "")


@pytest.mark.parametrize(
    ("form", "text", "hint"),
    [
        ("Name", "My Demo", "lower-case letters, digits and '-': write my-demo"),
        ("Name", "a" * 51, "at most 50, so that object names fit"),
        ("Name", "日本", "lower-case letters, digits and '-'"),
        ("Namespace", "ML_models", "lower-case letters, digits and '-': write ml-models"),
        ("Namespace", "a" * 64, "at most 63"),
        ("LabelValue", "my team", "letters, digits, '-', '_', '.': write my-team"),
        ("Url", "grafana.example.org", "write https://grafana.example.org"),
        ("Url", "https://g.org/?x=1", "write https://g.org/"),
        ("Url", "??", "such as https://grafana.example.org"),
        ("GitUrl", "acme/gitops", "write https://github.com/acme/gitops.git"),
        ("GitUrl", "git@github.com/a/b", "write git@github.com:a/b"),
        ("RelativePath", "./out/demo/", "write out/demo"),
        ("RelativePath", "out\\demo", "write out/demo"),
        ("HostPort", "thanos", "such as thanos.example.org:10901"),
        ("Title", "a\nb", "no line breaks or control characters"),
    ],
)
def test_what_was_probably_meant(form: str, text: str, hint: str) -> None:
    assert fault(form, text)[1] == hint


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=20) | st.sampled_from([text for _, text in REFUSED]))
def test_whatever_is_said_to_be_meant_has_the_form(form: str, text: str) -> None:
    try:
        meant = adapter(form).validate_python(text)
    except ValidationError as refused:
        hint = refused.errors(include_url=False)[0].get("ctx", {}).get("hint", "")
        meant = next(iter(re.findall(r"\bwrite (\S+)$", hint)), None)
    assert meant is None or adapter(form).validate_python(meant) == meant


@pytest.mark.parametrize(
    ("form", "value", "text"), [("LabelValue", 5, "5"), ("LabelValue", 1.5, "1.5"), ("Port", 80, "80")]
)
def test_numbers_are_taken_for_texts_where_texts_look_like_them(form: str, value: float, text: str) -> None:
    assert adapter(form).validate_python(value) == text


@pytest.mark.parametrize("form", ["LabelValue", "Port"])
def test_true_is_no_text(form: str) -> None:
    assert "string" in fault(form, True)[0]


@pytest.mark.parametrize(("value", "versions"), [("1.2", ("1.2",)), (["1.2", "1.3"], ("1.2", "1.3")), (("a",), ("a",))])
def test_one_version_is_a_list_of_one(value: Any, versions: tuple[str, ...]) -> None:
    assert adapter("Versions").validate_python(value) == versions


def test_no_version_is_none() -> None:
    assert fault("Versions", [])[0]


@pytest.mark.parametrize(
    "label", ["app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "app.kubernetes.io/name", "obsgen.dev/mine"]
)
def test_a_label_of_every_object_is_not_for_taking(label: str) -> None:
    assert adapter("OwnLabels").validate_python({"team": "ml"}) == {"team": "ml"}
    message, hint = fault("OwnLabels", {label: "x"})
    assert message == f"label '{label}' is set by obsgen on every object"
    assert "such as team" in hint


@pytest.mark.parametrize("value", ["chat-.*", "a|b", "(a)", "", "[0-9]+"])
def test_a_regular_expression_is_taken(value: str) -> None:
    assert names.regex(value) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("(", "'(' is no regular expression"),
        ("[", "'[' is no regular expression"),
        ("a**", "'a**' is no regular expression: multiple repeat"),
        ("a.*+", "'a.*+' repeats a repetition"),
        ("a++", "'a++' repeats a repetition"),
    ],
)
def test_what_re2_would_refuse_or_read_otherwise_is_told(value: str, told: str) -> None:
    with pytest.raises(PydanticCustomError, match=re.escape(told)):
        names.regex(value)


@pytest.mark.parametrize(
    ("value", "right"), [("demo", True), ("a" * 51, False), ("A", False), (5, False), (None, False), ("", False)]
)
def test_whether_a_value_may_be_a_name(value: Any, right: bool) -> None:
    assert names.is_name(value) == right
