"""What counts as a secret in a text, what does not, and that it is gone where it is masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from secrets_made_up import ANY_FORM, FORMS, HEX, PASSWORDS, mixed

from obsgen.findings import redacted
from obsgen.leaks import leaks, masked, without


def found(text: str) -> list[str]:
    return [text[leak.start : leak.start + leak.length] for leak in leaks(text)]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_every_form_is_found_wherever_it_stands(form: str, data: st.DataObject) -> None:
    secret = data.draw(FORMS[form])
    for text in (
        secret,
        f"url: {secret}",
        f"a: '{secret}' # b",
        f'{{"x": ["{secret}"]}}',
        f"see {secret}, which works",
    ):
        assert found(text) == [secret]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: hunter2", "hunter2"),
        ("password: 'hunter 2'", "hunter 2"),
        ("adminPassword: prom-operator # as it is", "prom-operator"),
        ("# smtp_auth_password: hunter2", "hunter2"),
        ('  "passphrase" : "hunter2",', "hunter2"),
        ("{username: a, password: b}", "b"),
        ('args: ["--password=hunter2"]', "hunter2"),
        ("- name: DB_PASSWORD\n  value: hunter2", "hunter2"),
        ("- {name: DB_PASSWORD, value: 'hunter2'}", "hunter2"),
        ("url: postgres://chat:hunter2@db/chat", "chat:hunter2"),
        ("alertmanager.yaml: |\n  global:\n    smtp_auth_password: hunter2\n", "hunter2"),
        ("PASSWORD: hunter2\r\nuser: x", "hunter2"),
    ],
)
def test_values_behind_names(text: str, secret: str) -> None:
    assert found(text) == [secret]


@pytest.mark.parametrize(
    "key", ["routing_key", "service_key", "apiKey", "api-key", "token", "AUTH_TOKEN", "clientSecret"]
)
@given(secret=HEX | mixed(24))
def test_keys_behind_names(key: str, secret: str) -> None:
    assert found(f"{key}: {secret}\n") == [secret]
    assert found(f"- name: {key}\n  value: {secret}\n") == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "password: {secret: smtp, key: password}",
        "password:\n  secret: smtp",
        'password: ""',
        "password: null",
        "password: ${PASSWORD}",
        "password: $(PASSWORD)",
        "password: $__file{/etc/secret}",
        "password: << password >>",
        "password: {{ .Values.password }}",
        "password: <path:kv/data/x#password>",
        "password: ENC[AES256_GCM,data:abc=]",
        "password: YOUR-PASSWORD",
        "password: '*******'",
        "passwordKey: password",
        "password_file: /etc/alertmanager/secrets/smtp/password",
        "secretKey: OPENAI_API_KEY",
        "apiKey: the-name-of-a-key",
        "token: the name of the token",
        "maxTokens: 4096",
        "tokens: 123456789012345678901234567890123456",
        "description: the password: see the page of the exporter",
        "keys: [username, password]",
        '{"password": {"type": "string"}}',
        '{password="hunter2"}',
        "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "https://user:password@example.org",
        "ssh://git@github.com/acme/x.git",
        "AKIAIOSFODNN7" + "EXAMPLE",
        "Authorization: Bearer $OPENAI_API_KEY",
        "a-task-of-many-words-that-goes-on-and-on-0123456789-A",
        "-----BEGIN CERTIFICATE-----\nMIIB\n",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert found(text) == []


def test_a_private_key_is_one_secret_whatever_its_length() -> None:
    key = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIBVgIBADANBgkqhkiG9w0\n" * 20
    assert len(leaks(f"key: |\n{key}-----END RSA PRIVATE KEY-----\n")) == 1
    assert "MIIB" not in masked(key)


@given(st.lists(ANY_FORM | PASSWORDS.map("password: {}".format) | st.text(max_size=20), max_size=5).map("\n".join))
def test_what_is_masked_has_the_same_lines_and_no_secret(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert [m.start() for m in re.finditer(r"[\r\n]", hidden)] == [m.start() for m in re.finditer(r"[\r\n]", text)]
    assert leaks(hidden) == []
    assert not any(secret in hidden for secret in found(text))


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    ends = [leak.start + leak.length for leak in leaks(text)]
    assert all(0 < end <= len(text) for end in ends)


@given(secret=mixed(40), cut=st.integers(8, 40), before=st.text(), after=st.text(max_size=5))
def test_a_secret_is_taken_out_of_a_message_even_where_it_is_cut_off(
    secret: str, cut: int, before: str, after: str
) -> None:
    told = without(f"{before}'{secret[:cut]}...'{after} {secret.lower()}", [secret])
    assert secret[:8].casefold() not in told.casefold()


@given(ANY_FORM)
def test_messages_about_values_show_no_secret(secret: str) -> None:
    assert secret not in redacted(f"cannot be '{secret}'")
    assert redacted("https://me:hunter2@example.org") == "https://***@example.org"
