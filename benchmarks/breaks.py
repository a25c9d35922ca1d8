"""How many broken links of a signal path `obsgen validate` finds: rendered trees, one link broken at random each time.

Each trial copies a tree, changes one value on the way from an exporter to a person (a label, a port, a selector, a keep
list, a route, a Secret's name, a uid, a namespace, an application's path, a series), and asks for findings that the
whole tree does not give. What is missed is listed, so that somebody can say why.

    python benchmarks/breaks.py [TRIALS] [SEED] [TREE…]      100 a tree, seed 0, all trees under out/ unless given
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

from obsgen.checks import validate
from obsgen.findings import Severity


class Kind(NamedTuple):
    """A sort of break: in files of these names, the group of a pattern is replaced; `under` must stand above it."""

    name: str
    files: str
    pattern: str
    under: str = ""
    above: int = 0
    """In how many lines before the match `under` must stand; 0 for the whole file."""
    idle: str = ""
    """What stands on lines that nobody reads: a change there breaks nothing."""


_SHOWN = r'"definition":'
"""Grafana asks a variable's `query`; its `definition` is what the list of variables shows (grafana/grafana#69721)."""
_SERIES = r"\b((?:vllm:|DCGM_FI_|nv_inference_|inference_|litellm_)\w+)[{\[]"

_SERVICES = r"/platform/.*service-.*\.yaml$"

KINDS = (
    Kind("label by which Prometheus selects", r"/(monitors|rules)/.*\.yaml$", r"^    (?:release|team): (\S+)$"),
    Kind("port of a monitor", r"/monitors/.*\.yaml$", r"^  - port: (\S+)$"),
    Kind("selector of a monitor", r"/monitors/.*\.yaml$", r"^      [\w./-]+: (\S+)$", r"matchLabels:", 4),
    Kind("namespace of a monitor's targets", r"/monitors/.*\.yaml$", r"^    - ([\w-]+)$", r"matchNames:", 4),
    Kind("keep list", r"/monitors/.*\.yaml$", r"^      regex: (\S+)$", r"action: keep", 3),
    Kind("job of a monitor", r"/monitors/.*\.yaml$", r"^      replacement: (\S+)$", r"targetLabel: job", 2),
    Kind("series of a rule", r"/rules/.*\.yaml$", _SERIES),
    Kind("job of a rule", r"/rules/.*\.yaml$", r'job="([\w-]+)"'),
    Kind("severity of an alert", r"/rules/.*\.yaml$", r"^        severity: (\w+)$"),
    Kind("receiver of a route", r"alertmanager.*\.yaml$", r"^ +-? ?receiver: ['\"]?([\w-]+)"),
    Kind("matcher of a route", r"alertmanager.*\.yaml$", r'severity="(\w+)"'),
    Kind("name of a Secret", r"/platform/.*\.yaml$", r"^ +secretName: (\S+)$"),
    Kind("name of a Secret's reference", r"/platform/.*\.yaml$", r"^ +name: (\S+)$", r"secretKeyRef:|[sS]ecret:$", 2),
    Kind("name of a ConfigMap", r"/platform/.*\.yaml$", r"^ +name: (\S+)$", r"configMap:$", 2),
    Kind("namespace of an object", r"/base/.*\.yaml$", r"^  namespace: (\S+)$"),
    Kind("selector of a Service", _SERVICES, r"^    (?!\w*[pP]ort:)[\w./-]+: (\S+)$", r"^  selector:", 6),
    Kind("port of a Service", _SERVICES, r"^    (?:p|targetP)ort: (\S+)$"),
    Kind("series of a panel", r"/dashboards/.*\.json$", _SERIES, idle=_SHOWN),
    Kind("job of a panel", r"/dashboards/.*\.json$", r'\bjob=\\"([\w-]+)\\"', idle=_SHOWN),
    Kind("uid of a board that a link names", r"/dashboards/.*\.json$", r'"url": "/d/([\w-]+)'),
    Kind("label of the board's ConfigMap", r"/dashboards/kustomization\.yaml$", r'^ +grafana_dashboard: ("?1"?)$'),
    Kind("path of an Application", r"argocd/.*\.yaml$", r"^    path: (\S+)$"),
    Kind("project of an Application", r"argocd/.*\.yaml$", r"^  project: (\S+)$"),
    Kind("namespace of an Application's destination", r"argocd/.*\.yaml$", r"^    namespace: (\S+)$"),
)


