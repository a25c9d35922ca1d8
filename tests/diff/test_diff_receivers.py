"""How two receivers differ, in words: what is a secret, or may be one, is never among them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.diff.routing.receivers import told

SECRETS = (
    *("api_key", "api_secret", "api_url", "app_token", "auth_identity", "auth_password", "auth_secret", "bot_token"),
    *("client_secret", "credentials", "password", "routing_key", "secret_key", "service_key", "token", "url"),
    *("user_key", "webhook_url", "bearer_token", "apiURL", "routingKey", "anything", "new_key_of_tomorrow"),
)
"""Keys of integrations with secrets, in both spellings, and such as nobody knows yet."""
PLACES: tuple[tuple[str, ...], ...] = (
    (),
    ("http_config",),
    ("http_config", "authorization"),
    ("http_config", "oauth2"),
)
VALUES = st.text("0123456789abcdefXYZ/:.-", min_size=6, max_size=40)


def receiver(kind: str, **config: Any) -> dict[str, Any]:
    return {"name": "ml", f"{kind}_configs": [config]}


def _nested(place: tuple[str, ...], key: str, value: Any) -> dict[str, Any]:
    for step in reversed((*place, key)):
        value = {step: value}
    found: dict[str, Any] = value
    return found


@given(st.sampled_from(SECRETS), st.sampled_from(PLACES), VALUES, VALUES, st.booleans())
def test_values_of_keys_that_may_be_secrets_are_never_shown(
    key: str, place: tuple[str, ...], old: str, new: str, is_new: bool
) -> None:
    before = receiver("slack", channel="#ml", **({} if is_new else _nested(place, key, f"old{old}")))
    found = told(before, receiver("slack", channel="#ml", **_nested(place, key, f"new{new}")))
    assert found is not None
    assert f"new{new}" not in found[0]
    assert f"old{old}" not in found[0]
    assert key in found[0] or place[:1] == ("http_config",)


@given(st.dictionaries(st.sampled_from(SECRETS), VALUES, min_size=1))
def test_equal_receivers_differ_in_nothing(config: dict[str, str]) -> None:
    assert told(receiver("webhook", **config), receiver("webhook", **dict(reversed(config.items())))) is None


@pytest.mark.parametrize(
    ("old", "new", "what", "risk"),
    [
        ({"channel": "#a"}, {"channel": "#b"}, "channel #a → #b", "needs review"),
        ({}, {"channel": "#b"}, "channel nothing → #b", "needs review"),
        ({"send_resolved": True}, {"send_resolved": False}, "send_resolved true → false", "needs review"),
        ({"api_url_file": "/a"}, {"api_url_file": "/b"}, "api_url_file /a → /b", "needs review"),
        (
            {"apiURL": {"name": "a", "key": "x"}},
            {"apiURL": {"name": "b", "key": "x"}},
            "apiURL.name a → b",
            "needs review",
        ),
        ({"api_url": "a"}, {}, "api_url is gone", "needs review"),
        ({}, {"api_url": "a"}, "api_url is new", "needs review"),
        ({"title": "a"}, {"title": "b"}, "other texts", "safe"),
        ({"fields": [{"title": "a", "value": "b"}]}, {"fields": []}, "other texts", "safe"),
        ({"title": "a", "channel": "#a"}, {"title": "b", "channel": "#b"}, "channel #a → #b", "needs review"),
    ],
)
def test_targets_are_told_and_texts_are_safe(old: dict[str, Any], new: dict[str, Any], what: str, risk: str) -> None:
    assert told(receiver("slack", **old), receiver("slack", **new)) == (what, risk)


def test_more_targets_of_an_integration_are_counted() -> None:
    old, new = ({"name": "ml", "slack_configs": [{"channel": "#a"}] * count} for count in (1, 2))
    assert told(old, new) == ("2 slack_configs instead of 1", "needs review")


def test_of_much_that_differs_the_first_parts_are_told() -> None:
    old, new = ({f"key{number}": f"{side}{number}" for number in range(6)} for side in ("a", "b"))
    found = told(receiver("slack", **old), receiver("slack", **new))
    assert found == ("another key0; another key1; another key2; 3 more", "needs review")


@pytest.mark.parametrize(
    ("old", "new", "what", "risk"),
    [
        (("pagerduty",), ("slack",), "tells by slack instead of pagerduty", "may stop paging"),
        (("slack",), ("pagerduty",), "tells by pagerduty instead of slack", "may page"),
        (("slack",), ("email",), "tells by email instead of slack", "needs review"),
        (("slack",), ("email", "slack"), "also tells by email", "needs review"),
        (("pagerduty", "slack"), ("slack",), "no longer tells by pagerduty", "may stop paging"),
        (("pagerduty", "slack"), ("pagerduty",), "no longer tells by slack", "needs review"),
        (("slack",), (), "tells nobody any more, was slack", "may stop paging"),
        ((), ("slack",), "also tells by slack", "needs review"),
        (("pagerduty",), ("victorops",), "tells by victorops instead of pagerduty", "needs review"),
        (("email",), ("webhook",), "tells by webhook instead of email", "may page"),
    ],
)
def test_other_integrations(old: tuple[str, ...], new: tuple[str, ...], what: str, risk: str) -> None:
    before, after = ({"name": "ml", **{f"{each}_configs": [{}] for each in side}} for side in (old, new))
    assert told(before, after) == (what, risk)
