"""What `obsgen validate --tools off` costs beside the tools that people use today, and how that grows with the files.

tree     the largest tree under out/, against kustomize build of its overlays, kubeconform on what comes out with the
         schemas that obsgen carries, and promtool on the rules in it
folder   1,000 rule files, half of them PrometheusRule objects and half for promtool, against kubeconform on the objects
         and promtool on all rules; whatever has to be taken out of the objects for that is not counted
growth   10 to 5,000 such files: CPU and memory, and how many times those of the row above

Times are CPU seconds, user and system, of the processes and their children. Everything is measured in turn, in several
rounds, of which the best counts: the ratios hold on a busy machine, too. Python's start-up is part of validate's time;
its byte code is kept between the runs, as it is where obsgen is installed.
The rules ask for series that the components' signals name, some of them under names that nobody has; they come from a
fixed seed.

    python benchmarks/validation.py [FILES…]        10, 100, 1000 and 5000 unless given
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline import cpu_seconds, rule_files, run, tool

from obsgen.components.catalogue import catalogue
from obsgen.components.signals import Series, Signal
from obsgen.schemas import kubeconform_location
from obsgen.tree.serialise import yaml_bytes

TREES = Path(__file__).resolve().parent.parent / "out"
ROUNDS = 5
SEED = 20
FILES = 1000
ODD = ("bool", "timestamp", "count")
SOMETIMES = ("log", "since", "until", "when", "deprecated", "match", "labels", "type")
LIMITS = {"ratio": 0.9, "bytes": 8e9, "bytes/s": 1e6, "tokens": 2000}
BYTE_CODE = Path(tempfile.gettempdir(), "obsgen-bench")
Work = Callable[[], object]


def known_series() -> list[tuple[Series, Signal]]:
    """The series that every version exposes and that alerts can be about, with their signals."""
    found = catalogue()
    signals = [one for name in found.names for one in found.exporter(name).signals.values() if one.unit not in ODD]
    pairs = [(series, one) for one in signals if not one.totals and not one.cautions for series in one.series]
    return [
        (series, one)
        for series, one in pairs
        if "<<" not in series.name and not set(SOMETIMES) & series.model_fields_set
    ]


def query(name: str, signal: Signal, selector: str, window: str) -> str:
    """What people ask of a series of this type, by pod and one label of its own."""
    labels = ", ".join(dict.fromkeys(["namespace", "pod", *list(signal.labels.values())[:1]]))
    if signal.type == "histogram":
        return f"histogram_quantile(0.95, sum by (le, {labels}) (rate({name}_bucket{selector}[{window}])))"
    if signal.type == "counter":
        return f"sum by ({labels}) (rate({name}{selector}[{window}]))"
    return f"avg by ({labels}) ({name}{selector})"


def limit(series: Series, signal: Signal, chance: random.Random) -> float:
    """A number that a value of this unit may well exceed; of a histogram the edge of a bucket."""
    return chance.choice(series.buckets or (round(LIMITS.get(signal.unit, 5) / series.scale, 6),))


def group(number: int, known: list[tuple[Series, Signal]], chance: random.Random) -> dict[str, Any]:
    """A group of a recording rule and a few alerts, on the series of a service of its own."""
    service = f"service-{number}"
    rules: list[dict[str, Any]] = []
    for index, (series, signal) in enumerate(chance.sample(known, chance.randint(3, 6))):
        name = f"{series.name}_all" if chance.random() < 0.02 else series.name
        window = chance.choice(("5m", "10m", "1h"))
        expr = query(name, signal, f'{{job="{service}"}}', window)
        if not index:
            rules.append({"record": f"namespace_pod:{name.replace(':', '_')}:of_{number}", "expr": expr})
            continue
        rules.append(
            {
                "alert": f"Service{number}Alert{index}",
                "expr": f"{expr}\n  > {limit(series, signal, chance)}\n",
                "for": chance.choice(("5m", "10m", "15m")),
                "labels": {"severity": chance.choice(("warning", "critical")), "team": f"team-{number % 20}"},
                "annotations": {
                    "summary": f"{signal.help} of {service} is too high",
                    "description": "{{ $labels.pod }} in {{ $labels.namespace }} has {{ $value | humanize }}.",
                    "runbook_url": f"https://runbooks.acme.dev/{service}/alert-{index}",
                },
            }
        )
    return {"name": service, "rules": rules}


def write_rules(folder: Path, count: int) -> tuple[list[Path], list[Path]]:
    """So many rule files in folders of teams: the objects, and all of them as promtool reads them."""
    known, chance = known_series(), random.Random(SEED)
    objects, plain = [], []
    for number in range(count):
        path = folder / "rules" / f"team-{number % 20}" / f"service-{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        spec = {"groups": [group(number, known, chance)]}
        if number % 2:
            path.write_bytes(yaml_bytes(spec))
            plain.append(path)
            continue
        head = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
        meta = {"name": f"service-{number}", "namespace": "monitoring", "labels": {"release": "prometheus"}}
        path.write_bytes(yaml_bytes({**head, "metadata": meta, "spec": spec}))
        objects.append(path)
        plain.append(folder / f"spec-{number}.yaml")
        plain[-1].write_bytes(yaml_bytes(spec))
    return objects, plain


def validate(path: Path) -> tuple[float, float]:
    """CPU seconds and peak MiB of one validation, whatever it finds."""
    command = [sys.executable, "-m", "obsgen", "validate", str(path), "--tools", "off"]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command,
        env={**kept, "PYTHONPYCACHEPREFIX": str(BYTE_CODE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"the validation failed: {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(works: Mapping[str, Work]) -> dict[str, float]:
    """CPU seconds of each work, the least of several rounds in which they take turns."""
    rounds = [{name: cpu_seconds(work) for name, work in works.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in works}


def kubeconform(*paths: Path, stdin: str = "") -> None:
    """The objects of files, or of a text, against the schemas that obsgen carries."""
    options = ("-strict", "-schema-location", kubeconform_location())
    run(tool("kubeconform"), *options, *map(str, paths), cwd=Path(), stdin=stdin)


def promtool(paths: list[Path]) -> None:
    """All rules of files for promtool."""
    run(tool("promtool"), "check", "rules", "--lint=none", *map(str, paths), cwd=Path())


def tree_works(folder: Path) -> tuple[str, dict[str, Work]]:
    """The largest tree's name, and what is run on it."""
    tree = max(TREES.iterdir(), key=lambda one: sum(path.stat().st_size for path in one.rglob("*") if path.is_file()))
    overlays = sorted(path.parent for path in tree.glob("overlays/*/kustomization.yaml"))
    built = [run(tool("kustomize"), "build", str(each), cwd=folder) for each in overlays]
    rules = rule_files(folder, built)
    return tree.name, {
        "validate": lambda: validate(tree),
        "kustomize": lambda: [run(tool("kustomize"), "build", str(each), cwd=folder) for each in overlays],
        "kubeconform": lambda: [kubeconform(stdin=text) for text in built],
        "promtool": lambda: promtool(rules),
    }


