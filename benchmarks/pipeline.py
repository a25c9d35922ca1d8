"""How long obsgen takes beside the tools that people use today, as ratios of one run on one machine.

render     `obsgen render` of one profile with all its overlays, against `kustomize build` of the same overlays
validate   `obsgen validate --tools off`, against kustomize build of each overlay, kubeconform on what came out, and
           promtool on its rules, one after the other

Times are CPU seconds of the processes and their children. Python's start-up (`obsgen --version`) is shown apart.

    python benchmarks/pipeline.py [OBJECTS…]        30, 300 and 3000 unless given
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from obsgen import tools
from obsgen.schemas import kubeconform_location
from obsgen.source import load_text

ENVIRONMENTS = ("dev", "staging", "prod")
OBJECTS_PER_SERVER = 2  # a monitor and its rules


def profile(objects: int) -> str:
    """A profile that renders to about so many objects in each environment."""
    servers = range(max(1, round(objects / OBJECTS_PER_SERVER)))
    lines = ["apiVersion: obsgen.dev/v1alpha1", "kind: Profile", "stack: bench"]
    lines += ["argocd:", "  repoURL: https://github.com/acme/gitops.git", "modelServers:"]
    lines += [
        f'  - {{name: s{i}, type: vllm, version: "0.12", namespace: ml, selector: {{app: s{i}}}}}' for i in servers
    ]
    lines.append("environments:")
    for environment in ENVIRONMENTS:
        lines.append(f"  {environment}:")
        lines.append(f"    cluster: {{name: {environment}}}")
        if environment == "dev":
            lines.append("    modelServers: {s0: {thresholds: {kvCacheUsage: 2%}}}")
    return "\n".join(lines) + "\n"


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time, user and system, of the child processes that `work` runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(*command: str, cwd: Path, stdin: str | None = None) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def obsgen(folder: Path, *arguments: str) -> str:
    """Runs this interpreter's obsgen."""
    return run(sys.executable, "-m", "obsgen", *arguments, cwd=folder)


def tool(name: str) -> str:
    """The path of a real tool."""
    found = tools.find(name)
    if found is None:
        raise SystemExit(f"{name} is absent: run `obsgen tools install`")
    return str(found.path)


def build(folder: Path) -> list[str]:
    """What kustomize makes of every overlay."""
    return [run(tool("kustomize"), "build", f"out/bench/overlays/{name}", cwd=folder) for name in ENVIRONMENTS]


def rule_files(folder: Path, built: list[str]) -> list[Path]:
    """The rules of every overlay as promtool reads them."""
    paths = []
    for number, text in enumerate(built):
        objects = [document.value for document in load_text(text, "built.yaml")]
        for index, one in enumerate(each for each in objects if each["kind"] == "PrometheusRule"):
            path = folder / f"rules-{number}-{index}.json"
            path.write_text(json.dumps(one["spec"]))
            paths.append(path)
    return paths


def measure(objects: int) -> dict[str, float]:
    """CPU seconds of every contestant at one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.yaml").write_text(profile(objects))
        result = {"start-up": cpu_seconds(lambda: obsgen(folder, "--version"))}
        result["render"] = cpu_seconds(lambda: obsgen(folder, "render", "bench.yaml", "-q"))
        result["render again"] = cpu_seconds(lambda: obsgen(folder, "render", "bench.yaml", "-q"))
        result["kustomize"] = cpu_seconds(lambda: build(folder))
        built = build(folder)
        rules = rule_files(folder, built)
        strict = ("-strict", "-schema-location", kubeconform_location())
        result["kubeconform"] = cpu_seconds(
            lambda: [run(tool("kubeconform"), *strict, cwd=folder, stdin=text) for text in built]
        )
        result["promtool"] = cpu_seconds(
            lambda: run(tool("promtool"), "check", "rules", "--lint=all", *map(str, rules), cwd=folder)
        )
        result["validate"] = cpu_seconds(lambda: obsgen(folder, "validate", "out/bench", "--tools", "off"))
        return result


def main() -> None:
    """Prints a table: one row a size."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [30, 300, 3000]
    print("objects  start-up  render  kustomize  ratio (without start-up)   validate  chain  ratio (without start-up)")
    for size in sizes:
        found = measure(size)
        start, kustomize = found["start-up"], found["kustomize"]
        chain = kustomize + found["kubeconform"] + found["promtool"]
        print(
            f"{size:>7} {start:>8.2f}s {found['render']:>6.2f}s {kustomize:>8.2f}s "
            f"{found['render'] / kustomize:>6.2f} ({(found['render'] - start) / kustomize:.2f})"
            f"{'':>12}{found['validate']:>8.2f}s {chain:>5.2f}s "
            f"{found['validate'] / chain:>6.2f} ({(found['validate'] - start) / chain:.2f})"
        )


if __name__ == "__main__":
    main()
