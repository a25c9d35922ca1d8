"""What `obsgen diff` and `obsgen render` cost beside the tools that people use today, and how they grow.

diff     `obsgen diff` of a profile with one threshold changed against its tree, which is rendered anew for that,
         against `kustomize build` of each overlay of both trees and then `diff -u`, or `dyff between`, of each pair
render   the objects of one environment by `obsgen render`, which checks and documents them, too, against as many
         objects of the same sizes by helm template, jsonnet and cdk8s. Their inputs are made of what obsgen rendered:
         the fields that objects of a kind share stand in a template, and each object's name beside it in values
growth   10 to 3,333 objects in each of three environments, 10,000 in all, by model servers; 10 to 1,000 clusters of one
         profile, each with a value of its own; 2 to 200 profiles of one cluster: render, render with nothing changed,
         and diff with one threshold changed, which renders anew

Times are CPU seconds, user and system, of the processes and their children; the contestants take turns, and of several
rounds the best counts, so that ratios hold on a busy machine, too. Memory is the peak of the largest process.
dyff, helm, jsonnet and node are taken from PATH; the cdk8s that CDK8S names is a folder with its node_modules. What is
absent is left out, and named. They were tried as dyff 1.12.0 (`go install github.com/homeport/dyff/cmd/dyff@v1.12.0`),
go-jsonnet 0.22.0 (`go install github.com/google/go-jsonnet/cmd/jsonnet@v0.22.0`), helm 3.22.0 (`go install
helm.sh/helm/v3/cmd/helm@v3.22.0`), cdk8s 2.70.106 with constructs 10.8.1 (`npm install`) on node 20.20.2.

    CDK8S=folder python benchmarks/comparing.py [OBJECTS…]        10, 100, 1000 and 3333 unless given
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import clusters
from pipeline import cpu_seconds, profile, run, tool

from obsgen.source import load_text

ROUNDS = 3
SIZE = 200
CHANGED = ("kvCacheUsage: 2%", "kvCacheUsage: 3%")
CHANGED_IN_FLEETS = ("app: chat}, port: http}", "app: chat}, port: http, thresholds: {kvCacheUsage: 80%}}")
ONE = "  prod:\n    cluster: {name: prod}\n"
_MARK, _NAMED = '"@NAME@', 'each.name + "'
Work = Callable[[], object]
Objects = list[dict[str, Any]]
Texts = Mapping[str, str]


def obsgen(folder: Path, *arguments: str) -> tuple[float, float]:
    """CPU seconds and peak MiB of one run, with a cache in the folder."""
    command = [sys.executable, "-m", "obsgen", *arguments]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / ".cache")}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"obsgen {' '.join(arguments)} failed: {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(works: Mapping[str, Work]) -> dict[str, float]:
    """CPU seconds of each work, the least of several rounds in which they take turns."""
    rounds = [{name: cpu_seconds(work) for name, work in works.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in works}


def two_sides(folder: Path, size: int) -> None:
    """A profile, its tree beside it as the base and as the changed one, and the profile changed."""
    text = profile(size)
    for side, content in (("new", text.replace(*CHANGED)), ("old", text)):
        (folder / side / "profiles").mkdir(parents=True)
        (folder / side / "profiles" / "bench.yaml").write_text(content)
        obsgen(folder / side, "render", "profiles", "-q")


def built(folder: Path) -> list[tuple[str, Path, Path]]:
    """What kustomize makes of every overlay of both trees, in files."""
    found = []
    for overlay in sorted((folder / "new/out/bench/overlays").iterdir()):
        files = []
        for side in ("old", "new"):
            files.append(folder / f"{side}-{overlay.name}.yaml")
            path = f"{side}/out/bench/overlays/{overlay.name}"
            files[-1].write_text(run(tool("kustomize"), "build", path, cwd=folder))
        found.append((overlay.name, files[0], files[1]))
    return found


def compared(folder: Path, *command: str) -> None:
    """All overlays built, and each pair compared; a comparer that finds differences may exit with 1."""
    for _, old, new in built(folder):
        done = subprocess.run([*command, str(old), str(new)], stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} failed: {done.returncode}")


def diff_works(folder: Path) -> dict[str, Work]:
    """Those who compare, as far as they are there."""
    works: dict[str, Work] = {
        "obsgen": lambda: obsgen(folder / "new", "diff", "--base", str(folder / "old"), "profiles/bench.yaml"),
        "kustomize, diff": lambda: compared(folder, "diff", "-u"),
    }
    if shutil.which("dyff"):
        works["kustomize, dyff"] = lambda: compared(folder, "dyff", "between", "--omit-header")
    return works


def objects_of(folder: Path) -> Objects:
    """The objects of the one environment that obsgen rendered."""
    text = run(tool("kustomize"), "build", "out/bench/overlays/prod", cwd=folder)
    return [document.value for document in load_text(text, "built.yaml") if document.value]


def templates(objects: Objects) -> dict[str, tuple[str, list[dict[str, str]]]]:
    """A text for each kind of object, of its first one, with a mark for its name; and the names of all of the kind."""
    found: dict[str, tuple[str, list[dict[str, str]]]] = {}
    for each in objects:
        name = each["metadata"]["name"]
        text = re.sub(rf'(?<!\\)"{re.escape(name)}\b', '"@NAME@', json.dumps(each, indent=1))
        found.setdefault(each["kind"], (text, []))[1].append({"name": name})
    return found


def helm_chart(folder: Path, objects: Objects) -> None:
    """A chart with a template for each kind, which ranges over values."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: bench\nversion: 1.0.0\n")
    kinds = templates(objects)
    (folder / "values.yaml").write_text(json.dumps({kind: names for kind, (_, names) in kinds.items()}))
    for kind, (text, _) in kinds.items():
        plain = text.replace("{{", "@OPEN@").replace("}}", "@CLOSE@")
        plain = plain.replace("@OPEN@", "{{ `{{` }}").replace("@CLOSE@", "{{ `}}` }}").replace("@NAME@", "{{ .name }}")
        body = f"{{{{- range .Values.{kind} }}}}\n---\n{plain}\n{{{{- end }}}}\n"
        (folder / "templates" / f"{kind.lower()}.yaml").write_text(body)


