"""Components of a user's own: files that nothing reads are told, entries merge by name and know where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, TEMPLATES, Command, marked, profile, rule

from obsgen import pipeline
from obsgen.components.catalogue import Catalogue, builtin_root, read_component
from obsgen.components.unread import unread
from obsgen.findings import Finding, InputError
from obsgen.pipeline import StackTree

SHIPPED = builtin_root()
OWN = "title: Own\nrole: modelServer\ndescription: d\n"
ALERT = (
    "{group: alpha-performance, signal: waiting, above: 3, for: 1m, severity: info, "
    "summary: more than << limit >> wait, description: d}\n"
)


def written(root: Path, files: dict[str, str]) -> Path:
    """A folder of components with these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def rendered(root: Path, files: dict[str, str], text: str = ALPHA) -> StackTree:
    return pipeline.render(profile(text), [written(root, files)])


def told(root: Path, files: dict[str, str], text: str = ALPHA) -> list[Finding]:
    """What is wrong with a folder of components."""
    try:
        rendered(root, files, text)
    except InputError as problem:
        return list(problem.findings)
    return []


# A file in a folder of components, what is said of it, and what to type instead.
UNREAD = {
    "another ending": ("alpha/alerts.yml", "nothing reads alerts.yml", "did you mean 'alerts.yaml'?"),
    "the singular": ("alpha/alert.yaml", "nothing reads alert.yaml", "did you mean 'alerts.yaml'?"),
    "another singular": ("alpha/signal.yaml", "nothing reads signal.yaml", "did you mean 'signals.yaml'?"),
    "the plural": ("alpha/recordings.yaml", "nothing reads recordings.yaml", "did you mean 'recording.yaml'?"),
    "capitals": ("alpha/Alerts.yaml", "nothing reads Alerts.yaml", "did you mean 'alerts.yaml'?"),
    "another name altogether": ("alpha/limits.yaml", "nothing reads", "known: component.yaml, signals.yaml"),
    "a board's ending": ("alpha/dashboards/b.yml", "nothing reads", "did you mean 'dashboards/b.yaml'?"),
    "a board as JSON": ("alpha/dashboards/b.json", "nothing reads", "did you mean 'dashboards/b.yaml'?"),
    "a board in another folder": ("alpha/dashboard/b.yaml", "nothing reads", "did you mean 'dashboards/b.yaml'?"),
    "a board in a deeper folder": ("alpha/dashboards/x/b.yaml", "nothing reads dashboards/x/b.yaml", ""),
    "a manifest's ending": ("alpha/manifests/m.yml", "nothing reads", "did you mean 'manifests/m.yaml'?"),
    "a misnamed runbook": (
        "alpha/runbooks/AlphaLatencyHihg.md",
        "alpha has no alert 'AlphaLatencyHihg' whose runbook this could be",
        "did you mean 'AlphaLatencyHigh'?",
    ),
    "a runbook of no alert": ("alpha/runbooks/Nothing.md", "alpha has no alert 'Nothing'", "known: AlphaDown"),
    "a runbook's ending": ("alpha/runbooks/AlphaDown.markdown", "nothing reads", "'runbooks/AlphaDown.md'?"),
    "a runbook beside its folder": ("alpha/AlphaDown.md", "nothing reads", "'runbooks/AlphaDown.md'?"),
    "a script that no manifest names": ("meter/scripts/other.sh", "nothing reads scripts/other.sh", ""),
    "a misnamed component": ("alhpa/alerts.yaml", "'alhpa' is no component", "did you mean 'alpha'?"),
    "a head with another ending": ("mine/component.yml", "'mine' is no component", "did you mean 'component.yaml'?"),
    "a component without a head": ("mine/signals.yaml", "'mine' is no component", "write component.yaml"),
    "the component's own folder": ("alerts.yaml", "alerts.yaml stands in no component's folder", "the folder above"),
}


@pytest.mark.parametrize("case", UNREAD)
def test_a_file_that_nothing_reads_is_told(case: str, obsgen: Command, tmp_path: Path) -> None:
    file, message, hint = UNREAD[case]
    written(tmp_path, {"profile.yaml": ALPHA, f"own/{file}": "{}\n"})
    ran = obsgen("render", "profile.yaml", "--templates", "own")
    assert ran.code == 2
    assert "error[templates/unread]" in ran.err
    assert f"own/{file.split('/')[0]}" in ran.err
    assert message in ran.err
    assert hint in ran.err
    assert "1 error. Nothing was written." in ran.err
    assert not (tmp_path / "out").exists()


