"""Profiles with mistakes, through the command: every mistake at its place, what to type, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, HEAD, Command, files_in, findings, marked

MINE = "server: chat, group: g, signal: waiting, above: 3, for: 1m, severity: info, summary: s, description: d"

# A profile whose mistake stands at the mark ^, what is said of it, and what to type instead.
MISTAKES = {
    "an unknown key": (ALPHA + "^grafanna: {folder: x}\n", "unknown key 'grafanna'", "did you mean 'grafana'?"),
    "an unknown key inside": (ALPHA + "grafana: {^foldr: x}\n", "unknown key 'foldr'", "did you mean 'folder'?"),
    "an unknown key in a list": (
        HEAD + "modelServers:\n  - {name: a, type: alpha, ^vresion: 1}\n",
        "vresion",
        "'version'?",
    ),
    "a missing key": (HEAD + "modelServers:\n  - ^{name: a}\n", "key 'type' is missing", "type"),
    "a missing stack": ("^apiVersion: obsgen.dev/v1alpha1\nkind: Profile\n", "key 'stack' is missing", "stack"),
    "another version": (HEAD.replace("obsgen.dev/v1alpha1", "^v2"), "cannot be 'v2'", "obsgen.dev/v1alpha1"),
    "a wrong type": (HEAD + "modelServers: ^chat\n", "must be a list, not 'chat'", ""),
    "a quantity without a unit": (
        ALPHA.replace("http}", "http, thresholds: {latencyP95: ^8}}"),
        "'8' is not in seconds: it has no unit",
        "write 8s (or 8ms?)",
    ),
    "a wrong unit": (ALPHA.replace("http}", "http, thresholds: {latencyP95: ^8C}}"), "unknown unit 'C'", "write 8s"),
    "a share above one": (
        ALPHA.replace("http}", "http, thresholds: {memoryUsage: ^90}}"),
        "'90' lies outside 0 to 1",
        "write 90% or 0.9",
    ),
    "a limit beyond the buckets": (
        ALPHA.replace("http}", "http, thresholds: {latencyP95: ^8000s}}"),
        "lies outside the buckets of alpha_request_seconds (100 ms to 100 s)",
        "did you mean 8s",
    ),
    "a limit below the buckets": (
        ALPHA.replace("http}", "http, thresholds: {latencyP95: ^8ms}}"),
        "lies outside the buckets",
        "did you mean 8s?",
    ),
    "a negative time": (ALPHA.replace("http}", "http, thresholds: {latencyP95: ^-8s}}"), "less than nothing", "8s"),
    "an unknown threshold": (
        ALPHA.replace("http}", "http, thresholds: {^latencyP59: 8s}}"),
        "alpha has no threshold 'latencyP59'",
        "did you mean 'latencyP95'?",
    ),
    "an unknown component": (HEAD + "modelServers: [{name: a, type: ^alhpa}]\n", "'alhpa'", "did you mean 'alpha'?"),
    "a component of another role": (
        HEAD + "modelServers: [{name: a, type: ^probe}]\n",
        "'probe' is of the role gpuExporter, not modelServer",
        "",
    ),
    "an unknown version": (ALPHA.replace("http}", 'http, version: ^"9.9"}'), "newer than any known", "2.0.0"),
    "an old version": (ALPHA.replace("http}", 'http, version: ^"0.1"}'), "older than any known", "1.0.0"),
    "a version of what has none": (
        HEAD + "modelServers: [{name: a, type: beta, version: ^2}]\n",
        "beta has no versions",
        "remove the key",
    ),
    "an unknown option": (ALPHA.replace("http}", "http, options: {^mood: x}}"), "no option 'mood'", "'mode'?"),
    "an unknown choice": (ALPHA.replace("http}", "http, options: {mode: ^x}}"), "mode cannot be 'x'", "gateway"),
    "a name used twice": (
        HEAD + "modelServers: [{name: a, type: alpha}, {name: ^a, type: beta}]\n",
        "the name 'a' is used twice",
        "choose another",
    ),
    "a name that the platform has": (
        HEAD + "modelServers: [{name: ^plat, type: beta}]\n",
        "platform component",
        "another",
    ),
    "a runtime in what hosts none": (
        HEAD + "modelServers: [{name: a, type: alpha, ^runtime: {type: beta}}]\n",
        "alpha hosts no runtime",
        "remove the key",
    ),
    "a provider that is not exposed": (
        HEAD + "providers: [{name: m, type: meter, covers: [^umbrella]}]\n",
        "meter exposes nothing of umbrella",
        "",
    ),
    "a port by number": (ALPHA.replace("port: http", "port: ^8080"), "would match nothing", "the port's name"),
    "a number for a Service": (
        ALPHA.replace("port: http", "portNumber: ^8080"),
        "a Service's port is found by its name",
        "port:",
    ),
    "no selector at all": (ALPHA.replace("{app: chat}", "^{}"), "nothing is listed here", "name at least one"),
    "honorLabels where it is overridden": (
        ALPHA.replace("http}", "http, honorLabels: ^true}") + "prometheus: {mode: openshift}\n",
        "overrides honorLabels",
        "remove honorLabels",
    ),
    "an unknown alert": (ALPHA + "alerts: {^AlphaLatencyHihg: {for: 5m}}\n", "no alert", "'AlphaLatencyHigh'?"),
    "an unknown alert of a server": (
        ALPHA.replace("http}", "http, alerts: {^BetaDeep: {enabled: false}}}"),
        "alpha has no alert 'BetaDeep'",
        "",
    ),
    "an alert of an unknown server": (
        ALPHA + "alerts: {Mine: {" + MINE.replace("server: chat", "server: ^caht") + "}}\n",
        "no server 'caht'",
        "did you mean 'chat'?",
    ),
    "a duration that is none": (ALPHA + "alerts: {AlphaQueued: {for: ^5 minutes}}\n", "is not a duration", "5m"),
    "a severity that is none": (ALPHA + "alerts: {AlphaQueued: {severity: ^page}}\n", "cannot be 'page'", "critical"),
    "an alert that always fires": (
        ALPHA + "alerts: {^Mine: {" + MINE.replace("above: 3, ", "") + "}}\n",
        "nothing is compared",
        "above:",
    ),
    "an alert with two limits": (
        ALPHA + "alerts: {^Mine: {" + MINE.replace("above: 3", "above: 3, below: 1") + "}}\n",
        "one limit",
        "remove",
    ),
    "an alert about an unknown signal": (
        ALPHA + "alerts: {Mine: {" + MINE.replace("signal: waiting", "signal: ^wating") + "}}\n",
        "no signal 'wating'",
        "did you mean 'waiting'?",
    ),
    "a sentence that makes no sense": (
        ALPHA + "alerts: {^Mine: {" + MINE.replace("above: 3", "quantile: 0.9, above: 3") + "}}\n",
        "it has no rate and no quantile",
        "",
    ),
    "a limit in another unit": (
        ALPHA + "alerts: {Mine: {" + MINE.replace("above: 3", "above: ^3s") + "}}\n",
        "unknown unit 's'",
        "write 3",
    ),
    "a query that is none": (
        ALPHA + "alerts: {Mine: {" + MINE.replace("signal: waiting", "expr: ^'sum(x', unit: count") + "}}\n",
        "this is not PromQL: '(' is never closed",
        "",
    ),
    "a price that is none": (
        ALPHA + "prices: {acme: {m: {input: ^5, output: 1USD/Mtok}}}\n",
        "has no unit",
        "write 5USD/Mtok",
    ),
    "a price for a provider that nobody knows": (
        ALPHA + "prices: {^amce: {m: {input: 5USD/Mtok, output: 1USD/Mtok}}}\n",
        "no component reads the usage of a provider 'amce'",
        "did you mean 'acme'? known: acme, initech",
    ),
    "a list in an environment": (
        ALPHA + "environments: {dev: {^modelServers: [{name: other, type: alpha}]}}\n",
        "this list would replace all of modelServers: chat",
        "change them by name: modelServers: {chat: {…}}; null instead of {…} removes one",
    ),
    "a server that an environment does not have": (
        ALPHA + "environments: {dev: {modelServers: {^caht: {namespace: x}}}}\n",
        "there is no 'caht' among modelServers",
        "did you mean 'chat'? known: chat; a new one has `type:`",
    ),
    "a folder that is not there": (ALPHA + "templates: [^mine]\n", "no such folder", "a folder beside the profile"),
    "a duplicate key": (ALPHA + "grafana: {folder: a}\n^grafana: {folder: b}\n", "stands twice", ""),
    "no YAML": (ALPHA + "grafana: ^{folder: a\nalerts: {}\n", "this '{' is never closed", "add '}' where it ends"),
    "a tab": (ALPHA + "grafana:\n^\tfolder: a\n", "a tab indents this line", "indent with blanks"),
    "an object's tag": (
        ALPHA + "labels: ^!!python/object/apply:os.getcwd []\n",
        "data only, no objects",
        "remove the tag",
    ),
    "an alias of nothing": (ALPHA + "grafana: ^*nowhere\n", "has no anchor before it", ""),
    "a list": ("^- a\n- b\n", "a profile is a mapping of keys", "obsgen init"),
    "one word": ("^hello\n", "a profile is a mapping of keys", "obsgen init"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_at_its_place_with_what_to_type(mistake: str, obsgen: Command, tmp_path: Path) -> None:
    text, told, hint = MISTAKES[mistake]
    source, line, column = marked(text)
    (tmp_path / "profile.yaml").write_text(source)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert ran.out == ""
    assert f"profile.yaml:{line}:{column}: error[" in ran.err
    assert told in ran.err
    assert hint in ran.err
    assert "1 error. Nothing was written." in ran.err
    assert list(files_in(tmp_path)) == ["profile.yaml"]


def test_all_mistakes_are_told_at_once(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(
        HEAD + "modelServers:\n"
        "  - {name: A, type: alpha, port: '80 80'}\n"
        "  - {name: b, type: alpha, wrong: 1}\n"
        "grafana: {delivery: magic}\n"
        "environments: {dev: {cluster: {name: 'x y'}}}\n"
    )
    ran = obsgen("render", "profile.yaml")
    assert [line.split(": ")[0] for line in ran.err.splitlines() if ": error[" in line] == [
        "profile.yaml:5:12",
        "profile.yaml:5:34",
        "profile.yaml:6:28",
        "profile.yaml:7:21",
        "profile.yaml:8:38",
    ]
    assert "5 errors. Nothing was written." in ran.err


def test_mistakes_of_meaning_are_told_at_once_too(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        HEAD + "modelServers:\n"
        "  - {name: a, type: alhpa}\n"
        "  - {name: b, type: alpha, thresholds: {latencyP95: 8}}\n"
        "environments: {dev: {modelServers: {b: {version: '77'}}}}\n"
    )
    (tmp_path / "two.yaml").write_text(HEAD.replace("demo", "other") + "modelServers: [{name: a, type: nope}]\n")
    ran = obsgen("render", "one.yaml")
    assert ran.err.count(": error[") == 3
    (tmp_path / "one.yaml").write_text(HEAD + "bogus: 1\n")
    ran = obsgen("render", "one.yaml", "two.yaml")
    assert "one.yaml:4:1: error[profile/unknown-key]" in ran.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"# a comment alone\n", "is empty"),
        (b"stack: a\n---\nstack: b\n", "holds 2 documents"),
        (b"stack: \xff\xfe\n", "byte 0xff is not UTF-8"),
        ("stack: ä\n".encode("utf-16"), "is not UTF-8"),
        (b"stack: \x00\n", "special characters are not allowed"),
        (bytes(range(255, 0, -1)), "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_text_of_yaml(content: bytes, told: str, obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_bytes(content)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert told in ran.err
    assert "profile.yaml:1:" in ran.err


def test_a_file_that_is_not_there_a_folder_a_closed_one(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, told in (
        ("gone.yaml", "no such file"),
        ("loop.yaml", "symbolic links"),
    ):
        ran = obsgen("render", name)
        assert ran.code == 2
        assert f"{name}:1:1: error[file/" in ran.err
        assert told in ran.err
    ran = obsgen("render", "folder.yaml")
    assert (ran.code, ran.err) == (2, "error: there are no profiles in folder.yaml/\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["render"], "there is no folder profiles/"),
        (["render", "nothing"], "there are no profiles in nothing/"),
        (["render", "profile.yaml", "--env", "pord"], "no environment 'pord'"),
        (["render", "profile.yaml", "--env", "../prod"], "no environment '../prod'"),
        (["render", "profile.yaml", "--templates", "nowhere"], "no such folder of components"),
        (["render", "profile.yaml", "profile.yaml"], "stack 'demo' is also that of profile.yaml"),
        (["rendr"], "No such command"),
        (["render", "--wrong"], "No such option"),
    ],
)
def test_a_wrong_command_line(arguments: list[str], told: str, obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(ALPHA)
    (tmp_path / "nothing").mkdir()
    ran = obsgen(*arguments)
    assert ran.code == 2
    assert told in ran.err
    assert list(files_in(tmp_path)) == ["profile.yaml"]


def test_two_stacks_that_would_overwrite_each_other(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ALPHA)
    (tmp_path / "two.yaml").write_text(ALPHA.replace("demo", "other"))
    ran = obsgen("render", "one.yaml", "two.yaml")
    assert ran.code == 2
    assert "two.yaml:3:8: error[profile/collision]: ServiceMonitor monitoring/chat is also in stack 'demo'" in ran.err
    (tmp_path / "two.yaml").write_text(ALPHA.replace("demo", "other") + "namespaces: {monitoring: elsewhere}\n")
    assert obsgen("render", "one.yaml", "two.yaml").code == 0


def test_a_fault_of_every_environment_is_told_once() -> None:
    text = (
        HEAD + "bogus: 1\nmodelServers: [{name: a, type: alpha}]\nenvironments: {dev: {}, prod: {cluster: {name: x}}}\n"
    )
    assert len(findings(text)) == 1


ARGO = "argocd: {repoURL: 'https://github.com/acme/x.git'"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("^dashboards: {alhpa: {title: x}}\n", "no dashboard 'alhpa' in this stack"),
        ("alerts: {^AlphaDown: {name: AlphaSlow}}\n", "chat has two alerts called 'AlphaSlow'"),
        ("alerts: {^AlphaDown: {" + MINE + "}}\n", "chat has two alerts called 'AlphaDown'"),
        (
            "^" + ARGO + ", applications: [{name: x, part: rules}, {name: x, part: monitors}]}\n",
            "two applications are called 'x'",
        ),
        (
            "^" + ARGO + ", suffix: ''}\nenvironments: {dev: {cluster: {name: d}}, prod: {cluster: {name: p}}}\n",
            "application 'demo' is there in 'dev' and in 'prod'",
        ),
        ("alerts: {Mine: {" + MINE + ", by: ^[modle]}}\n", "no series here has a label 'modle'"),
    ],
)
def test_one_thing_never_overwrites_another_in_silence(more: str, told: str, obsgen: Command, tmp_path: Path) -> None:
    source, line, _ = marked(ALPHA + more)
    (tmp_path / "profile.yaml").write_text(source)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert f"profile.yaml:{line}:" in ran.err
    assert told in ran.err


@pytest.mark.parametrize("written", ["0.10", "[0.10]", "1"])
def test_a_version_behind_a_misspelt_key_is_read_as_it_is_written(written: str) -> None:
    (slip, version) = findings(
        f"{HEAD}modelServers:\n  - {{name: a, type: alpha, verison: {written}}}\n".replace("1}", "77}")
    )
    assert (slip.id, version.id) == ("profile/unknown-key", "profile/unknown-version")
    assert ("0.10" if "0.10" in written else "77") in version.message
