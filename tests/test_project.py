"""The project's promises about itself: who knows what, and that its documents are true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from documents import blocks, write_blocks
from typer.testing import CliRunner

from obsgen.cli import app
from obsgen.components.catalogue import MERGED, catalogue
from obsgen.pipeline import StackTree, render
from obsgen.profile.load import parse_profile
from obsgen.profile.prometheus import Prometheus
from obsgen.profile.shape import NAMED_LISTS
from obsgen.render.alerting.route_table import route_cases
from obsgen.suppression import comments
from obsgen.units import UNITS, parse

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = ("init", "render", "validate", "trace", "diff", "upgrade", "explain", "schema", "tools")


def test_the_engine_names_no_component() -> None:
    known = catalogue()
    products = ("modelServer", "gpuExporter", "exporter", "provider")
    named = [name for name in known.names if known.head(name).role in products]
    assert len(named) >= 5
    pattern = re.compile(rf"\b({'|'.join(named)})\b", re.IGNORECASE)
    naming = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "obsgen").rglob("*.py")
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    assert naming == set()


def test_the_readme_lists_the_commands_that_there_are() -> None:
    told = set(re.findall(r"^\| `obsgen (\w+)", README, re.MULTILINE))
    found = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert told == {*found, *(group.name for group in app.registered_groups)} == set(COMMANDS)


IMPORTS_FIRST = """
import importlib, sys
for name in sys.argv[1:]:
    for module in [module for module in sys.modules if module.partition(".")[0] == "obsgen"]:
        del sys.modules[module]
    importlib.import_module(name)
