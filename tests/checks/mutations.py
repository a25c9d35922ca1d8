"""Faults that are seeded into the good tree, one at a time, as data."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """A fault: in `file`, `old` becomes `new` (`old` empty: the text is appended); what must be said, and where."""

    name: str
    file: str
    old: str
    new: str
    id: str
    at: str = "+0"
    """`+n`: the finding stands n lines below the beginning of the edit; else `file:line`."""


BASE, DEV = "base/kustomization.yaml", "overlays/dev/kustomization.yaml"
MONITOR = "base/monitoring/servicemonitor.yaml"
RULE = "base/monitoring/prometheusrule.yaml"
DEPLOYMENT = "base/monitoring/deployment.yaml"
SERVICE = "base/monitoring/service.yaml"
VALUES = "values/monitoring.yaml"
BOARD = "base/dashboards/shop.json"
PATCH, JSON_PATCH = "overlays/dev/replicas.yaml", "overlays/dev/latency.yaml"
APPLICATION = "argocd/application.yaml"
RULES, LOGS = "rules/node.yaml", "rules/logs.yaml"
SERVING, SERVED = "rules/serving.yaml", "boards/serving.json"
SENDER, ALERTMANAGER = "platform/prometheus.yaml", "platform/alertmanager.yaml"
GRAFANA = "platform/grafana.yaml"
ALERTING, ROUTES = "alerting/alertmanager.yaml", "alerting/routes.yaml"

REFUSED = """|
          sum by (path) (rate({app="shop"} | json | refused="true" [5m]))
            / sum by (path) (rate({app="shop"} | json [5m])) > 0.2
