"""Panels of logs beside those of metrics, on one board."""

from __future__ import annotations

from pathlib import Path

from log_support import LOGS, stack

from obsgen.render.grafana.dashboards import Board, boards

BOARD = """
title: B
description: d.
variables: [namespace, pod, model]
rows:
  - title: R
    panels:
      - {title: P, description: d., signal: noes, by: [model]}
      - {title: M, description: d., signal: told}
      - {title: Both, description: d., queries: [{signal: told}, {signal: noes}]}
      - {title: L, description: d., type: logs, signal: noes}
      - {title: A, description: d., type: logs}
"""


def board(root: Path, logs: str = LOGS) -> Board:
    sentence = "signal: noes, above: 1req/s" if logs else "signal: told, above: 1/s"
    (drawn,) = boards([stack(root, sentence, logs, {"speaker/dashboards/b.yaml": BOARD})])
    return drawn


def test_panels_of_logs_ask_loki_beside_those_that_ask_prometheus(tmp_path: Path) -> None:
    drawn = board(tmp_path)
    panels = [panel for panel in drawn.json["panels"] if "targets" in panel]
    asked = {panel["title"]: [target["datasource"]["type"] for target in panel["targets"]] for panel in panels}
    assert asked == {"P": ["loki"], "M": ["prometheus"], "Both": ["prometheus", "loki"], "L": ["loki"], "A": ["loki"]}
    whole = {panel["title"]: panel["datasource"]["type"] for panel in panels}
    assert whole == {"P": "loki", "M": "prometheus", "Both": "datasource", "L": "loki", "A": "loki"}
    assert [v["query"] for v in drawn.json["templating"]["list"] if v["type"] == "datasource"] == ["prometheus", "loki"]


def test_panels_of_logs_follow_the_viewers_choices(tmp_path: Path) -> None:
    exprs = {p["title"]: p["targets"][0]["expr"] for p in board(tmp_path).json["panels"] if "targets" in p}
    streams = '{namespace="apps", namespace=~"$namespace", pod=~"$pod", pod=~"bot-.*"}'
    assert exprs["A"] == streams
    assert exprs["L"] == (
        f'{streams} |= "answer" | json answer="answer", model="request.model" | __error__=""'
        ' | answer=~"no|false" and model=~"$model"'
    )
    assert exprs["P"].startswith(f"sum by (model) (rate({streams}")
    assert "[5m]" in exprs["P"]


def test_a_panel_with_a_limit_asks_prometheus_for_it(tmp_path: Path) -> None:
    text = BOARD.replace("signal: noes, by: [model]", "ratio: {of: noes, to: talks}, threshold: Aaa")
    made = stack(tmp_path, "ratio: {of: noes, to: talks}, above: share", LOGS, {"speaker/dashboards/b.yaml": text})
    (drawn,) = boards([made])
    panel = next(each for each in drawn.json["panels"] if each["title"] == "P")
    assert panel["datasource"]["uid"] == "-- Mixed --"
    assert [target["datasource"]["type"] for target in panel["targets"]] == ["loki", "prometheus"]


def test_a_board_works_without_logs(tmp_path: Path) -> None:
    drawn = board(tmp_path, "")
    assert [p["title"] for p in drawn.json["panels"] if "targets" in p] == ["M", "Both"]
    assert "loki" not in drawn.text.decode()