def folder_works(folder: Path, count: int) -> tuple[str, dict[str, Work]]:
    """The folder's name, and what is run on it."""
    objects, plain = write_rules(folder, count)
    return f"{count} rule files", {
        "validate": lambda: validate(folder / "rules"),
        "kubeconform": lambda: kubeconform(*objects),
        "promtool": lambda: promtool(plain),
    }


def growth(sizes: list[int]) -> Iterator[tuple[int, float, float]]:
    """CPU seconds and peak MiB at each size."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            write_rules(Path(name), size)
            yield size, *validate(Path(name) / "rules")


def print_ratio(name: str, works: Mapping[str, Work]) -> None:
    """One row: each contestant's time, and how many times the others' sum validate takes."""
    found = best(works)
    others = sum(seconds for work, seconds in found.items() if work != "validate")
    times = "".join(f"{found[work]:>10.2f}s " if work in found else f"{'':>12}" for work in COLUMNS)
    print(f"{name:<24}{times}{found['validate'] / others:>7.2f}")


COLUMNS = ("validate", "kustomize", "kubeconform", "promtool")


def main() -> None:
    """Prints the ratios, and the growth."""
    folder = Path(tempfile.mkdtemp())
    try:
        print(f"{'':<24}{''.join(f'{name:>11} ' for name in COLUMNS)}  ratio")
        print_ratio(*tree_works(folder))
        print_ratio(*folder_works(folder, FILES))
    finally:
        shutil.rmtree(folder)
    print("\nrule files       CPU   growth    memory   growth")
    before: tuple[float, float] | None = None
    for size, *now in growth([int(argument) for argument in sys.argv[1:]] or [10, 100, 1000, 5000]):
        grown = [f"{one / then:.1f}x" for one, then in zip(now, before, strict=True)] if before else ["", ""]
        print(f"{size:>10} {now[0]:>8.2f}s {grown[0]:>8} {now[1]:>5.0f} MiB {grown[1]:>8}")
        before = now[0], now[1]


if __name__ == "__main__":
    main()