class Break(NamedTuple):
    """One break: a span of a file and what replaces it."""

    kind: str
    file: Path
    start: int
    end: int
    new: str


def breaks(root: Path) -> Iterator[Break]:
    """Everything that can be broken in some trees."""
    for path in sorted(root.rglob("*.*")):
        name = "/" + path.relative_to(root).as_posix()
        kinds = [kind for kind in KINDS if re.search(kind.files, name)]
        text = path.read_text(encoding="utf-8") if kinds else ""
        for kind in kinds:
            for match in re.finditer(kind.pattern, text, re.MULTILINE):
                if counts(kind, text, match):
                    yield Break(kind.name, path.relative_to(root), *match.span(1), broken(kind.name, match[1]))


def counts(kind: Kind, text: str, match: re.Match[str]) -> bool:
    """Whether a match is what its kind means, and somebody reads it."""
    before = text[: match.start()].splitlines()[-kind.above or None :]
    line = text[text.rfind("\n", 0, match.start(1)) + 1 : match.start(1)]
    is_under = not kind.under or any(re.search(kind.under, each) for each in before)
    return is_under and not (kind.idle and re.search(kind.idle, line))


def broken(kind: str, value: str) -> str:
    """Another value: a list without one of its names, else the value with a letter too many."""
    names = value.split("|")
    if kind == "keep list" and len(names) > 1:
        return "|".join(names[:-1])
    quote = '"' if value.endswith('"') else ""
    return f"{value.rstrip(quote)}x{quote}" if quote else f"{value}x"


def told(root: Path) -> set[tuple[str, str]]:
    """Errors and warnings of some trees, without their lines."""
    found = validate([root], "off").findings
    return {(one.id, one.message) for one in found if one.severity != Severity.INFO}


def trial(whole: Path, one: Break, before: set[tuple[str, str]]) -> set[str]:
    """The ids of what is found once a link is broken."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(shutil.copytree(whole, Path(name) / "trees"))
        path = root / one.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: one.start] + one.new + text[one.end :], encoding="utf-8")
        return {check for check, _ in told(root) - before}


def chosen(every: list[Break], trials: int, chance: random.Random) -> list[Break]:
    """So many breaks, each sort as often as the others as long as there are any."""
    by_kind: dict[str, list[Break]] = {}
    for one in chance.sample(every, len(every)):
        by_kind.setdefault(one.kind, []).append(one)
    in_turn = (one for turn in zip_longest(*by_kind.values()) for one in turn if one)
    return list(islice(in_turn, trials))


def laid_out(tree: Path, folder: Path) -> Path:
    """A copy of a tree and of its applications, in a folder of their own, away from profiles of the same name."""
    shutil.copytree(tree, folder / "out" / tree.name)
    applications = tree.parent.parent / "argocd" / tree.name
    if applications.is_dir():
        shutil.copytree(applications, folder / "argocd" / tree.name)
    return folder


def main(trials: int, seed: int, trees: list[Path]) -> None:
    """Runs the trials and prints the shares."""
    asked, found = Counter[str](), Counter[str]()
    missed: list[Break] = []
    for tree in trees:
        with tempfile.TemporaryDirectory() as name:
            root = laid_out(tree, Path(name) / "repository")
            every = list(breaks(root))
            before = told(root)
            for one in chosen(every, trials, random.Random(f"{seed} {tree.name}")):
                asked[one.kind] += 1
                if trial(root, one, before):
                    found[one.kind] += 1
                else:
                    missed.append(one)
            print(f"{tree.name}: {len(every)} links, {min(trials, len(every))} broken", flush=True)
    for kind in sorted(asked):
        print(f"{found[kind]:4} of {asked[kind]:4}  {kind}")
    print(f"{found.total()} of {asked.total()} found")
    for one in missed:
        print(f"missed: {one.kind}: {one.file} → {one.new}")


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:3] if each.isdigit()]
    named = [Path(each) for each in sys.argv[1:] if not each.isdigit()]
    main(*(numbers + [100, 0][len(numbers) :]), named or sorted(path for path in Path("out").iterdir()))
