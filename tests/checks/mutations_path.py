"""More faults for the good tree: links of the path from Pods to Prometheus, each broken."""

from __future__ import annotations

from mutations import MONITOR, RULE, SENDER, SERVICE, Mutation

SELECTORS = """\
  serviceMonitorSelector: {matchLabels: {release: monitoring}}
  serviceMonitorNamespaceSelector: {}
  podMonitorSelector: {matchLabels: {release: monitoring}}
"""

PATH_MUTATIONS = (
    Mutation("label of a monitor", MONITOR, "release: monitoring", "release: monitor", "path/not-selected"),
    Mutation("selector of monitors", SENDER, "serviceMonitorSelector: {matchLabels: {release: monitoring}}",
             "serviceMonitorSelector: {matchLabels: {team: shop}}", "path/not-selected", f"{MONITOR}:4"),
    Mutation("namespaces of monitors", SENDER, "serviceMonitorNamespaceSelector: {}",
             "serviceMonitorNamespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}",
             "path/not-selected", f"{MONITOR}:4"),
    Mutation("label of rules", RULE, "release: monitoring", "release: monitor", "path/rules-not-selected"),
    Mutation("selector of rules", SENDER, "  ruleSelector: {matchLabels: {release: monitoring}}\n", "",
             "path/rules-not-selected", f"{SENDER}:4"),
    Mutation("no selector of monitors", SENDER, SELECTORS, "", "path/unmanaged", f"{SENDER}:4"),
    Mutation("labels that no Service has", MONITOR, "app: shop\n", "app: shopp\n", "path/no-target"),
    Mutation("labels that no Pod has", SERVICE, "  selector:\n    app: shop", "  selector:\n    app: shopp",
             "path/no-target", "+1"),
    Mutation("namespace without the Service", MONITOR, "  selector:", "  namespaceSelector: {matchNames: [shop]}\n"
             "  selector:", "path/no-target"),
    Mutation("name that no port has", MONITOR, "port: metrics", "port: metric", "path/no-port"),
    Mutation("number for a name", MONITOR, "port: metrics", 'port: "8080"', "path/no-port"),
    Mutation("port that is called otherwise", SERVICE, "name: metrics", "name: http", "path/no-port", f"{MONITOR}:12"),
    Mutation("port that no container declares", SERVICE, "targetPort: metrics", "targetPort: http", "path/no-port"),
    Mutation("endpoint twice", MONITOR, "  endpoints:\n", "  endpoints:\n    - port: metrics\n      path: /metrics\n",
             "path/scraped-twice", "+3"),
    Mutation("timeout longer than the interval", MONITOR, "scrapeTimeout: 10s", "scrapeTimeout: 40s", "path/refused"),
    Mutation("bad regular expression", MONITOR, "regex: shop_.*", "regex: shop_(.*", "path/refused"),
    Mutation("name that is not kept", MONITOR, "regex: shop_.*", "regex: shop_request_.*", "path/series-dropped",
             f"{RULE}:13"),
    Mutation("buckets that are not kept", MONITOR, "regex: shop_.*",
             "regex: shop_requests_total|shop_request_duration_seconds", "path/series-dropped", f"{RULE}:19"),
    Mutation("le is dropped", MONITOR, "          action: keep", "          action: keep\n        - regex: le\n"
             "          action: labeldrop", "path/label-dropped", "+1"),
    Mutation("group that is none", MONITOR, "          action: keep",
             "          action: keep\n        - sourceLabels: [pod]\n          targetLabel: pod\n"
             "          replacement: $1_now", "path/lost-variable", "+3"),
    Mutation("exported label", RULE, '{code=~"5.."}', '{code=~"5..", exported_pod="a"}', "path/exported-label"),
    Mutation("job that nobody is", RULE, 'up{job="shop"}', 'up{job="shops"}', "path/no-such-job"),
    Mutation("short window", RULE, "(rate(shop_requests_total[5m])) > 0.05", "(rate(shop_requests_total[1m])) > 0.05",
             "timing/window"),
    Mutation("short wait", RULE, "> 0.05\n          for: 5m", "> 0.05\n          for: 1m", "timing/for", "+1"),
)  # fmt: skip
