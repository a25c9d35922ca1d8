"""Random valid profiles over the made-up components, with odd but legal names and texts."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Data = dict[str, Any]

ENVIRONMENTS = ("dev", "staging", "prod", "eu-1")
SERVERS = ("chat", "a", "x-1", "0", "on", "1e3", "null", "yes", "n" * 50, "m-2-3")
VERSIONS = ("1.0", "1.9", "1.10", "1.10.1", "1.5", "2.0", "2.0.0", "latest", 1.9)

# Everything that means something to YAML, Jinja, PromQL, Go's templates, Grafana, Markdown, kustomize or a shell.
_PIECES = (
    *(
        "plain words",
        "'single'",
        '"double"',
        "{one}",
        "}}",
        "{ {",
        "$var",
        "${var}",
        "$$",
        "$(kustomize)",
        "[[x]]",
        "%",
    ),
    *("<b>", "< <", ">>", "|", "| table |", "`code`", "\\", "\\n", "#comment", " # comment", "key: value", ": "),
    *("- item", "? key", "&anchor", "*alias", "!!tag", "@at", "%directive", "---", "...", "~", "yes", "0x1F", "1_000"),
    *("12:30", "2020-01-01", "null", "=", "äöü", "漢字", "😀", "\u00ad", "e\u0301", "/* x */", "-->", "<!-- ", "](x)"),
    *("'; drop", '"}', "'}", "{{`{{`}}"),
)
_LINES = tuple(piece for piece in _PIECES if piece.isprintable())
_NAMES_MODEL = "<< label('model') >>"
_TEMPLATES = (
    *("{{ $value }}", "{{ $labels.namespace }}", "{{ if gt $value 1.0 }}x{{ end }}"),
    *("<< value >>", "<< limit | default('?') >>", "<< name >>", _NAMES_MODEL, "<% if true %>yes<% endif %>"),
    *("two\nlines\n", "\ttab", "trailing ", "\n\n"),
)


def one_of(*values: Any) -> SearchStrategy[Any]:
    return st.sampled_from(values)


def some(strategies: dict[str, SearchStrategy[Any]], required: Data | None = None) -> SearchStrategy[Data]:
    """A mapping with any of the keys."""
    return st.fixed_dictionaries({key: st.just(value) for key, value in (required or {}).items()}, optional=strategies)


titles = (
    st.lists(st.sampled_from(_LINES), min_size=1, max_size=4).map(" ".join).map(lambda text: text.strip()[:120].strip())
)
texts = st.lists(st.sampled_from(_PIECES + _TEMPLATES), min_size=1, max_size=5).map(" ".join)
namespaces = one_of("ml", "models", "a-1", "kube-x", "123")
label_values = one_of("x", "1.0", "true", "a_b-c.d", "")
labels = st.dictionaries(one_of("app", "team", "app.kubernetes.io/x", "on", "y"), label_values, min_size=1, max_size=3)
durations = one_of("30s", "1m", "1h30m", "2d")
steps = one_of("5s", "30s", "1m15s", "2m")

_ALPHA_LIMITS = {
    "latencyP95": one_of("8s", "250ms", "1m", "0.5s"),
    "memoryUsage": one_of("90%", "0.5", 0.25, "0%", 1),
    "failures": one_of("0", 5, "10k"),
    "speed": one_of("30tok/s", "90tok/min", "0.5tok/s"),
}
_ALPHA_ALERTS = ("AlphaLatencyHigh", "AlphaMemoryFull", "AlphaFailing", "AlphaSlow", "AlphaQueued", "AlphaDown")
_CHANGES = some(
    {
        "for": durations,
        "severity": one_of("critical", "warning", "info"),
        "group": one_of("my-group", "A group. Of 2_"),
        "enabled": st.booleans(),
        "labels": st.dictionaries(one_of("team", "tier", "_x1"), label_values, max_size=2),
    }
)
_COMMON = {
    "namespace": namespaces,
    "selector": labels,
    "port": one_of("http", "metrics", "p-1"),
    "path": one_of("/metrics", "/a/b~c", "/"),
    "interval": steps,
    "monitor": st.booleans(),
}
_ALPHA = {
    **_COMMON,
    "version": one_of(*VERSIONS) | st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3),
    "options": some({"mode": one_of("plain", "gateway"), "scaleToZero": st.booleans()}),
    "thresholds": some(_ALPHA_LIMITS),
    "alerts": st.dictionaries(st.sampled_from(_ALPHA_ALERTS), _CHANGES, max_size=2),
}
_BETA = {
    **{key: value for key, value in _COMMON.items() if key != "port"},
    "portNumber": st.integers(1, 65535),
    "pods": one_of("chat-.*", "a|b", "[a-c]+-x", "(x|y)-0"),
    "options": some({"prefix": one_of("beta", "b")}),
    "thresholds": some({"depth": one_of(1, "2k"), "heat": one_of("80C", "-5°C")}),
    "alerts": st.dictionaries(one_of("BetaDeep", "BetaWaits"), _CHANGES, max_size=1),
}
_RUNTIME = some({key: _ALPHA[key] for key in ("version", "options", "thresholds")}, {"type": "alpha"})
_GAMMA = {**_COMMON, "runtime": _RUNTIME}


def servers(name: str) -> SearchStrategy[Data]:
    """A model server of any kind. Its selector finds it alone: what is scraped twice is refused."""
    kinds = {"alpha": _ALPHA, "beta": _BETA, "gamma": _GAMMA}
    alone = labels.map(lambda found: {**found, "server": name})
    return st.one_of(*(some({**keys, "selector": alone}, {"name": name, "type": kind}) for kind, keys in kinds.items()))


def _fixed(values: Data) -> SearchStrategy[Data]:
    """A mapping with these keys; plain values stand for themselves."""
    return st.fixed_dictionaries(
        {key: value if isinstance(value, SearchStrategy) else st.just(value) for key, value in values.items()}
    )


_MATCH = st.dictionaries(one_of("model", "zone"), texts | st.lists(texts, min_size=1), min_size=1)
_WINDOWS = one_of({"avg": "5m"}, {"deriv": "1h"}, {"stddev": "1d"})
_QUERIES = one_of('up{x="\\"}"} == 0', "vector(1) unless on () absent(x)", "<< series('waiting') >> > 5")
_SUBJECTS = st.one_of(
    _fixed({"signal": "waiting", "above": one_of(3, "1k", "0")}),
    _fixed({"signal": "latency", "quantile": st.floats(0.01, 0.99), "above": one_of("5s", "10ms")}),
    _fixed({"signal": "requests", "match": _MATCH, "below": one_of("1req/s", "5req/min")}),
    _fixed({"ratio": {"of": "failures", "to": ["requests"]}, "above": one_of("5%", 0.1)}),
    _fixed({"mean": {"sum": "tokens", "count": "requests"}, "above": one_of("5", 7)}),
    _fixed({"signal": "memory_usage", "over": _WINDOWS, "below": one_of("5%", 0.1)}),
    _fixed({"signal": "memory_usage", "over": {"deriv": "1h"}, "below": 0}),
    _fixed({"expr": _QUERIES, "unit": "count"}),
    _fixed({"signal": "waiting", "absent": True}),
)


def own_alerts(server: str) -> SearchStrategy[Data]:
    """Alerts of one's own about a server that has alpha's signals."""
    rest = some(
        {"by": one_of(["model"], ["model", "pod"]), "labels": st.dictionaries(one_of("team", "_a"), texts, max_size=2)},
        {"server": server, "for": "5m", "severity": "warning"},
    )
    words = _fixed({"group": one_of("mine", "my group"), "summary": texts, "description": texts})
    return st.builds(_own_alert, _SUBJECTS, rest, words)


def _own_alert(subject: Data, rest: Data, words: Data) -> Data:
    """An alert that keeps the label which its texts speak of: others are refused. What is gone keeps none."""
    said = {**subject, **rest, **words}
    if "absent" in subject:
        return _without_model(said)
    spoken = " ".join([said["summary"], said["description"], *said.get("labels", {}).values()])
    return {"by": ["model"], **said} if _NAMES_MODEL in spoken else said


def _without_model(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_model(each) for key, each in value.items()}
    return value.replace(_NAMES_MODEL, "a model") if isinstance(value, str) else value


_ARGOCD = some(
    {
        "targetRevision": one_of("main", "v1.2.0", "0.10", "feature/x"),
        "path": one_of("out/demo", "a/b.c/d_e", "x"),
        "namespace": one_of("argocd", "gitops"),
        "automated": st.booleans(),
        "applications": st.just(
            [{"name": name, "part": part} for name, part in (("boards", "dashboards"), ("all-rules", "rules"))]
            + [{"name": part, "part": part} for part in ("platform", "monitors")]
        ),
        "suffix": one_of("", "-x"),
    }
)
_REPOSITORIES = one_of(
    "https://github.com/acme/gitops.git",
    "git@gitlab.com:acme/sub/gitops.git",
    "https://git.example.org/x",
    "ssh://git@h/x",
)


@st.composite
def argocds(draw: DrawFn, several: bool) -> Data:
    argocd = {"repoURL": draw(_REPOSITORIES), **draw(_ARGOCD)}
    if several:
        argocd.pop("suffix", None)
    return argocd


@st.composite
def environments(draw: DrawFn, names: list[str], kinds: dict[str, str], spare: list[str]) -> Data:
    """What differs in each environment; their clusters always do."""
    chosen = draw(st.lists(st.sampled_from(ENVIRONMENTS), max_size=3, unique=True))
    return {name: draw(_environment(name, names, kinds, spare)) for name in chosen}


@st.composite
def _environment(draw: DrawFn, name: str, names: list[str], kinds: dict[str, str], spare: list[str]) -> Data:
    changes: Data = {"cluster": {"name": f"cluster-{name}"}}
    servers_changed: Data = {}
    for server in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else ():
        servers_changed[server] = draw(_server_change(kinds[server]))
    for server in draw(st.lists(st.sampled_from(spare), max_size=1)) if spare else ():
        added = draw(servers(server))
        servers_changed[server] = {key: value for key, value in added.items() if key != "name"}
    if servers_changed:
        changes["modelServers"] = servers_changed
    if draw(st.booleans()):
        changes["namespaces"] = draw(
            some({"models": namespaces, "grafana": namespaces, "monitoring": one_of("mon", "obs")})
        )
    if draw(st.booleans()):
        changes["labels"] = {"tier": name}
    return changes


def _server_change(kind: str) -> SearchStrategy[Data | None]:
    limits = {"alpha": some(_ALPHA_LIMITS), "beta": some({"depth": one_of(7, 8)}), "gamma": st.just({})}[kind]
    names = {"alpha": _ALPHA_ALERTS, "beta": ("BetaDeep",), "gamma": ("GammaIdle",)}[kind]
    change = some(
        {
            "thresholds": limits,
            "namespace": namespaces,
            "interval": steps,
            "alerts": st.dictionaries(st.sampled_from(names), _CHANGES, max_size=1),
        }
    )
    return st.none() | change


@st.composite
def profiles(draw: DrawFn) -> Data:
    """A profile that is valid."""
    names = draw(st.lists(st.sampled_from(SERVERS), min_size=1, max_size=4, unique=True))
    listed = [draw(servers(name)) for name in names]
    kinds = {each["name"]: each["type"] for each in listed}
    differing = draw(environments(names, kinds, [name for name in SERVERS if name not in names]))
    profile: Data = {
        "apiVersion": "obsgen.dev/v1alpha1",
        "kind": "Profile",
        "stack": draw(one_of("demo", "s", "true", "0-1", "x" * 50)),
        "modelServers": listed,
        **draw(_REST),
    }
    # A label with another value than a selector wants is refused.
    selected = {
        *profile.get("prometheus", {}).get("selectorLabels", {}),
        *profile.get("grafana", {}).get("sidecarLabel", {}),
    }
    profile["labels"] = {key: value for key, value in profile.get("labels", {}).items() if key not in selected}
    there = {each["type"] for each in listed} | {each["runtime"]["type"] for each in listed if "runtime" in each}
    boards = {"alpha": "alpha" in there, "probe": "gpuExporter" in profile}
    profile["dashboards"] = {name: board for name, board in profile.get("dashboards", {}).items() if boards[name]}
    if draw(st.booleans()):
        profile["argocd"] = draw(argocds(len(differing) > 1))
    if draw(st.booleans()):
        profile["providers"] = [
            {"name": "usage", "type": "meter", "covers": draw(one_of(["acme"], ["acme", "initech"]))}
        ]
    profile["alerts"] = draw(_alerts([name for name, kind in kinds.items() if kind == "alpha"], differing))
    if differing or draw(st.booleans()):
        profile["environments"] = differing
    return profile


_PRICE = st.fixed_dictionaries({"input": one_of("1USD/Mtok", "0.5USD/ktok"), "output": one_of("2.5USD/Mtok")})
_REST = some(
    {
        "labels": labels,
        "namespaces": some(
            {
                "monitoring": one_of("mon", "ai-platform"),
                "models": namespaces,
                "create": one_of(["ml"], ["mon", "ml"]),
            }
        ),
        "cluster": some({"name": one_of("main"), "region": one_of("eu-1"), "provider": one_of("gke")}),
        "prometheus": some(
            {
                "selectorLabels": st.just({}) | labels,
                "scrapeInterval": steps,
                "evaluationInterval": steps,
                "mode": one_of("existing", "openshift"),
            }
        ),
        "grafana": some(
            {
                "delivery": one_of("sidecar", "provisioned", "operator"),
                "folder": titles,
                "sidecarLabel": labels,
                "boardsConfigMap": one_of("all-boards", "chat"),
            }
        ),
        "gpuExporter": some(
            {"namespace": namespaces, "thresholds": st.just({"temperature": "75C"})}, {"type": "probe"}
        ),
        "prices": st.dictionaries(one_of("acme", "initech"), st.dictionaries(titles, _PRICE, max_size=3), max_size=2),
        "dashboards": some({"alpha": some({"title": titles}), "probe": some({"enabled": st.booleans()})}),
        "rules": one_of({}, {"object": "all-rules"}),
        "runbooks": one_of({}, {"baseURL": "https://wiki.example.org/~x/"}),
    }
)


@st.composite
def _alerts(draw: DrawFn, alphas: list[str], differing: Data) -> Data:
    """Own alerts about servers that are there in every environment, and changes of common ones."""
    entries: Data = {}
    removed = {
        name for each in differing.values() for name, change in each.get("modelServers", {}).items() if not change
    }
    steady = [name for name in alphas if name not in removed]
    if steady:
        for name in draw(st.lists(one_of("Mine", "Own2", "ZZZ"), max_size=2, unique=True)):
            entries[name] = draw(own_alerts(draw(st.sampled_from(steady))))
        for name in draw(st.lists(st.sampled_from(_ALPHA_ALERTS), max_size=2, unique=True)):
            entries[name] = draw(_CHANGES) | draw(one_of({}, {"name": f"{name}Renamed"}))
    return entries