def test_folders_that_the_profile_names_are_looked_through_too(obsgen: Command, tmp_path: Path) -> None:
    text = ALPHA + "templates: [own]\n"
    written(tmp_path, {"profile.yaml": text, "own/alpha/alert.yaml": "{}\n", "own/beta/signal.yaml": "{}\n"})
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "own/alpha/alert.yaml:1:1: error[templates/unread]" in ran.err
    assert "own/beta/signal.yaml:1:1: error[templates/unread]" in ran.err


@pytest.mark.parametrize("name", ["alpha", "mine"])
def test_an_empty_folder_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (only,) = told(tmp_path, {})
    assert only.message == "this component's folder is empty"
    assert only.place.file.endswith(f"/{name}")


@pytest.mark.parametrize("file", ["alpha/runbooks/AlphaDown.md", "alpha/alerts.yaml", "mine/component.yaml"])
@pytest.mark.parametrize("target", ["there.txt", "nowhere"])
def test_a_link_is_told(file: str, target: str, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text(OWN)
    link = tmp_path / "own" / file
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / target)
    (only,) = told(tmp_path / "own", {})
    assert "is a link" in only.message
    assert only.place.file.endswith(file)


def test_a_link_to_a_folder_of_boards_is_told(tmp_path: Path) -> None:
    written(tmp_path, {"boards/x.yaml": "title: t\n", "own/alpha/recording.yaml": "{}\n"})
    (tmp_path / "own/alpha/dashboards").symlink_to(tmp_path / "boards")
    (only,) = told(tmp_path / "own", {})
    assert "dashboards is a link" in only.message


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "#", "LICENSE": "x", ".git/config": "x", "alpha/README.md": "#", "alpha/.hidden": "x"},
        {"alpha/alerts.yaml~": "x", "alpha/alerts.yaml": f"AlphaMine: {ALERT}", "alpha/runbooks/AlphaMine.md": "Do."},
        {"meter/scripts/run.sh": "echo mine\n"},
        {"meter/manifests/x.yaml": "object: {a: \"<< file('scripts/' ~ name) >>\"}\n", "meter/scripts/chat": "x"},
        {"mine/component.yaml": OWN},
        {"notes.yaml": "x", "profiles/a.yaml": "x", "out/x/base/alerts.yaml": "x", "docs/alerts.md": "x"},
        {"plat/demo/.obsgen/record.json": "{}", "plat/demo/application.yaml": "x"},
    ],
)
def test_what_is_read_or_does_no_harm_is_not_told(files: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, files) == []


def test_an_alert_of_the_profiles_own_may_have_a_runbook_there(tmp_path: Path) -> None:
    text = ALPHA + "alerts: {Mine: " + ALERT.strip().replace("{", "{server: chat, ", 1) + "}\n"
    files = {"alpha/runbooks/Mine.md": "Ask << name >>.\n"}
    assert "Ask chat." in rendered(tmp_path, files, text).files["runbooks/Mine.md"].decode()
    assert told(tmp_path, files)


def test_a_faulty_component_that_no_server_uses_is_told_too(tmp_path: Path) -> None:
    (only,) = told(tmp_path, {"mine/component.yaml": OWN.replace("modelServer", "magic")})
    assert only.id == "component/value"


@pytest.mark.parametrize("root", [SHIPPED, TEMPLATES], ids=["shipped", "made up"])
def test_everything_among_the_components_of_this_repository_is_read(root: Path) -> None:
    assert unread(Catalogue((root,)), [root]) == []


def test_alerts_are_added_replaced_and_removed_by_name(tmp_path: Path) -> None:
    before = {each.name: each.expr for each in pipeline.render(profile(ALPHA)).base.alerts}
    own = f"AlphaMine: {ALERT}AlphaQueued: {ALERT}AlphaDown: null\n"
    after = {each.name: each.expr for each in rendered(tmp_path, {"alpha/alerts.yaml": own}).base.alerts}
    assert after.keys() == before.keys() - {"AlphaDown"} | {"AlphaMine"}
    assert {name for name in after if before.get(name) != after[name]} == {"AlphaMine", "AlphaQueued"}
    assert "> 3" in after["AlphaQueued"]


def test_signals_and_recorded_series_merge_by_name(tmp_path: Path) -> None:
    files = {
        "alpha/signals.yaml": "waiting: {help: h, type: gauge, unit: requests, series: [{name: mine_waiting}]}\n",
        "alpha/recording.yaml": "- {record: own:waiting, group: g, signal: waiting}\n",
    }
    base = rendered(tmp_path, files).base
    assert [each.record for each in base.recordings] == ["alpha:failures:ratio", "own:waiting"]
    assert "(mine_waiting{" in rule(base, "own:waiting")["expr"]
    assert "mine_waiting" in rule(base, "AlphaQueued")["expr"]


