"""The README of a tree: all that it names is there, and all that is there is named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from engine_support import ALPHA, HEAD, objects, tree

from obsgen.pipeline import StackTree
from obsgen.render import readme_preconditions

SECRETS = "providers: [{name: usage, type: meter, covers: [acme]}]\n"
CLUSTERS = "environments:\n  dev: {cluster: {name: dev}, alerts: {AlphaDown: {enabled: false}}}\n"
CLUSTERS += "  prod: {cluster: {name: prod}, modelServers: {chat: {thresholds: {latencyP95: 4s}}}}\n"
ARGO = "argocd: {repoURL: https://github.com/acme/gitops.git}\n"
PROFILES = {
    "ten lines": ALPHA,
    "secrets": ALPHA + SECRETS,
    "environments": ALPHA + CLUSTERS,
    "Argo CD": ALPHA + ARGO,
    "all": ALPHA + SECRETS + CLUSTERS + ARGO,
    "nothing to alert on": HEAD + "alerts: {}\nkubernetes: {nodes: false}\n",
}


@pytest.fixture(scope="module", params=PROFILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def readme(found: StackTree) -> str:
    return found.files["README.md"].decode()


def section(found: StackTree, title: str) -> str:
    """A section without its heading; empty where there is none."""
    return readme(found).partition(f"\n## {title}")[2].partition("\n")[2].partition("\n## ")[0]


def rows(found: StackTree, title: str) -> list[list[str]]:
    """The cells of a section's table."""
    lines = [line for line in section(found, title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_it_is_markdown_that_ends_in_a_line_break(name: str) -> None:
    text = readme(tree(PROFILES[name]))
    assert text.startswith("# demo\n")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    assert text.count("```") % 2 == 0
    assert "None" not in text


def test_every_file_that_it_links_is_in_the_tree(name: str) -> None:
    found = tree(PROFILES[name])
    links = re.findall(r"\]\(([^)]+)\)", readme(found))
    assert set(links) <= set(found.files)
    boards = [path for path in found.files if path.startswith("base/") and path.endswith(".json")]
    assert {path for path in links if path.endswith(".json")} == set(boards)


def test_every_alert_of_every_environment_has_a_row(name: str) -> None:
    found = tree(PROFILES[name])
    alerts = {alert.name for each in found.environments.values() for alert in each.alerts}
    told = [re.sub(r"\[(\w+)\].*", r"\1", row[0]) for row in rows(found, "Alerts")]
    assert sorted(told) == sorted(alerts)


def test_every_folder_of_base_is_counted(name: str) -> None:
    found = tree(PROFILES[name])
    told: Counter[str] = Counter()
    for _, counted in rows(found, "What is here"):
        for part in counted.split(", "):
            count, kind = part.split(" ")
            told[kind] += int(count)
    assert told == Counter(each.object["kind"] for each in objects(found.base))


def test_commands_name_objects_that_are_there(name: str) -> None:
    found = tree(PROFILES[name])
    main = found.environments["prod"]
    there = {(each.object["kind"].lower(), each.identity[2], each.identity[3]) for each in objects(main)}
    commands = re.findall(r"^kubectl get (\w+) -n (\S+) (.+)$", section(found, "See it on a cluster"), re.M)
    named = {(kind, namespace, each) for kind, namespace, names in commands for each in names.split()}
    assert named <= there
    monitored = {each for each in there if each[0] in ("servicemonitor", "podmonitor", "prometheusrule")}
    assert monitored <= named


def test_what_was_assumed_is_what_the_environments_assume(name: str) -> None:
    found = tree(PROFILES[name])
    assumed = {text for each in found.environments.values() for text in each.stack.assumptions}
    assert {
        line.removeprefix("- ") for line in section(found, "What was assumed").splitlines() if line[:1] == "-"
    } == assumed


def test_folders_that_are_applied_are_those_of_environments() -> None:
    found = tree(PROFILES["environments"])
    applied = re.findall(r"-k out/demo/(\S+)", section(found, "Install"))
    assert applied == ["overlays/dev", "overlays/prod"]
    assert {f"{path}/kustomization.yaml" for path in applied} <= set(found.files)


def test_with_argo_cd_one_command_applies_everything_and_its_applications_are_looked_at() -> None:
    found = tree(PROFILES["all"])
    assert re.findall(r"^kubectl apply .*$", section(found, "Install"), re.M) == ["kubectl apply -k argocd/demo"]
    (listed,) = re.findall(r"^kubectl get applications\.argoproj\.io -n argocd (.*)$", readme(found), re.M)
    applications = [
        PurePosixPath(path).stem for path in found.argocd if "application" in found.argocd[path].decode().lower()
    ]
    assert listed.split()
    assert all(any(each in path for path in applications) for each in listed.split())


def test_figures_differ_by_environment_where_they_do() -> None:
    found = tree(PROFILES["environments"])
    fires = {re.sub(r"\[(\w+)\].*", r"\1", row[0]): row[3] for row in rows(found, "Alerts")}
    assert fires["AlphaLatencyHigh"] == "dev: above 8 s for 2m; prod: above 4 s for 2m"
    assert fires["AlphaDown"] == "dev: never; prod: for 5m"
    assert fires["AlphaQueued"] == "above 10 requests for 3m"


def test_secrets_are_named_with_the_commands_that_make_them() -> None:
    found = tree(PROFILES["secrets"])
    title = "Secrets that must exist before the first sync"
    ((secret, keys, used),) = rows(found, title)
    assert (secret, keys) == ("`monitoring/usage-keys`", "`API_KEY`")
    assert used
    assert "kubectl create secret generic -n monitoring usage-keys --from-file=API_KEY=FILE" in section(found, title)
    assert section(tree(ALPHA), title) == ""


def test_namespaces_that_the_tree_creates_are_no_precondition() -> None:
    used, created = tree(ALPHA), tree(ALPHA + "namespaces: {create: [monitoring]}\n")
    assert "These namespaces exist: monitoring." in section(used, "Preconditions")
    assert "These namespaces exist" not in section(created, "Preconditions")
    with_secrets = tree(ALPHA + SECRETS + "namespaces: {create: [monitoring]}\n")
    assert "kubectl create namespace monitoring" in readme(with_secrets)


def test_an_environment_says_what_it_leaves_out() -> None:
    found = tree(ALPHA + "gpuExporter: {type: probe}\nenvironments: {dev: {gpuExporter: null}}\n")
    assert "`overlays/dev` leaves out " in section(found, "What is here")
    assert "leaves out" not in readme(tree(PROFILES["environments"]))


OBJECTIVES = ALPHA.rstrip("\n").removesuffix("}") + ", objectives: {fast: null}}\n"


def test_an_alert_of_two_severities_has_a_row_for_each() -> None:
    burning = [row for row in rows(tree(OBJECTIVES), "Alerts") if "AlphaSlowBudgetBurning" in row[0]]
    assert [row[2] for row in burning] == ["critical", "warning"]
    assert burning[0][3:] != burning[1][3:]


def test_severities_and_texts_differ_by_environment_where_they_do() -> None:
    changed = CLUSTERS.replace("{enabled: false}", "{severity: info}")
    found = {re.sub(r"\[(\w+)\].*", r"\1", row[0]): row for row in rows(tree(ALPHA + changed), "Alerts")}
    assert found["AlphaDown"][2] == "dev: info; prod: critical"
    assert found["AlphaLatencyHigh"][4] == "dev: p95 latency above 8 s; prod: p95 latency above 4 s"
    assert found["AlphaQueued"][2] == "warning"


def test_preconditions_that_differ_in_a_name_are_told_once() -> None:
    existing = "prometheus: {mode: existing}\n"
    lines = section(tree(ALPHA + ARGO + CLUSTERS + existing), "Preconditions").splitlines()
    assert len({line.partition(" Check: ")[2] for line in lines if " Check: " in line}) == sum(
        " Check: " in line for line in lines
    )
    assert readme_preconditions._together(["named a, in x.", "named b, in x."]) == "named a / b, in x."
    assert readme_preconditions._together(["at the end a.", "at the end b."]) == "at the end a / b."


def test_a_precondition_of_some_environments_says_which() -> None:
    found = tree(ALPHA + CLUSTERS)
    stacks = {
        name: replace(each, stack=replace(each.stack, preconditions=((f"it is {word}", None),)))
        for (name, each), word in zip(found.environments.items(), ("so", "otherwise than one would think"), strict=True)
    }
    told = [line for line in readme_preconditions.preconditions_section(stacks) if line.startswith("- In")]
    assert told == ["- In dev: it is so", "- In prod: it is otherwise than one would think"]


def test_commands_say_which_cluster_they_speak_to() -> None:
    install = section(tree(PROFILES["environments"]), "Install")
    assert "--context dev -k out/demo/overlays/dev\n" in install
    assert "--context prod -k out/demo/overlays/prod\n" in install


MANY = "prometheus: {mode: values}\nenvironments: {prod: {}}\nclusters:\n" + "".join(
    f"  - {{name: c{index}, region: r{index}}}\n" for index in range(5)
)


def test_the_chart_gets_the_values_of_the_environment_and_then_those_of_the_cluster() -> None:
    found = tree(ALPHA + MANY)
    install = section(found, "Install")
    commands = re.findall(r"^helm upgrade .* --kube-context (\S+) .*?(-f .*)$", install, re.M)
    assert [context for context, _ in commands] == ["c0", "c1", "c2"]
    assert "# and so on for 2 other clusters of prod" in install
    assert install.index("helm repo add") < install.index("helm upgrade")
    for context, values in commands:
        files = re.findall(r"-f out/demo/(\S+)", values)
        assert files == ["values/prod.yaml", *([own] if (own := f"values/prod/{context}.yaml") in found.files else [])]


RECEIVERS = "{receivers: {chat: {slack: {channel: '#a', url: {secret: s, key: k}}}}}"


def test_that_nobody_is_told_is_said_where_the_tree_configures_no_alertmanager() -> None:
    assert "nobody is told" in section(tree(ALPHA), "Who is told")
    assert "nobody is told" not in readme(tree(f"{ALPHA}alertmanager: {RECEIVERS}\n"))
    some = f"{ALPHA}environments: {{dev: {{cluster: {{name: dev}}}}, prod: {{alertmanager: {RECEIVERS}}}}}\n"
    assert "In dev the tree configures no Alertmanager" in section(tree(some), "Who is told")