def jsonnet_file(folder: Path, objects: Objects) -> None:
    """A function for each kind, and a list of what it makes of each name."""
    folder.mkdir()
    lists = [
        f"[{text.replace(_MARK, _NAMED)} for each in {json.dumps(names)}]"
        for text, names in templates(objects).values()
    ]
    (folder / "bench.jsonnet").write_text(" + ".join(lists))


def cdk8s_app(folder: Path, objects: Objects) -> None:
    """An app with a chart of ApiObjects."""
    folder.mkdir()
    (folder / "node_modules").symlink_to(Path(os.environ["CDK8S"]).resolve() / "node_modules")
    kinds = [[text, [each["name"] for each in names]] for text, names in templates(objects).values()]
    (folder / "kinds.json").write_text(json.dumps(kinds))
    (folder / "main.js").write_text(
        "const {App, Chart, ApiObject} = require('cdk8s');\n"
        "const app = new App({outdir: 'dist'}); const chart = new Chart(app, 'bench');\n"
        "for (const [text, names] of require('./kinds.json')) for (const name of names) {\n"
        "  const props = JSON.parse(text.split('@NAME@').join(name));\n"
        "  new ApiObject(chart, `${props.kind}-${name}`, props);\n}\napp.synth();\n"
    )


def render_works(folder: Path, objects: Objects) -> dict[str, Callable[[], str]]:
    """Those who render, as far as they are there: each gives what it rendered."""
    works: dict[str, Callable[[], str]] = {}
    if shutil.which("helm"):
        helm_chart(folder / "chart", objects)
        works["helm template"] = lambda: run("helm", "template", "bench", "chart", cwd=folder)
    if shutil.which("jsonnet"):
        jsonnet_file(folder / "jsonnet", objects)
        works["jsonnet"] = lambda: run("jsonnet", "-y", "bench.jsonnet", cwd=folder / "jsonnet")
    if shutil.which("node") and os.environ.get("CDK8S"):
        cdk8s_app(folder / "cdk8s", objects)

        def synth() -> str:
            run("node", "main.js", cwd=folder / "cdk8s")
            return (folder / "cdk8s" / "dist" / "bench.k8s.yaml").read_text()

        works["cdk8s"] = synth
    return works


def check_same(name: str, text: str, objects: Objects) -> None:
    """The contestant must have made as many objects of each kind."""
    made = Counter(each.value["kind"] for each in load_text(text, "made.yaml") if each.value)
    if made != Counter(each["kind"] for each in objects):
        raise SystemExit(f"{name} made {dict(made)}")