@pytest.mark.parametrize(
    ("own", "records"),
    [
        ("- {record: meter:tokens, group: g, expr: vector(1), unit: count}\n", ["meter:price", "meter:tokens"]),
        ("meter:tokens: {group: g, expr: vector(1), unit: count}\n", ["meter:price", "meter:tokens"]),
        ("meter:price: null\n", ["meter:tokens"]),
        ("- {record: mine, group: g, expr: vector(1), unit: count}\n", ["meter:price", "meter:tokens", "mine"]),
    ],
)
def test_recorded_series_are_a_list_or_changed_by_their_names(own: str, records: list[str], tmp_path: Path) -> None:
    written(tmp_path, {"meter/recording.yaml": own})
    folder = read_component("meter", (tmp_path, TEMPLATES))
    assert [each.record for each in folder.recordings] == records


def test_maps_of_a_component_merge_key_by_key(tmp_path: Path) -> None:
    own = "description: Mine.\nthresholds: {queueLength: {default: 4}}\nscrape: {selector: {app: null, run: x}}\n"
    mine = rendered(tmp_path, {"alpha/component.yaml": own}, ALPHA.replace("selector: {app: chat}, ", ""))
    (instance,) = (each for each in mine.base.stack.instances if each.name == "chat")
    component = instance.folder.component
    assert (component.title, component.description) == ("Alpha", "Mine.")
    assert component.thresholds["queueLength"].help == "waiting requests"
    assert (instance.thresholds["queueLength"], instance.thresholds["latencyP95"]) == (4, 8)
    assert instance.target is not None
    assert instance.target.selector == {"run": "x"}


def test_boards_manifests_and_runbooks_are_replaced_as_whole_files(tmp_path: Path) -> None:
    files = {
        "alpha/runbooks/AlphaLatencyHigh.md": "## Mine\n",
        "alpha/dashboards/alpha.yaml": "title: Mine\ndescription: d\nrows: [{title: r, panels: "
        "[{title: Only, description: d, signal: waiting}]}]\n",
    }
    mine = rendered(tmp_path, files)
    assert "## Mine" in mine.files["runbooks/AlphaLatencyHigh.md"].decode()
    (board,) = mine.boards
    assert (board.title, board.panels) == ("Mine", 1)


# A user's file over a component's, with the mark ^ where the finding must stand, and what is told.
FAULTS = {
    "an alert that boards draw": (
        "alpha/alerts.yaml",
        "^AlphaLatencyHigh: null\n",
        "'AlphaLatencyHigh' is removed here, but still needed by dashboards/alpha.yaml",
    ),
    "a signal that others speak of": (
        "alpha/signals.yaml",
        "^waiting: null\n",
        "'waiting' is removed here, but still needed by alert AlphaQueued, dashboards/alpha.yaml",
    ),
    "a signal that a runbook asks for": ("alpha/signals.yaml", "^latency: null\n", "runbooks/AlphaLatencyHigh.md"),
    "a threshold that an alert names": (
        "alpha/component.yaml",
        "thresholds:\n  ^queueLength: null\n",
        "still needed by alert AlphaQueued",
    ),
    "an alert that is not there": ("alpha/alerts.yaml", "^AlphaDwon: null\n", "there is no 'AlphaDwon' to remove"),
    "a threshold that is not there": (
        "alpha/component.yaml",
        "thresholds: {^queueLen: null}\n",
        "there is no 'queueLen' to remove",
    ),
    "a recorded series that is not there": ("alpha/recording.yaml", "^alpha:failures: null\n", "to remove"),
    "a key that must be there": ("alpha/component.yaml", "^title: null\n", "key 'title' is missing"),
    "an alert without a limit": ("alpha/alerts.yaml", "^AlphaMine: " + ALERT.replace("above: 3, ", ""), "compared"),
    "an unknown key": ("alpha/alerts.yaml", f"AlphaMine: {ALERT.replace('above', '^abvoe')}", "unknown key 'abvoe'"),
    "an unknown signal": ("alpha/alerts.yaml", f"AlphaMine: {ALERT.replace('waiting', '^wating')}", "no signal"),
    "a broken text": ("alpha/alerts.yaml", f"AlphaMine: {ALERT.replace('limit', '^limt')}", "'limt' is undefined"),
    "a recording without a group": ("alpha/recording.yaml", "- ^{record: x, signal: waiting}\n", "'group' is missing"),
    "a list of alerts": ("alpha/alerts.yaml", "^- AlphaDown\n", "must be a mapping"),
    "one word of recordings": ("alpha/recording.yaml", "^nothing\n", "must be a list"),
    "a limit without a unit": (
        "alpha/component.yaml",
        "thresholds: {^latencyP95: {default: 8}}\n",
        "it has no unit",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_users_entry_is_told_at_the_users_file(fault: str, tmp_path: Path) -> None:
    file, text, message = FAULTS[fault]
    source, line, column = marked(text)
    (only,) = told(tmp_path, {file: source})
    assert message in only.message
    assert only.place.file == str(tmp_path / file)
    assert (only.place.line, only.place.column) == (line, 1 if fault == "a key that must be there" else column)


def test_a_fault_in_an_inherited_entry_is_told_at_its_own_file(tmp_path: Path) -> None:
    lower = written(tmp_path / "lower", {"alpha/alerts.yaml": "# first\n\nAlphaMine: {group: g}\n"})
    upper = written(tmp_path / "upper", {"alpha/alerts.yaml": f"AlphaQueued: {ALERT}AlphaDown: {{for: 1m}}\n"})
    with pytest.raises(InputError) as problem:
        read_component("alpha", (upper, lower, TEMPLATES))
    places = {(Path(each.place.file).parent.parent.name, each.place.line) for each in problem.value.findings}
    assert places == {("lower", 3), ("upper", 2)}


RUNBOOK = "## Meaning\n\nRequests to << name >> wait.\n\n```promql\n<< query('waiting') >>\n```\n\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RUNBOOK + "On << ^nmae >>.\n", "'nmae' is undefined"),
        (RUNBOOK + "```promql\n  << query('^wating') >>\n```\n", "no signal 'wating'"),
        (RUNBOOK + "<% if name %>\n^<< name | >>\n<% endif %>\n", "broken template"),
        (RUNBOOK + "<% if name %>\nnever closed^", "broken template"),
        (RUNBOOK + "Mode << options.^mood >>.\n", "no attribute 'mood'"),
        (RUNBOOK + "Region ^<< cluster.region >>.\n", "gives nothing"),
    ],
)
def test_a_fault_in_a_runbook_is_told_at_its_line_with_the_text(
    text: str, message: str, obsgen: Command, tmp_path: Path
) -> None:
    source, line, column = marked(text)
    written(tmp_path, {"profile.yaml": ALPHA, "own/alpha/runbooks/AlphaQueued.md": source})
    ran = obsgen("render", "profile.yaml", "--templates", "own")
    assert ran.code == 2
    place = f"own/alpha/runbooks/AlphaQueued.md:{line}:"
    assert place in ran.err
    assert message in ran.err
    assert source.splitlines()[line - 1] in ran.err
    assert ran.err.count("error[") == 1
    if "never" not in source:
        assert f"{place}{column}: " in ran.err


