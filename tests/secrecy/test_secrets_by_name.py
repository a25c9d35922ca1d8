"""What is secret by the name of a key, a flag, a variable or a header, and what only sounds like it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secret_places import IN_TEXT, PLACES, WHOLE, written

from obsgen.checks import validate
from obsgen.report import Options, formats, render
from obsgen.report.sources import reader
from obsgen.secrecy.hiding import hiding, masked_names
from obsgen.secrecy.names import asks, is_ordinary, secret_part
from obsgen.secrecy.texts import named, secrets_in
from obsgen.secrecy.values import is_secret_at, secrets_of
from obsgen.source import load_text

ROOT = Path(__file__).parents[2]
SECRET = "q7Horse42Battery"
ONLY_READ = (
    "a block in YAML",
    "a variable, value first",
    "a header's values",
    "Grafana's secure data",
    "a Secret",
    "a Secret in base64",
    "a slack receiver",
    "a patch in a text",
)
"""Places whose name does not stand beside the secret: a file must be read to know it."""


@pytest.mark.parametrize(
    "name",
    [
        "password", "adminPassword", "PGPASSWORD", "db_passwd", "GF_SECURITY_ADMIN_PASSWORD", "smtp_auth_password",
        "DB_PASS", "passphrase", "api-key", "apiKey", "APIKey", "OPENAI_API_KEY", "OPENAI_API_KEY_PROD", "X-Api-Key",
        "LITELLM_MASTER_KEY", "AWS_SECRET_ACCESS_KEY", "ROBOTHEUS_KEY", "routing_key", "client-key-data", "hf-token",
        "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "token", "bearerToken", "vault-token", "example.org/token", "token2",
        "access_tokens", "clientSecret", "OAUTH_CLIENT_SECRET", "WEBHOOK_SECRET", "Authorization", "credentials",
        "Proxy-Authorization", "cookie", "slack_api_url", "alertmanager.config.global.slack_api_url", "SLACK_WEBHOOK",
        "webhookUrl", "connectionString", "SENTRY_DSN", "password_hash", "use_auth_token", "secureJsonData",
    ],
)  # fmt: skip
def test_names_that_ask(name: str) -> None:
    assert asks(name)


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens", "max-num-batched-tokens", "maxTokens", "tokens", "tokens_per_second", "TOKENIZERS_PARALLELISM",
        "tokenizer", "tokenizer-mode", "bos_token_id", "eos_token", "pad_token", "stop_token_ids", "special_tokens",
        "time_to_first_token", "timePerOutputToken", "cost_per_token", "interTokenLatency", "tokenTimeTarget",
        "tokenSecretName", "secretName", "existingSecretName", "secretKeyRef", "imagePullSecrets", "secrets",
        "passwordKey", "userKey", "passwordSecretRef", "password_file", "bearerTokenFile", "credentialsFile", "key",
        "keys", "topologyKey", "PARTITION_KEY", "LANGFUSE_PUBLIC_KEY", "cache_key", "handlerKey", "tokenUrl", "author",
        "vault.hashicorp.com/agent-inject-secret-token", "proxy_pass", "compass", "bypass", "monkey", "keepalive",
        "password_min_length", "token_expiration", "api_key_alias", "serviceAccountName", "webhooks", "slack_channel",
        "accessKeyId", "expr", "model", "vllm:generation_tokens_total", "",
    ],
)  # fmt: skip
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not asks(name)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("token", "abc", "abc"),
        ("token", "true", ""),
        ("disableDefaultAdminSecret", "True", ""),
        ("token", "4096", ""),
        ("token", "33ms", ""),
        ("token", "8 s", ""),
        ("token", "12345678901234", "12345678901234"),
        ("password", "12345", "12345"),
        ("token", "the name of the token", ""),
        ("password", "the name of the horse", "the name of the horse"),
        ("token", "${TOKEN}", ""),
        ("token", "$(TOKEN)", ""),
        ("password", "$__file{/etc/secret}", ""),
        ("password", "{{ .Values.password }}", ""),
        ("password", "<path:kv/data/x#password>", ""),
        ("password", "P@ss*w0rd\\<x", "P@ss*w0rd\\<x"),
        ("password", "a${x}", "a${x}"),
        ("token", "/var/run/secrets/token", ""),
        ("token", "vault:secret/data/x", ""),
        ("Authorization", "Bearer abc", "abc"),
        ("Authorization", "Basic YTpi", "YTpi"),
        ("Authorization", "Bearer $TOKEN", ""),
        ("apiKeySecret", "vllm-api-key", ""),
        ("existingSecret", "grafana-admin-7f3a9bk2m5", ""),
        ("secret", "S3cr3t/horse", "S3cr3t/horse"),
        ("slack_api_url", "https://hooks.slack.com/services/T0/B0/x", "services/T0/B0/x"),
        ("webhook_url", "http://alerts.ml.svc:8080/hook", ""),
        ("webhook_url", "http://localhost:8080/hook", ""),
        ("SENTRY_DSN", "https://abc@o1.example.org/1", "abc@o1.example.org/1"),
        ("password", "", ""),
        ("password", "***", ""),
    ],
)
def test_what_of_a_value_is_secret(name: str, value: str, part: str) -> None:
    assert secret_part(asks(name), value) == part


@pytest.mark.parametrize(
    "secret", ["admin", "EMPTY", "not-needed", "Change me", "8000", "ab1", "grafana.ini", "out/demo"]
)
def test_what_others_say_too_is_ordinary(secret: str) -> None:
    assert is_ordinary(secret)


@pytest.mark.parametrize("secret", ["hunter2", "q7Horse42Battery", "1234567", "abcD", "x" * 40])
def test_what_nobody_says_by_chance_is_not(secret: str) -> None:
    assert not is_ordinary(secret)


@pytest.mark.parametrize("place", PLACES)
def test_a_document_s_secrets_are_found(place: str) -> None:
    (document,) = load_text(written(SECRET, place), "all.yaml")
    found = list(secrets_of(document.value))
    assert [each for each in found if SECRET in each]
    assert not list(secrets_of(load_text(written("", place), "all.yaml")[0].value)) or place in IN_TEXT


@pytest.mark.parametrize("place", [each for each in WHOLE if "Secret" not in each and "base64" not in each])
def test_a_value_alone_is_told_from_others(place: str) -> None:
    """By its route, whatever stands in the text of files in it."""
    (document,) = load_text(written(SECRET, place), "all.yaml")
    secret = [route for route, value in leaves(document.value) if value == SECRET]
    assert all(is_secret_at(document.value, route, SECRET) for route in secret)
    others = [(route, value) for route, value in leaves(document.value) if SECRET not in str(value)]
    assert not [each for each in others if is_secret_at(document.value, *each)]


def leaves(value: Any, route: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict | list):
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(below, (*route, step))
    else:
        yield route, value


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("- --api-key\n- q7\n", "q7"),
        ("args: [--port, '80', --api-key, q7x1, --name, a]", "q7x1"),
        ("vllm serve --max-tokens 4096 --hf-token=q7 --port 1", "q7"),
        ("export HF_TOKEN='a q7'", "a q7"),
        ("FOO=1 HF_TOKEN=q7 vllm serve", "q7"),
        ("host=db user=x password=q7 dbname=y", "q7"),
        ("https://x.org/y?token=q7", "q7"),
        ("curl -H 'X-Api-Key: q7' http://x", "q7"),
        ("- name: HF_TOKEN\n  value: 'q7'\n", "q7"),
        ('{"a": "{\\"apiKey\\": \\"q7\\"}"}', "q7"),
        ("admin_password = q7  # for now", "q7"),
        ("# password: q7", "q7"),
        ('params {"token": ["q7"]} is new', "q7"),
    ],
)
def test_texts_are_read_by_their_names(text: str, secret: str) -> None:
    assert [text[each.start : each.start + each.length] for each in named(text)] == [secret]


@pytest.mark.parametrize(
    "text",
    [
        'sum by (model) (rate(vllm:generation_tokens_total{token="x", api_token="y"}[5m]))',
        'vllm:token:rate5m / on (pod) vllm:max_token:sum{token_type="input"} > 10',
        "description: the password: see the page of the exporter",
        "lower `--max-num-batched-tokens`, or ask for a token: `kubectl create token`",
        "the server runs with --api-key, which asks for a key",
        "Time to first token: [vllm:time_to_first_token_seconds_bucket]",
        "secret: alertmanager-keys",
        "- {secretKey: slack-url, remoteRef: {key: shop/slack}}",
        "{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hf, key: token}}}",
        "admin: {existingSecret: grafana-admin, userKey: username, passwordKey: password}",
        "--tokenizer mistral --trust-remote-code",
        '--api-key "$API_KEY"',
        "password: ${{ secrets.PASSWORD }}",
        "automountServiceAccountToken: false",
        "docker run --user 1000:1000 --name user:x",
        "kubectl --user system:serviceaccount:ml:app",
        'bos_token: "<s>"',
        "stop_token_ids: [1, 2]",
        "credentials_file: /etc/prometheus/secrets/a/token",
    ],
)
def test_texts_without_any_stay(text: str) -> None:
    assert masked_names(text) == text


@pytest.mark.parametrize("folder", ["out", "argocd", "profiles"])
def test_nothing_that_is_rendered_is_hidden(folder: str) -> None:
    """Whatever a profile says, and whatever comes of it, stays readable."""
    files = [each for each in sorted((ROOT / folder).rglob("*")) if each.suffix in (".yaml", ".json", ".md")]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [text[each.start : each.start + each.length] for each in named(text)], path
        for document in () if path.suffix == ".md" else load_text(text, path.name):
            assert not list(secrets_of(document.value)), path


@pytest.mark.parametrize(
    ("secrets", "text", "told"),
    [
        (["services/T0/x9", "services/T0/q7"], "services/T0/q7 → services/T0/x9, services", "*** → ***, services"),
        (["monitoring-q7-x"], "monitoring in monitoring-q7-x", "monitoring in ***"),
        (["monitoring-q7-x"], "monitoring-q7…", "***…"),
        (["q7"], "q7 q7x xq7 (q7)", "*** q7x xq7 (***)"),
        (['q7"x\ny9'], 'q7\\"x\\ny9 and q7"x y9', "*** and ***"),
        (["grafana"], "Deployment grafana", "Deployment grafana"),
        ([], "https://u:q7@x.org", "https://***@x.org"),
        ([], "--api-key q7 --port 1", "--api-key *** --port 1"),
        ([], "args[0]: --api-key is gone", "args[0]: --api-key is gone"),
        ([], "args[0] --api-key → --hf-token", "args[0] --api-key → --hf-token"),
        ([], "args[0] --api-key differs", "args[0] --api-key differs"),
        (["q7x9Horse"], "data.password: q7x9Horse is gone; x", "data.password: *** is gone; x"),
    ],
)  # fmt: skip
def test_what_is_told_is_hidden(secrets: list[str], text: str, told: str) -> None:
    assert hiding(secrets, {"grafana"})(text) == told


@settings(deadline=None)
@given(
    st.text(st.sampled_from("aK:= -\"'\\n{}[]&?,;./#$<>_") | st.characters(), max_size=60),
    st.sampled_from(sorted(PLACES)),
)
def test_any_text_can_be_read(text: str, place: str) -> None:
    whole = f"password: {text}\n--api-key {text}\n{json.dumps(PLACES[place](text))}"
    ends = [0]
    for leak in secrets_in(whole):
        assert ends[-1] <= leak.start < leak.start + leak.length <= len(whole)
        ends.append(leak.start + leak.length)


@pytest.mark.parametrize("place", PLACES)
def test_lines_of_files_are_shown_without_them(place: str, tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    text = written(SECRET, place)
    broken = "" if place in ONLY_READ else f"{text}{{\n"
    for secret, whole in ((SECRET, text), (SECRET, broken), ("hunter2", written("hunter2", place))):
        path.write_text(whole)
        source = reader([])(str(path))
        assert len(source.lines) == len(whole.split("\n"))
        assert not [each for each in source.lines if secret in each and "base64" not in place]


def test_a_validation_quotes_none(tmp_path: Path) -> None:
    """Whatever else is wrong on the same line or in the same object."""
    (tmp_path / "all.yaml").write_text(written(SECRET).replace('"port"', '"prot"').replace('"image"', '"imge"'))
    report = validate([tmp_path], "off")
    assert len(report.findings) > 5
    for name in formats():
        assert SECRET not in render(name, report, Options(verbose=True))


def test_a_message_quotes_none_either(tmp_path: Path) -> None:
    """What a schema refuses may be a secret, and may stand elsewhere as well."""
    monitor = PLACES["a parameter of a scrape"](SECRET)
    monitor["spec"]["endpoints"][0].update(interval=SECRET, params={"token": SECRET})
    (tmp_path / "all.yaml").write_text(json.dumps(monitor))
    report = validate([tmp_path], "off")
    assert [each.message for each in report.findings if "***" in each.message]
    for name in formats():
        assert SECRET not in render(name, report, Options(verbose=True))
