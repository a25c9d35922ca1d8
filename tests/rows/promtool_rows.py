"""What the rules of a profile come to, and when its alerts fire, by the real Prometheus engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from histogram_series import with_counts

from obsgen import pipeline, tools
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile

HEAD = {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": "ai"}
CHAT = {
    "name": "chat",
    "type": "vllm",
    "version": "0.19",
    "namespace": "ml",
    "selector": {"app": "chat"},
    "port": "http",
}
"""The model server that most of these profiles have."""


def tree(profile: Mapping[str, Any]) -> StackTree:
    """The tree of a profile given as data."""
    return pipeline.render(parse_profile(json.dumps({**HEAD, **profile})))


def groups(made: StackTree) -> list[Mapping[str, Any]]:
    """The groups of all rules; those of two objects may share a name."""
    objects = [each.object for each in made.base.objects if each.object["kind"] == "PrometheusRule"]
    return [
        {**group, "name": f"{rules['metadata']['name']}-{group['name']}"}
        for rules in objects
        for group in rules["spec"]["groups"]
    ]


class Played:
    """A profile's rules and some series, played in steps of a time to promtool."""

    def __init__(
        self, made: StackTree, series: Mapping[str, str], promtool: tools.Tool, folder: Path, step: str
    ) -> None:
        self.series, self.promtool, self.folder, self.step = with_counts(series), promtool, folder, step
        rules = [{**group, "interval": step} for group in groups(made)]
        self.order = [group["name"] for group in rules]  # else promtool takes them in any
        (folder / "rules.yaml").write_text(json.dumps({"groups": rules}))

    def fires(self, alert: str, at: str, labels: str = "") -> bool:
        """Whether an alert fires at a time, for labels given as PromQL matchers."""
        matchers = ",".join(filter(None, [f'alertname="{alert}"', 'alertstate="firing"', labels]))
        return self.gives(f"count(ALERTS{{{matchers}}})", at, [("{}", 1)]) == ""

    def gives(self, query: str, at: str, samples: Sequence[tuple[str, float]]) -> str:
        """What promtool has to say against a query's result being these labels and values; nothing if it is."""
        expected = [{"labels": labels, "value": value} for labels, value in samples]
        test = {
            "interval": self.step,
            "input_series": [{"series": name, "values": values} for name, values in self.series.items()],
            "promql_expr_test": [{"expr": query, "eval_time": at, "exp_samples": expected}],
        }
        content = {"rule_files": ["rules.yaml"], "evaluation_interval": self.step, "group_eval_order": self.order}
        content |= {"tests": [test]}
        (self.folder / "test.yaml").write_text(json.dumps(content))
        done = tools.run(self.promtool, ["test", "rules", "test.yaml"], cwd=self.folder)
        assert done.returncode == 0 or "FAILED" in done.stdout + done.stderr, done.stdout + done.stderr
        return "" if done.returncode == 0 else done.stdout + done.stderr


def panel(made: StackTree, board: str, title: str) -> list[str]:
    """The queries of a board's panel, for everything that a viewer may choose."""
    (drawn,) = (each for each in made.boards if each.name == board)
    (found,) = (each for each in drawn.json["panels"] if each["title"] == title and each["type"] != "row")
    return [_for_all(target["expr"]) for target in found["targets"]]


def _for_all(query: str) -> str:
    for variable in ("cluster", "server", "namespace", "pod", "model", "node"):
        query = query.replace(f'"${variable}"', '".*"')
    return query.replace("$__rate_interval", "5m")