def print_ratios(title: str, found: Mapping[str, float]) -> None:
    """A line for each contestant: its time, and how many times that obsgen takes."""
    print(f"\n{title}")
    for name, seconds in found.items():
        ratio = "" if name == "obsgen" else f"   obsgen takes {found['obsgen'] / seconds:.2f} times that"
        print(f"  {name:<18}{seconds:>7.2f}s{ratio}")


def print_diff() -> None:
    """Who compares two trees of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        two_sides(folder, SIZE)
        print_ratios(f"diff, {SIZE} objects in each of three environments", best(diff_works(folder)))


def print_render() -> None:
    """Who renders objects of one number."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = profile(SIZE)
        (folder / "bench.yaml").write_text(f"{text.partition('environments:')[0]}environments:\n{ONE}")
        obsgen(folder, "render", "bench.yaml", "-q")
        objects = objects_of(folder)
        others = render_works(folder, objects)
        for each, work in others.items():
            check_same(each, work(), objects)

        def fresh() -> None:
            shutil.rmtree(folder / "out")
            shutil.rmtree(folder / ".cache", ignore_errors=True)
            obsgen(folder, "render", "bench.yaml", "-q")

        counts = ", ".join(f"{number} {kind}" for kind, number in Counter(one["kind"] for one in objects).items())
        print_ratios(f"render, one environment: {counts}", best({"obsgen": fresh, **others}))


def fleet(size: int) -> Texts:
    """One profile of so many clusters, each with a value of its own."""
    return {"bench": clusters.profile(size, clusters.KINDS["own values"])}


def fleets(size: int) -> Texts:
    """So many profiles of one cluster."""
    whole = clusters.profile(size, clusters.KINDS["own values"])
    head, _, listed = whole.replace(", applicationSet: {generator: list}", "").partition("clusters:\n")
    lines = enumerate(listed.splitlines())
    return {f"bench-{at}": f"{head}clusters:\n{line}\n".replace("bench", f"bench-{at}", 1) for at, line in lines}


def stack(size: int) -> Texts:
    """One profile of so many objects in each of its environments."""
    return {"bench": profile(size)}


def changed(text: str) -> str:
    """A profile with one threshold changed."""
    return text.replace(*CHANGED).replace(*CHANGED_IN_FLEETS)


def growth(texts: Texts) -> list[tuple[float, float]]:
    """CPU and memory of render, render with nothing changed, and diff with a threshold changed, of some profiles."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profiles").mkdir()
        for stack_name, text in texts.items():
            (folder / "profiles" / f"{stack_name}.yaml").write_text(text)
        found = [obsgen(folder, "render", "-q") for _ in range(2)]
        for root in ("out", "argocd", "profiles"):
            shutil.copytree(folder / root, folder / "base" / root)
        for stack_name, text in texts.items():
            (folder / "profiles" / f"{stack_name}.yaml").write_text(changed(text))
        return [*found, obsgen(folder, "diff", "--base", str(folder / "base"))]


def print_growth(what: str, sizes: list[int], texts: Callable[[int], Texts]) -> None:
    """One row a size; beside each figure how many times that of the row above it is."""
    print(f"\n{what:<9} {'render':>20} {'nothing changed':>26} {'diff':>26}")
    before: list[tuple[float, float]] = []
    for size in sizes:
        now = growth(texts(size))
        cells = []
        for index, (seconds, memory) in enumerate(now):
            grown = f"x{seconds / before[index][0]:.1f}" if before else ""
            cells.append(f"{seconds:>8.2f}s {grown:>6} {memory:>5.0f} MiB")
        print(f"{size:>9} {'  '.join(cells)}", flush=True)
        before = now


def main() -> None:
    """Prints the ratios, and the growth."""
    absent = [each for each in ("dyff", "helm", "jsonnet", "node") if not shutil.which(each)]
    absent += [] if os.environ.get("CDK8S") else ["cdk8s"]
    if absent:
        print(f"left out, since absent: {', '.join(absent)}")
    print_diff()
    print_render()
    print_growth("objects", [int(argument) for argument in sys.argv[1:]] or [10, 100, 1000, 3333], stack)
    print_growth("clusters", [10, 100, 1000], fleet)
    print_growth("profiles", [2, 20, 200], fleets)


if __name__ == "__main__":
    main()