"""
P95 = "sum by (le, namespace, path) (rate(shop_request_duration_seconds_bucket[5m]))"

MUTATIONS = (
    # Level 1: YAML, structure, kustomizations
    Mutation("tab in the indentation", MONITOR, "  name: shop", "\tname: shop", "yaml/syntax"),
    Mutation("unclosed bracket", MONITOR, "[__name__]", "[__name__", "yaml/syntax"),
    Mutation("key twice", MONITOR, "  name: shop\n", "  name: shop\n  name: shop2\n", "yaml/duplicate-key", "+1"),
    Mutation("python tag", MONITOR, "path: /metrics", "path: !!python/name:os.x", "yaml/tag"),
    Mutation("alias without anchor", MONITOR, "path: /metrics", "path: *path", "yaml/unknown-alias"),
    Mutation("template left over", APPLICATION, "project: shop", "project: {{ project }}", "yaml/complex-key"),
    Mutation("boolean as label", SERVICE, "    app: shop\nspec", "    app: yes\nspec", "yaml/trap11"),
    Mutation("octal number", SERVICE, "port: 8080", "port: 0100", "yaml/trap11"),
    Mutation("comma before a bracket", BOARD, '"panels": []}', '"panels": [],}', "json/syntax"),
    Mutation("key twice in JSON", BOARD, '"title": "Shop",', '"title": "Shop", "title": "A",', "yaml/duplicate-key"),
    Mutation("file that is not there", BASE, "service.yaml", "services.yaml", "kustomize/missing-reference"),
    Mutation("base that is not there", DEV, "../../base", "../../bases", "kustomize/missing-reference"),
    Mutation("file not listed", BASE, "  - monitoring/service.yaml\n", "", "kustomize/orphan", f"{SERVICE}:1"),
    Mutation("file listed twice", BASE, "generatorOptions", "  - monitoring/service.yaml\ngeneratorOptions",
             "kustomize/duplicate-object", f"{SERVICE}:4"),
    Mutation("deprecated field", BASE, "labels:\n  - pairs:\n      app.kubernetes.io/part-of: shop",
             "commonLabels:\n  app.kubernetes.io/part-of: shop", "kustomize/deprecated-field"),
    Mutation("field that kustomize lacks", DEV, "patches:", "patchs:", "kustomize/unknown-field"),
    Mutation("text for a list", DEV, "resources:\n  - ../../base", "resources: ../../base", "kustomize/wrong-type"),
    Mutation("number as name in a patch", PATCH, "name: shop", "name: 12", "object/wrong-type"),
    Mutation("patch for nothing", PATCH, "name: shop", "name: shopp", "kustomize/no-target"),
    Mutation("target that misses", DEV, "name: shop", "name: shopping", "kustomize/no-target", f"{DEV}:9"),
    Mutation("test that fails", JSON_PATCH, "value: ShopLatencyHigh", "value: Other", "kustomize/failed-test"),
    Mutation("path that misses", JSON_PATCH, "rules/0/for", "rules/9/for", "kustomize/bad-path"),
    Mutation("board that is not there", BASE, "shop.json", "shops.json", "kustomize/missing-reference"),
    Mutation("name in capitals", MONITOR, "name: shop", "name: Shop", "object/name"),
    Mutation("label with a space", SERVICE, "    app: shop\nspec", "    app: the shop\nspec", "object/name"),
    Mutation("no kind", APPLICATION, "kind: Application\n", "", "object/no-kind", f"{APPLICATION}:1"),
    Mutation("object twice", APPLICATION, "", "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
             "  name: shop\n  namespace: argocd\nspec:\n  project: shop\n  destination: {}\n",
             "object/duplicate", "+4"),
    # Level 2: schemas and boards
    Mutation("misspelt field", MONITOR, "  selector:", "  selectors:", "schema/invalid"),
    Mutation("misspelt field in a list", MONITOR, "interval: 30s", "intervall: 30s", "schema/invalid"),
    Mutation("text for a number", DEPLOYMENT, "replicas: 2", 'replicas: "2"', "schema/invalid"),
    Mutation("text for a number in a patch", PATCH, "replicas: 1", "replicas: one", "schema/invalid"),
    Mutation("misspelt field in a patch", PATCH, "replicas: 1", "replica: 1", "schema/invalid"),
    Mutation("missing field", DEPLOYMENT, "- name: shop\n          image:", "- image:", "schema/invalid"),
    Mutation("unknown value", MONITOR, "action: keep", "action: kept", "schema/invalid"),
    Mutation("bad duration in an object", MONITOR, "interval: 30s", "interval: 30sec", "schema/invalid"),
    Mutation("version nobody serves", MONITOR, "coreos.com/v1", "coreos.com/v2", "schema/unknown-kind"),
    Mutation("kind nobody knows", APPLICATION, "kind: Application", "kind: Aplication", "schema/unknown-kind"),
    Mutation("deprecated API field", MONITOR, "      path:", "      bearerTokenFile: /token\n      path:",
             "schema/deprecated"),
    Mutation("place of a rule", RULES, "severity: warning", "severity: warning\n          cluster: eu",
             "rules/static-label", "+1"),
    Mutation("sum over clusters", SENDER, "{region: eu}", "{cluster: eu}", "promql/cluster-lost",
             f"{RULE}:13"),
    Mutation("misspelt value of a chart", VALUES, "storageSpec", "storagespec", "values/unknown-key"),
    Mutation("value that the resource refuses", VALUES, "replicas: 2", "replicas: two", "values/invalid"),
    Mutation("panel id twice", BOARD, '"id": 3', '"id": 2', "dashboard/structure"),
    Mutation("panel without type", BOARD, '      "type": "stat",\n', "", "dashboard/structure", f"{BOARD}:35"),
    Mutation("panel too wide", BOARD, '"x": 12, "y": 1, "w": 12', '"x": 12, "y": 1, "w": 13', "dashboard/structure"),
    Mutation("refId twice", BOARD, '"refId": "B"', '"refId": "A"', "dashboard/structure"),
    Mutation("bad uid", BOARD, '"shop-overview"', '"shop overview"', "dashboard/uid"),
    Mutation("old panel", BOARD, '"timeseries"', '"graph"', "dashboard/deprecated-panel"),
    # Level 3: queries
    Mutation("unclosed parenthesis", RULE, "            ) > 2", "             > 2", "promql/syntax", f"{RULE}:18"),
    Mutation("rate without range", RULE, "rate(shop_request_duration_seconds_bucket[5m])",
             "rate(shop_request_duration_seconds_bucket)", "promql/syntax"),
    Mutation("unknown function", RULE, "histogram_quantile(", "histogram_quantil(", "promql/syntax"),
    Mutation("bad range in a board", BOARD, "$__range", "5 minutes", "promql/syntax"),
    Mutation("unquoted label value", RULE, 'code=~"5.."', "code=~5..", "promql/syntax"),
    Mutation("query of a variable", BOARD, 'label_values(shop_requests_total{', 'label_values(shop_requests_total(',
             "promql/syntax"),
    Mutation("experimental function", RULE, "sum by (namespace) (rate(shop_requests_total[5m]))\n    - name",
             "sum by (namespace) (mad_over_time(shop_requests_total[5m]))\n    - name", "promql/experimental"),
    Mutation("le is lost", RULE, P95, P95.replace("le, ", ""), "promql/quantile-without-le"),
    Mutation("le is lost in a board", BOARD, "sum by (le) (", "sum(", "promql/quantile-without-le"),
    Mutation("label is lost", RULE, P95, P95.replace(", path", ""), "promql/label-lost", f"{RULE}:26"),
    Mutation("label is lost by absent", RULE, 'up{job="shop"}', 'up{job=~"shop"}', "promql/label-lost", f"{RULE}:43"),
    Mutation("misspelt variable", RULE, "$labels.path", "$label.path", "promql/template"),
    Mutation("unclosed template", RULE, "humanizeDuration }}", "humanizeDuration }", "promql/template"),
    Mutation("unknown template function", RULE, "humanizeDuration", "humaniseDuration", "promql/template"),
    Mutation("no comparison", RULES, " < 0.1", "", "promql/comparison"),
    Mutation("always true", RULE, "> 0.05", ">= 0", "promql/comparison"),
    Mutation("never true", RULE, 'absent(up{job="shop"})', 'count(up{job="shop"}) == 0', "promql/comparison"),
    Mutation("counter without rate", RULES, "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
             "sum(node_disk_errors_total) > 5", "promql/counter-without-rate"),
    Mutation("rate of a sum", RULE, "sum by (namespace) (rate(shop_requests_total[5m]))\n    - name",
             "rate(sum by (namespace) (shop_requests_total)[5m:])\n    - name", "promql/rate-after-sum"),
    Mutation("bad for", RULES, "for: 15m", "for: 15min", "promql/duration"),
    Mutation("bad interval", RULES, "interval: 1m", "interval: 1.5m", "promql/duration"),
    Mutation("bad for in a patch", JSON_PATCH, "value: 15m", "value: 15 m", "promql/duration"),
    Mutation("range lost in LogQL", LOGS, "| json [5m]", "| json", "logql/syntax"),
    Mutation("aggregation that LogQL lacks", LOGS, "/ sum by", "/ group by", "logql/syntax"),
    Mutation("matcher that narrows nothing", LOGS, '{app="shop"} | json [', '{app=~".*"} | json [', "logql/syntax"),
    Mutation("lines in place of numbers", LOGS, REFUSED, "'{app=\"shop\"} | json'\n", "logql/no-metric"),
    Mutation("alert twice", RULE, "alert: ShopDown", "alert: ShopErrors", "rules/duplicate"),
    Mutation("group twice", RULE, "name: shop-alerts", "name: shop-recording", "rules/duplicate"),
    Mutation("misspelt key of a rule", RULES, "annotations:", "annotation:", "rules/structure"),
    Mutation("alert and record", RULES, "- alert: NodeDiskFull", "- alert: NodeDiskFull\n        record: x",
             "rules/structure"),
    Mutation("no expression", RULES, "expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
             'expr: ""', "rules/structure"),
    Mutation("receiver that is not there", ALERTING, "receiver: pager", "receiver: pagr", "alertmanager/structure"),
    Mutation("receiver twice", ALERTING, "  - name: pager", "  - name: shop", "alertmanager/structure",
             f"{ALERTING}:15"),
    Mutation("misspelt key of a route", ALERTING, "group_by", "groupBy", "alertmanager/structure"),
    Mutation("matcher without a value", ALERTING, "'team=\"shop\"'", "team", "alertmanager/structure"),
    Mutation("old matcher", ALERTING, "matchers: ['severity=\"critical\"']", "match: {severity: critical}",
             "alertmanager/old-matcher"),
    Mutation("route behind one for all", ALERTING, "matchers: ['severity=\"critical\"']\n      ", "",
             "alertmanager/unreachable-route", f"{ALERTING}:6"),
    Mutation("route to somebody else", ALERTING, 'severity="critical"', 'severity="page"', "alertmanager/routes",
             f"{ROUTES}:4"),
    Mutation("key in the configuration", ALERTING, "routing_key_file: /etc/alertmanager/secrets/keys/pagerduty",
             "routing_key: 0123456789abcdef0123456789abcdef", "secret/value"),
    Mutation("password in values", VALUES, "prometheus:\n", "grafana: {adminPassword: hunter2}\nprometheus:\n",
             "secret/value"),
    # Level 4: signals, types, units
    Mutation("series of old versions", SERVING, "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc",
             "signal/removed"),
    Mutation("series of newer versions", SERVING, "vllm:num_requests_waiting[", "vllm:num_requests_waiting_by_reason[",
             "signal/not-yet"),
    Mutation("series of an option", SERVING, "max(vllm:kv_cache_usage_perc)", "max(DCGM_EXP_XID_ERRORS_COUNT)",
             "signal/not-exposed"),
    Mutation("series that never was", SERVING, "vllm:num_requests_waiting[", "vllm_num_requests_waiting[",
             "signal/no-such-series"),
    Mutation("base name of a histogram", SERVING, "token_seconds_bucket", "token_seconds", "signal/no-such-series"),
    Mutation("value of newer versions", SERVING, '"abort"', '"error"', "signal/no-such-value"),
    Mutation("rate of a gauge", SERVING, "deriv(", "rate(", "type/rate-of-gauge"),
    Mutation("slope of a counter", SERVING, "deriv(vllm:num_requests_waiting", "deriv(vllm:prompt_tokens_total",
             "type/slope-of-counter"),
    Mutation("counter in a panel", SERVED,
             'sum(increase(vllm:generation_tokens_total{model_name=~\\"$model\\"}[$__range]))',
             "sum(vllm:generation_tokens_total)", "type/raw-counter"),
    Mutation("average of quantiles", SERVING, "_bucket[5m]))) > 2.5",
             "_bucket[5m]))) > 2.5 or avg(histogram_quantile(0.9, vllm:e2e_request_latency_seconds_bucket)) > 5",
             "type/average-of-quantiles"),
    Mutation("sum of shares", SERVING, "max(vllm", "sum(vllm", "type/sum-of-shares"),
    Mutation("mean of moments", SERVING, "min(kube_pod_start_time)", "avg(kube_pod_start_time)", "type/sum-of-moments"),
    Mutation("share as a percentage", SERVING, "> 0.9\n", "> 90\n", "unit/share"),
    Mutation("bytes and seconds", SERVING, "DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE",
             "DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_GPU_TEMP", "unit/mixed"),
    Mutation("used by free", SERVING, "(DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)", "DCGM_FI_DEV_FB_FREE",
             "unit/part-by-rest"),
    Mutation("seconds as milliseconds", SERVED, '"unit": "s"', '"unit": "ms"', "unit/panel"),
    Mutation("limit beyond the buckets", SERVING, "> 2.5", "> 2560", "histogram/threshold"),
    # Level 5: from rules to receivers
    Mutation("receiver without integration", ALERTMANAGER, "pager\n        pagerduty_configs: [{routing_key_file: "
             "/etc/alertmanager/secrets/keys/pagerduty}]", "pager", "route/nobody"),
    Mutation("severity that no alert has", ALERTMANAGER, 'severity="critical"', 'severity="crtical"', "route/unused"),
    Mutation("receiver without a route", ALERTING, "    - matchers: ['team=\"shop\"']\n      receiver: shop\n", "",
             "route/unused-receiver", f"{ALERTING}:15"),
    Mutation("route that is always muted", ALERTMANAGER, "group_by: [alertname, namespace]\n",
             "group_by: [alertname, namespace]\n          mute_time_intervals: [year]\n    time_intervals:\n"
             "      - {name: year, time_intervals: [{months: ['1:12']}]}\n", "route/muted", "+1"),
    Mutation("interval of no route", ALERTMANAGER, "    receivers:\n      - name: chat",
             "    time_intervals:\n      - {name: nights, time_intervals: [{weekdays: [monday]}]}\n    receivers:\n"
             "      - name: chat", "route/unused-interval", "+1"),
    Mutation("misspelt label of groups", ALERTMANAGER, "[alertname, namespace]", "[alertname, namespaec]",
             "route/label"),
    Mutation("inhibition that never is", ALERTMANAGER, "equal: [region, ", "equal: [severity, ", "route/inhibition"),
    Mutation("severity that no route knows", RULE, "severity: critical", "severity: page", "route/severity"),
    Mutation("port that no Alertmanager has", SENDER, "port: web", "port: http", "route/no-alertmanager"),
    Mutation("routes that nobody selects", ALERTMANAGER, "release: monitoring\nspec", "release: monitor\nspec",
             "route/not-selected", f"{ALERTMANAGER}:36"),
    Mutation("key that a Secret lacks", ALERTMANAGER, "name: keys, key: shop", "name: keys, key: shops",
             "secret/missing"),
    Mutation("Secret that is not mounted", ALERTMANAGER, "secrets: [keys]", "secrets: [kes]", "secret/not-mounted",
             f"{ALERTMANAGER}:25"),
    Mutation("severity with a slip", RULES, "severity: warning", "severity: waring", "rules/severity"),
    Mutation("bad label of a rule", RULES, "          severity: warning", "          bad-label: warning",
             "rules/structure"),
)  # fmt: skip