def test_a_fault_in_a_folded_text_is_told_where_it_is_written(tmp_path: Path) -> None:
    folded = "AlphaMine:\n  group: g\n  signal: waiting\n  above: 3\n  for: 1m\n  severity: info\n  summary: s\n"
    source, line, column = marked(
        folded + "  description: >-\n    First line\n    and << ^nmae >> on\n    the third.\n"
    )
    (only,) = told(tmp_path, {"alpha/alerts.yaml": source})
    assert (only.place.line, only.place.column, only.place.length) == (line, column, 4)


def test_a_signal_or_limit_that_an_objective_needs_is_not_removed(tmp_path: Path) -> None:
    slos = (
        "fast: {title: t, description: d, events: {signal: latency, within: 1s}, alert: AlphaBudget, group: g}\n"
        "slow: {title: t, description: d, minutes: {signal: waiting, above: queueLength}, alert: AlphaWait, group: g}\n"
    )
    lower = written(tmp_path / "lower", {"alpha/slos.yaml": slos})
    upper = {"alpha/signals.yaml": "latency: null\n", "alpha/component.yaml": "thresholds: {queueLength: null}\n"}
    with pytest.raises(InputError) as problem:
        read_component("alpha", (written(tmp_path / "upper", upper), lower, TEMPLATES))
    needing = {Path(each.place.file).name: each.message for each in problem.value.findings}
    assert "objective fast" in needing["signals.yaml"]
    assert "objective slow" in needing["component.yaml"]


def test_what_was_removed_may_be_replaced_by_a_nearer_folder(tmp_path: Path) -> None:
    lower = written(tmp_path / "lower", {"alpha/alerts.yaml": "AlphaLatencyHigh: null\n"})
    upper = written(tmp_path / "upper", {"alpha/alerts.yaml": f"AlphaLatencyHigh: {ALERT}"})
    folder = read_component("alpha", (upper, lower, TEMPLATES))
    assert folder.alerts["AlphaLatencyHigh"].above == "3"
    assert folder.place("alerts.yaml", ("AlphaLatencyHigh", "above")).file == str(upper / "alpha/alerts.yaml")


def test_the_result_does_not_depend_on_where_a_folder_lies(tmp_path: Path) -> None:
    files = {"alpha/alerts.yaml": f"AlphaMine: {ALERT}"}
    assert rendered(tmp_path / "a", files).files == rendered(tmp_path / "b/c", files).files
