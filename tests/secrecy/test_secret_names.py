"""Where a profile names a Secret and its key, nobody's secret is echoed, whatever was written there."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, Command, findings

HOOK = "https://hooks.slack" + ".com/services/T00AB/B00CD/abcDEF123"
WRITTEN = {
    "in place of the name": f"slack: {{channel: '#a', url: '{HOOK}'}}",
    "without quotes": f"slack: {{channel: '#a', url: {HOOK}}}",
    "as the key": f"slack: {{channel: '#a', url: {{secret: keys, key: '{HOOK}'}}}}",
    "as the Secret's name": f"slack: {{channel: '#a', url: {{secret: '{HOOK}', key: url}}}}",
    "as a webhook's Secret": f"webhook: {{url: {{secret: '{HOOK}', key: url}}}}",
    "of no form that is known": "pagerduty: {routingKey: R0KEY1abcDEF123}",
    "as a number": "pagerduty: {routingKey: 123123123}",
}


def receiver(how: str) -> str:
    return f"{ALPHA}alertmanager:\n  receivers:\n    chat: {{{how}}}\n"


@pytest.mark.parametrize("how", WRITTEN)
def test_a_secret_in_place_of_its_name_is_told_once_and_quoted_nowhere(
    how: str, obsgen: Command, tmp_path: Path
) -> None:
    (tmp_path / "profile.yaml").write_text(receiver(WRITTEN[how]))
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "1 error. Nothing was written." in ran.err
    assert "error[secret/value]" in ran.err
    assert not [each for each in ("hooks.slack", "abcDEF123", "123123123") if each in ran.err + ran.out]


def test_the_hint_says_what_belongs_there() -> None:
    (whole,) = findings(receiver(WRITTEN["in place of the name"]))
    (key,) = findings(receiver(WRITTEN["as the key"]))
    assert whole.hint.startswith("write {secret: NAME, key: KEY}")
    assert key.hint.startswith("write the name alone, such as slack-url")


def test_a_name_that_is_only_misspelt_is_repaired() -> None:
    (only,) = findings(receiver("pagerduty: {routingKey: {secret: My Keys, key: pager}}"))
    assert only.hint.endswith("write my-keys")


def test_a_webhook_has_an_address_or_a_secret() -> None:
    (address,) = findings(receiver("webhook: {url: example.org/hook}"))
    (mapping,) = findings(receiver("webhook: {url: {secret: keys}}"))
    assert address.hint == "write https://example.org/hook"
    assert (mapping.id, mapping.message) == ("profile/missing-key", "key 'key' is missing")
