"""How the render of one profile grows with the number of its clusters: CPU seconds and memory, 10 to 1,000.

Three kinds of fleets: clusters that differ in name and region alone, clusters of ten sorts of values, and clusters each
with a value of its own. What a step multiplies is beside it: ten times the clusters should cost less than ten times.

    python benchmarks/clusters.py [CLUSTERS…]        10, 100 and 1000 unless given
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HEAD = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: bench
prometheus: {mode: managed, storage: {size: 100Gi}}
modelServers:
  - {name: chat, type: vllm, version: "0.12", namespace: ml, selector: {app: chat}, port: http}
  - {name: small, type: triton, namespace: ml, selector: {app: small}, port: metrics}
gpuExporter: {type: dcgm}
argocd: {repoURL: "https://github.com/acme/gitops.git", applicationSet: {generator: list}}
clusters:
"""

Values = Callable[[int], str]
KINDS: dict[str, Values] = {
    "by name": lambda _: "",
    "ten values": lambda number: (
        f", values: {{modelServers: {{chat: {{thresholds: {{kvCacheUsage: {80 + number % 10}%}}}}}}}}"
    ),
    "own values": lambda number: f", values: {{prometheus: {{retentionSize: {number + 1}Gi}}}}",
}


def profile(clusters: int, values: Values) -> str:
    """A profile with so many clusters."""
    lines = (f"  - {{name: c{i}, region: r{i % 20}{values(i)}}}" for i in range(clusters))
    return HEAD + "\n".join(lines) + "\n"


def render(folder: Path) -> tuple[float, float]:
    """CPU seconds and peak MiB of one render, which writes everything."""
    process = subprocess.Popen([sys.executable, "-m", "obsgen", "render", "bench.yaml", "-q"], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the render failed: {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(clusters: int, values: Values) -> tuple[float, float]:
    """CPU seconds and peak MiB for a fleet, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.yaml").write_text(profile(clusters, values))
        return render(folder)


def main() -> None:
    """Prints a table: one row a fleet and size."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [10, 100, 1000]
    print("fleet        clusters     CPU   growth   memory   growth")
    for kind, values in KINDS.items():
        before: tuple[float, float] | None = None
        for size in sizes:
            seconds, memory = measure(size, values)
            growth = [
                f"{now / then:.1f}x" if before else ""
                for now, then in zip((seconds, memory), before or (1, 1), strict=True)
            ]
            print(f"{kind:<12} {size:>8} {seconds:>6.1f}s {growth[0]:>8} {memory:>5.0f} MiB {growth[1]:>6}")
            before = seconds, memory


if __name__ == "__main__":
    main()
