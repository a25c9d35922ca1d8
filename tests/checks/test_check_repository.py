"""What is read of a folder, what of it is checked, and where findings are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import Report, validate
from obsgen.findings import InputError
from obsgen.repository import read_repository

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
BAD_RULE = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum(up\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path


def write(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def told(report: Report, tree: Path) -> list[str]:
    return [f"{Path(f.place.file).relative_to(tree)}:{f.place.line} {f.id}" for f in report.findings]


def found(tree: Path, files: dict[str, str]) -> list[str]:
    write(tree, files)
    return told(validate([tree], "off"), tree)


def test_folders_of_tools_are_left_out_and_the_rest_is_read_in_order(tree: Path) -> None:
    names = ["b.yml", "a.json", "c/Kustomization", ".git/x.yaml", "node_modules/x.yaml", ".venv/x.yaml", "notes.txt"]
    write(tree, dict.fromkeys(names, "{}"))
    assert [reading.path.relative_to(tree).as_posix() for reading in read_repository([tree]).readings] == [
        "a.json",
        "b.yml",
        "c/Kustomization",
    ]


def test_a_file_named_on_the_command_line_is_read_whatever_its_ending_and_once(tree: Path) -> None:
    write(tree, {"rules.txt": BAD_RULE, "a.yaml": "a: 1"})
    report = validate([tree / "rules.txt", tree, tree / "a.yaml"], "off")
    assert told(report, tree) == ["rules.txt:5 promql/syntax"]
    assert report.counts.files == 2


def test_a_path_that_is_not_there_is_bad_input(tree: Path) -> None:
    with pytest.raises(InputError, match=r"there is no .*gone") as caught:
        validate([tree, tree / "gone", tree / "too"], "off")
    assert [finding.id for finding in caught.value.findings] == ["file/missing", "file/missing"]


def test_links_out_of_the_folder_are_not_followed(tree: Path) -> None:
    write(tree, {"in/a.yaml": ACCOUNT.format(name="a"), "out/b.yaml": BAD_RULE, "out/deep/c.yaml": BAD_RULE})
    (tree / "in/b.yaml").symlink_to(tree / "out/b.yaml")
    (tree / "in/deep").symlink_to(tree / "out/deep")
    (tree / "in/loop").symlink_to(tree / "in")
    (tree / "in/again.yaml").symlink_to(tree / "in/a.yaml")
    report = validate([tree / "in"], "off")
    assert report.findings == ()
    assert [(Path(one.file).name, one.reason) for one in report.unread] == [("b.yaml", "a link out of the folder")]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tree: Path) -> None:
    (tree / "latin.yaml").write_bytes(b"kind: caf\xe9\napiVersion: v1\n")
    assert found(
        tree, {"broken.yaml": "kind: [", "twice.yaml": "kind: A\nkind: B\napiVersion: v1", "z.yaml": BAD_RULE}
    ) == [
        "latin.yaml:1 file/encoding",
        "twice.yaml:2 yaml/duplicate-key",
        "z.yaml:5 promql/syntax",
    ]


def test_what_is_not_checked_is_listed_with_the_reason(tree: Path) -> None:
    write(
        tree,
        {
            "chart/Chart.yaml": "name: shop",
            "chart/templates/deployment.yaml": "kind: {{ .Values.kind }}\n{{- if .Values.x }}\n",
            "template.yaml": "apiVersion: v1\nkind: Service\n{{- if .Values.on }}\nmetadata: {}\n{{- end }}\n",
            "by-chance.yaml": 'apiVersion: v1\nkind: Service\nmetadata:\n  name: "{{ .Release.Name }}"\n',
            "tsconfig.json": '{"compilerOptions": {}, // a comment\n}',
            "tests.yml": "rule_files: []\ntests: []\n",
            "patch.yaml": "- {op: add, path: /a, value: b}\n",
            "values-prod.yaml": "replicas: 2\n",
            "both.yaml": "a: 1\n---\n" + ACCOUNT.format(name="shop"),
            "empty.yaml": "# nothing\n",
        },
    )
    report = validate([tree], "off")
    assert report.findings == ()
    assert {Path(one.file).relative_to(tree).as_posix(): one.reason.partition(":")[0] for one in report.unread} == {
        "both.yaml": "no object, rules or dashboard",
        "by-chance.yaml": "Helm template",
        "chart/Chart.yaml": "Helm chart",
        "chart/templates/deployment.yaml": "Helm template",
        "patch.yaml": "a patch that no kustomization names",
        "template.yaml": "Helm template",
        "tests.yml": "promtool tests",
        "tsconfig.json": "neither a manifest nor a dashboard",
        "values-prod.yaml": "Helm values",
    }
    assert (report.levels[0].checked, report.levels[0].skipped) == (2, 8)


def test_what_a_kustomization_names_is_no_stranger(tree: Path) -> None:
    listed = "resources: [account.yaml]\npatches: [{path: p.yaml, target: {kind: ServiceAccount}}]\n"
    listed += "configMapGenerator: [{name: c, files: [tests.yml], options: {disableNameSuffixHash: true}}]\n"
    write(
        tree,
        {
            "kustomization.yaml": KUSTOMIZATION + listed,
            "account.yaml": ACCOUNT.format(name="shop"),
            "p.yaml": "- {op: add, path: /automountServiceAccountToken, value: false}\n",
            "tests.yml": "rule_files: []\ntests: []\n",
        },
    )
    report = validate([tree], "off")
    assert report.findings == ()
    assert [Path(one.file).name for one in report.unread] == ["tests.yml"]


@pytest.mark.parametrize(
    ("files", "held"),
    [
        ({}, ""),
        ({"notes.txt": "kind: Service"}, ""),
        ({"empty.yaml": "---\n"}, ""),
        ({"values.yaml": "a: 1", "x.json": "[]"}, "what is there is left out: Helm values, no object, rules or"),
        ({"chart/Chart.yaml": "name: x", "chart/templates/a.yaml": "kind: {{ x }}"}, "Helm chart, Helm template"),
        ({".obsgen/facts.json": "{}"}, ""),
    ],
)
def test_nothing_to_check_is_bad_input(tree: Path, files: dict[str, str], held: str) -> None:
    write(tree, files)
    with pytest.raises(InputError) as caught:
        validate([tree], "off")
    (finding,) = caught.value.findings
    assert finding.id == "file/nothing"
    assert finding.message.startswith(f"nothing to check in {tree}: ")
    assert held in finding.hint
    assert ("left out" in finding.hint) == bool(held)


def test_a_broken_file_is_something_to_check(tree: Path) -> None:
    assert found(tree, {"a.yaml": "apiVersion: v1\nkind: ["}) == ["a.yaml:2 yaml/syntax"]


def test_an_alert_with_templates_and_broken_yaml_is_no_helm_template(tree: Path) -> None:
    rule = BAD_RULE + '        annotations: {summary: "{{ $labels.pod }} at {{ $value }}"\n'
    assert found(tree, {"rules.yaml": rule}) == ["rules.yaml:6 yaml/syntax"]


def test_lists_are_taken_apart(tree: Path) -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "  - apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: good}\n"
        "  - apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: BAD}\n"
    )
    assert found(tree, {"list.yaml": text, "empty.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems:\n"}) == [
        "list.yaml:9 object/name"
    ]


def test_a_fault_of_the_base_is_told_once_for_all_overlays(tree: Path) -> None:
    files = {
        "base/kustomization.yaml": KUSTOMIZATION + "resources: [account.yaml]\n",
        "base/account.yaml": ACCOUNT.format(name="SHOP"),
    }
    for name in ("dev", "staging", "prod"):
        files[f"overlays/{name}/kustomization.yaml"] = KUSTOMIZATION + f"resources: [../../base]\nnamespace: {name}\n"
    assert found(tree, files) == ["base/account.yaml:4 object/name"]


def test_a_manifest_that_a_patch_completes_is_judged_as_it_is_built(tree: Path) -> None:
    rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: shop\n"
    files = {
        "base/kustomization.yaml": KUSTOMIZATION + "resources: [rule.yaml]\n",
        "base/rule.yaml": rule,
        "dev/kustomization.yaml": KUSTOMIZATION + "resources: [../base]\npatches: [{path: patch.yaml}]\n",
        "dev/patch.yaml": rule
        + "spec:\n  groups:\n    - name: g\n      rules:\n        - alert: A\n          expr: up ==\n",
    }
    assert found(tree, files) == ["dev/patch.yaml:10 promql/syntax"]


def test_an_inline_patch_is_the_place_of_what_it_wrote(tree: Path) -> None:
    files = {
        "account.yaml": ACCOUNT.format(name="shop"),
        "kustomization.yaml": KUSTOMIZATION
        + "resources: [account.yaml]\npatches:\n  - patch: |-\n      apiVersion: v1\n      kind: ServiceAccount\n"
        "      metadata:\n        name: shop\n        labels:\n          team: not valid\n",
    }
    assert found(tree, files) == ["kustomization.yaml:11 object/name"]


def test_rules_in_configmaps_are_checked_at_their_lines(tree: Path) -> None:
    body = "".join(f"    {line}\n" for line in BAD_RULE.splitlines())
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rules\ndata:\n  rules.yaml: |\n{body}"
    assert found(tree, {"rules.yaml": text}) == ["rules.yaml:11 promql/syntax"]


def test_boards_inside_objects_and_wrapped_boards_are_checked(tree: Path) -> None:
    board = '{"title": "x", "uid": "%s", "panels": [\n{"id": 1, "type": "graph"}]}'
    wrapped = '{"dashboard": %s}' % (board % "wrapped")
    indented = (board % "object").replace("\n", "\n    ")
    grafana = (
        "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nmetadata:\n  name: shop\n"
        f"spec:\n  instanceSelector: {{}}\n  json: |\n    {indented}\n"
    )
    assert found(tree, {"wrapped.json": wrapped, "grafana.yaml": grafana}) == [
        "grafana.yaml:9 dashboard/deprecated-panel",
        "wrapped.json:2 dashboard/deprecated-panel",
    ]


def test_a_board_of_a_generator_is_checked_once_in_its_file(tree: Path) -> None:
    files = {
        "kustomization.yaml": KUSTOMIZATION
        + "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n  - name: b\n    files: [b.json]\n",
        "b.json": '{"title": "x", "uid": "b", "panels": [\n{"id": 1, "type": "graph"}]}',
    }
    assert found(tree, files) == ["b.json:2 dashboard/deprecated-panel"]


def test_queries_in_other_languages_are_counted_not_judged(tree: Path) -> None:
    rules = BAD_RULE.replace("sum(up", 'sum(rate({app="x"} |= "e" [5m])) > 1')
    board = '{"title": "x", "uid": "b", "panels": [{"id": 1, "type": "logs", "datasource": {"type": "%s", "uid": "u"},'
    board += '"targets": [{"refId": "A", "expr": "%s"}]}]}'
    write(tree, {"loki.yaml": rules, "tempo.json": board % ("tempo", "{}"), "up.json": board % ("prometheus", "up")})
    report = validate([tree], "off")
    assert [(one.name, one.checked, one.skipped) for one in report.levels if one.level == 3] == [("queries", 2, 1)]
    assert told(report, tree) == ["up.json:1 dashboard/uid"]


def test_levels_count_what_has_errors(tree: Path) -> None:
    accounts = "---\n".join(ACCOUNT.format(name=name) for name in ("a", "b", "c"))
    write(
        tree,
        {
            "accounts.yaml": accounts.replace("name: b", "nmae: b"),
            "rules.yaml": BAD_RULE + "      - alert: B\n        expr: up == 0\n",
            "broken.yaml": "apiVersion: v1\nkind: [",
        },
    )
    counted = {level.name: (level.checked, level.passed) for level in validate([tree], "off").levels}
    levels = {"structure": (3, 2), "schema": (3, 2), "queries": (2, 1), "tools": (0, 0)}
    assert counted == levels | {"signals": (1, 1), "path": (2, 2)}
    (tree / "rules.yaml").unlink()
    assert [one.name for one in validate([tree], "off").levels if not one.judged] == ["signals", "path"]


BROKEN = "\nbroken: [\n"


@pytest.mark.parametrize(
    "broken", ["base/kustomization.yaml", "base/account.yaml", "dev/kustomization.yaml", "dev/patch.yaml"]
)
def test_a_broken_file_is_told_once_and_nothing_follows(tree: Path, broken: str) -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n"
    files = {
        "base/kustomization.yaml": KUSTOMIZATION + "resources: [account.yaml, deployment.yaml]\n",
        "base/account.yaml": ACCOUNT.format(name="shop"),
        "base/deployment.yaml": deployment + "spec: {selector: {}, template: {spec: {containers: [{name: a}]}}}\n",
        "dev/kustomization.yaml": KUSTOMIZATION
        + "resources: [../base]\npatches:\n  - {path: merge.yaml}\n"
        + "  - {path: patch.yaml, target: {version: v1, kind: ServiceAccount, name: shop}}\n",
        "dev/merge.yaml": deployment + "spec: {replicas: 3}\n",
        "dev/patch.yaml": "- {op: add, path: /automountServiceAccountToken, value: false}\n",
    }
    assert found(tree, files) == []
    lines = files[broken].count("\n")
    (told_once,) = found(tree, {broken: files[broken] + BROKEN})
    assert told_once in {f"{broken}:{line} yaml/syntax" for line in range(1, lines + 4)}


def test_a_patch_of_what_is_not_followed_is_not_said_to_miss(tree: Path) -> None:
    patch = "patches: [{target: {version: v1, kind: ServiceAccount, name: other}, patch: '[{op: test, path: /a}]'}]\n"
    write(tree, {"account.yaml": ACCOUNT.format(name="shop")})
    for more, missed in (
        ("", True),
        ("images: [{name: a, newTag: b}]\n", True),
        ("namePrefix: a-\n", False),
        ("helmCharts: [{name: a}]\n", False),
    ):
        told_of = found(tree, {"kustomization.yaml": f"{KUSTOMIZATION}resources: [account.yaml]\n{more}{patch}"})
        assert ("kustomize/no-target" in " ".join(told_of)) == missed, more
    remote = f"{KUSTOMIZATION}resources: [account.yaml, 'https://example.org/a.yaml']\n{patch}"
    assert "kustomize/no-target" not in " ".join(found(tree, {"kustomization.yaml": remote}))


def test_a_misspelt_field_is_told_without_what_it_would_have_listed(tree: Path) -> None:
    files = {"a.yaml": ACCOUNT.format(name="a"), "b.yaml": ACCOUNT.format(name="b")}
    kustomization = KUSTOMIZATION + "resources: [a.yaml]\n"
    assert found(tree, files | {"kustomization.yaml": kustomization}) == ["b.yaml:1 kustomize/orphan"]
    misspelt = kustomization + "resource: [b.yaml]\n"
    assert found(tree, {"kustomization.yaml": misspelt}) == ["kustomization.yaml:4 kustomize/unknown-field"]


def test_values_of_any_shape_are_no_crash(tree: Path) -> None:
    shapes = ("1", "[]", "{}", "null", "text", "[1, {}]", "{a: [1]}", "{1: 2}")
    rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: shop\n"
    files = {}
    for number, shape in enumerate(shapes):
        files[f"a{number}.yaml"] = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {shape}\ndata: {shape}\n"
        files[f"b{number}.yaml"] = f"{rule}spec: {shape}\n"
        files[f"c{number}.yaml"] = f"{rule}spec:\n  groups:\n    - {shape}\n    - {{name: {shape}, rules: {shape}}}\n"
        files[f"d{number}.yaml"] = (
            f"groups:\n  - name: g\n    interval: {shape}\n    rules:\n"
            f"      - {{alert: {shape}, expr: {shape}, for: {shape}, labels: {shape}, annotations: {{a: {shape}}}}}\n"
        )
        files[f"e{number}.yaml"] = (
            f"title: x\npanels:\n  - {shape}\n  - {{id: {shape}, type: {shape}, targets: {shape}}}\n"
        )
        files[f"f{number}.yaml"] = f"title: x\npanels: []\nuid: {shape}\ntemplating: {{list: {shape}}}\n"
    assert len(found(tree, files)) > 50