"""


def test_what_a_command_imports_needs_nothing_imported_before_it() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "obsgen/cli").glob("*.py"))]
    lazily = {line for text in sources for line in re.findall(r"^ +from (obsgen[\w.]+ import \w+)", text, re.MULTILINE)}
    names = sorted({module for line in lazily for module in (line.partition(" ")[0], line.replace(" import ", "."))})
    found = [
        name for name in names if (path := ROOT / name.replace(".", "/")).is_dir() or path.with_suffix(".py").exists()
    ]
    assert "obsgen.upgrading.report" in found
    ran = subprocess.run([sys.executable, "-c", IMPORTS_FIRST, *found], cwd=ROOT, capture_output=True, text=True)
    assert ran.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == 0
    assert command == "tools" or "Example" in result.output


def sections(text: str) -> dict[str, str]:
    """The top-level keys of a YAML text, each with all that stands under it."""
    return {part.partition(":")[0]: part for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if part.strip()}


(PROFILE,) = (block for block in blocks(README, "yaml") if "kind: Profile" in block)
OWN_FILES = [block for block in blocks(README, "yaml") if block.startswith("# templates/")]
EXAMPLES = [block for block in blocks(README, "yaml") if block not in (PROFILE, *OWN_FILES)]


def with_example(example: str) -> str:
    """The profile of the README with the keys of an example in place of its own."""
    return "".join((sections(PROFILE) | sections(example)).values())


def test_the_profile_in_the_readme_renders() -> None:
    tree = render(parse_profile(PROFILE, "README.md"))
    assert tree.base.alerts
    assert set(tree.environments) == {"dev", "prod"}
    assert tree.argocd


def test_the_stacks_name_stands_where_the_readme_says() -> None:
    tree = render(parse_profile(PROFILE, "README.md"))
    labels = [each.object["metadata"]["labels"] for each in (*tree.base.objects, *tree.base.board_maps)]
    assert {each["app.kubernetes.io/part-of"] for each in labels} == {"demo"}


def example_of(key: str) -> StackTree:
    example = next(block for block in EXAMPLES if key in sections(block))
    return render(parse_profile(with_example(example), "README.md"))


def test_the_alertmanager_of_the_readme_tells_whom_it_says() -> None:
    made = example_of("alertmanager")
    told = {case.alert.name: case.receivers for case in route_cases(made.base.stack, made.base.alerts)}
    assert (told["VllmDown"], told["VllmQueueGrowing"], told["Heartbeat"]) == (("pager",), ("chat",), ("watch",))
    assert sum(each.identity[1] == "ExternalSecret" for each in made.base.objects) == 1


def test_the_logs_of_the_readme_are_stored_collected_and_alerted_on() -> None:
    made = example_of("logs")
    kinds = {each.identity[1] for each in made.base.objects}
    assert {"LokiStack", "StatefulSet", "AlertingRule"} <= kinds
    assert "above 20 % for 5m" in made.files["README.md"].decode()
    assert {each.language for each in made.base.alerts if each.instance.name == "chatbot"} == {"logql"}


def test_the_prometheus_of_the_readme_is_the_trees_own_and_thanos_keeps_its_blocks() -> None:
    made = example_of("longTerm")
    kinds = [each.identity[1] for each in made.base.objects]
    assert {"Prometheus", "StatefulSet", "Deployment"} <= set(kinds)
    assert {"PrometheusRulesFailing", "ThanosCompactHalted"} <= {each.name for each in made.base.alerts}
    told = set(re.findall(r"^\| `(\w+)` \| .*$", README, re.MULTILINE))
    assert set(get_args(Prometheus.model_fields["mode"].annotation)) <= told


def test_the_prices_of_the_readme_make_a_board_and_watch_a_budget() -> None:
    made = example_of("gpuPrices")
    assert "Cost" in {board.title for board in made.boards}
    assert "TeamBudgetExceeded" in {each.name for each in made.base.alerts}
    assert not [each for each in made.base.stack.assumptions if "not used" in each]


def test_what_the_readme_allows_is_carried_by_the_tree_and_its_comment_is_read() -> None:
    made = example_of("validation")
    carried = json.loads(made.files[".obsgen/facts.json"])["environments"]["prod"]["allow"]
    assert [(each["id"], each.get("until")) for each in carried] == [
        ("promql/comparison", "2027-01-31"),
        ("dashboard/deprecated-panel", None),
    ]
    (block,) = [each for each in blocks(README, "text") if "allow" in each]
    (allowed,), faults = comments(block, "README.md")
    assert (allowed.id, allowed.reason, str(allowed.until)) == (
        "promql/comparison",
        "a heartbeat, meant to fire",
        "2027-01-31",
    )
    assert faults == []


def test_every_example_in_the_readme_is_tried() -> None:
    assert len(EXAMPLES) == 11
    assert len(OWN_FILES) == 2


def test_the_environments_of_the_readme_differ_as_it_says() -> None:
    dev, prod = (example_of("environments").environments[name].stack for name in ("dev", "prod"))
    assert dev.selector_labels == {"team": "ml"}
    assert prod.selector_labels == {"release": "monitoring"}
    servers = {each.name: each for each in dev.instances if each.role != "platform"}
    assert servers.keys() == {"chat", "trial"}
    assert len(servers["chat"].versions) == 2
    assert {each.name for each in prod.instances if each.role != "platform"} == {"chat", "gpu"}


def test_the_clusters_of_the_readme_and_its_hub_are_as_it_says() -> None:
    made = example_of("clusters")
    assert {each.label: each.cluster.provider for each in made.deliveries if each.name} == {
        "prod/eu-1": "aws-eks",
        "prod/us-1": "aws-eks",
    }
    assert "hub" in made.environments
    assert "applicationset-demo-prod.yaml" in made.argocd


def test_the_readme_says_which_lists_are_changed_by_name() -> None:
    (told,) = re.findall(r"Lists of named things, such as(.*?), are changed by", README, re.DOTALL)
    assert set(re.findall(r"`([^`]+)`", told)) <= {".".join(map(str, route)) for route in NAMED_LISTS}


def test_the_alerts_of_the_readme_are_changed_as_it_says() -> None:
    alerts = {each.name: each for each in example_of("alerts").base.alerts}
    assert not {"VllmP95TtftHigh", "VllmQueueGrowing"} & alerts.keys()
    assert (alerts["ChatSlowToStart"].severity, alerts["ChatSlowToStart"].for_) == ("critical", "5m")
    assert "increase(" in alerts["ChatPreempted"].expr
    assert alerts["ChatPreempted"].expr.endswith("> 100")


def test_the_providers_of_the_readme_have_prices_and_nodes_limits() -> None:
    tree = example_of("prices")
    assert "gpt-4o-2024-08-06" in {each.labels.get("model") for each in tree.base.recordings}
    alerts = {each.name: each for each in tree.base.alerts}
    assert alerts["NodeCpuHigh"].for_ == "30m"
    assert "15%" in alerts["NodeDiskAlmostFull"].summary.replace(" ", "")


def test_the_quantities_of_the_readme_are_understood() -> None:
    rows = re.findall(r"^\| (`[a-z/`, ]+`) \| (`.*`) \|$", README[README.index("### Quantities") :], re.MULTILINE)
    assert len(rows) >= 7
    for names, written in rows:
        units, values = re.findall(r"`([^`]+)`", names), written.split("; ")
        for position, name in enumerate(units):
            for value in re.findall(r"`([^`]+)`", values[position] if len(values) > 1 else written):
                assert parse(value, UNITS[name]) > 0


@pytest.mark.parametrize("file", MERGED)
def test_the_files_of_a_component_are_told(file: str) -> None:
    assert f"`{file}`" in README[README.index("## A component of your own") :]


def test_a_folder_of_ones_own_changes_a_component_as_the_readme_says(tmp_path: Path) -> None:
    write_blocks(tmp_path, OWN_FILES)
    before, after = (render(parse_profile(PROFILE), folders).base for folders in ((), (tmp_path,)))
    was, now = ({each.name: each for each in base.alerts} for base in (before, after))
    assert now.keys() == was.keys() - {"VllmStalled"} | {"VllmSwitchedOff"}
    assert (was["VllmQueueGrowing"].limit, now["VllmQueueGrowing"].limit) == (10, 50)


def test_trees_in_conflict_are_rendered_anew_as_the_readme_says(tmp_path: Path) -> None:
    (recipe,) = (block for block in blocks(README, "sh") if "git checkout HEAD" in block)

    def run(line: str) -> int:
        words = line.replace("obsgen ", f"{sys.executable} -m obsgen ", 1) if line.startswith("obsgen ") else line
        who = "-c user.name=a -c user.email=a@example.org"
        words = words.replace("git ", f"git {who} ", 1) if line.startswith("git ") else words
        return subprocess.run(["bash", "-c", words], cwd=tmp_path, capture_output=True, check=False).returncode

    def commit(before: str, after: str) -> None:
        path = tmp_path / "profiles/demo.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        assert run("obsgen render profiles/demo.yaml") == 0
        assert run("git add profiles out argocd") == run("git commit -m x") == 0

    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/demo.yaml").write_text(PROFILE, encoding="utf-8")
    assert run("git init -b main") == 0
    commit("x", "x")
    assert run("git checkout -b other") == 0
    commit("kvCacheUsage: 90%", "kvCacheUsage: 80%")
    assert run("git checkout main") == 0
    commit("acme/gitops", "acme/trees")
    assert run("git merge other") == 1
    assert "<<<<<<<" in (tmp_path / "out/demo/.obsgen/record.json").read_text(encoding="utf-8")
    assert [run(line) for line in recipe.splitlines()] == [0, 0, 0]
    assert run("git commit -m merged") == run("obsgen render --check profiles/demo.yaml") == 0


def test_commands_of_the_readme_run_in_order(tmp_path: Path) -> None:
    (script,) = (block for block in blocks(README, "sh") if "obsgen init" in block)
    for line in script.splitlines():
        if line.startswith("obsgen "):
            done = subprocess.run(
                [sys.executable, "-m", *line.split()], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "out/demo/README.md").is_file()


def test_files_that_the_documents_name_are_there() -> None:
    for text in (README, CONTRIBUTING):
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), target


def test_the_wheel_works_on_its_own(tmp_path: Path) -> None:
    hatchling = pytest.importorskip("hatchling.builders.wheel", reason="the build back end is not installed")
    copy = tmp_path / "source"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "out"))
    (wheel,) = hatchling.WheelBuilder(str(copy)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    shutil.rmtree(copy)
    work = tmp_path / "work"
    work.mkdir()
    for arguments in (["init", "--yes"], ["render", "profiles/demo.yaml"], ["validate", "out/demo", "--tools", "off"]):
        done = subprocess.run(
            [sys.executable, "-c", "from obsgen.cli import main; main()", *arguments],
            cwd=work,
            env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"


def test_generated_folders_are_marked_for_reviewers() -> None:
    marked = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    for folder in ("out/**", "argocd/**"):
        assert f"{folder} linguist-generated=true" in marked
