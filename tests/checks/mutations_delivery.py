"""More faults for the good tree: between rules, boards and those who read them."""

from __future__ import annotations

from mutations import ALERTING, APPLICATION, BOARD, GRAFANA, SERVED, SERVING, Mutation

PROJECT, PLATFORM = "argocd/project.yaml", "argocd/platform.yaml"

DELIVERY_MUTATIONS = (
    # Grafana
    Mutation("datasource of no Grafana", SERVED, '"uid": "main"', '"uid": "mian"', "datasource/unknown"),
    Mutation("PromQL for Loki", SERVED, '"uid": "main"', '"uid": "logs"', "datasource/type"),
    Mutation("variable of another type", BOARD, '"query": "prometheus"', '"query": "loki"', "datasource/type",
             f"{BOARD}:11"),
    Mutation("two defaults", GRAFANA, "isDefault: false", "isDefault: true", "datasource/default"),
    Mutation("labels of no Grafana", GRAFANA, "app: grafana\nspec", "app: grafanas\nspec", "datasource/not-selected",
             f"{GRAFANA}:16"),
    Mutation("folder that nobody makes", GRAFANA, "folderRef: shop", "folderRef: shops", "datasource/not-selected"),
    Mutation("ConfigMap of another name", GRAFANA, "name: grafana-shop", "name: grafana-shops", "secret/missing"),
    Mutation("key that a ConfigMap lacks", GRAFANA, "key: shop.json", "key: shops.json", "secret/missing"),
    Mutation("key to be filled in", ALERTING, "https://alerts.example.org/shop", "https://alerts.example.org/YOUR-KEY",
             "secret/placeholder"),
    # Argo CD
    Mutation("folder that is not there", APPLICATION, "path: overlays/prod", "path: overlays/prd", "argocd/path"),
    Mutation("kind that no project allows", PROJECT, "    - {group: apps, kind: Deployment}\n", "", "argocd/project",
             f"{PROJECT}:14"),
    Mutation("project that is not there", APPLICATION, "project: shop", "project: shops", "argocd/project"),
    Mutation("repository of no project", PROJECT, "shop/gitops.git", "shop/other.git", "argocd/project"),
    Mutation("one folder twice", PLATFORM, "path: platform", "path: overlays/prod", "argocd/twice"),
    Mutation("project after its Applications", PROJECT, '"-1"', '"1"', "argocd/wave"),
    Mutation("misspelt namespace", APPLICATION, "namespace: monitoring", "namespace: monitorng", "argocd/namespace"),
    # Links
    Mutation("variable of no board", BOARD, "$path", "$pth", "link/variable"),
    Mutation("link to no board", SERVED, "/d/shop-overview", "/d/shop-overviw", "link/board"),
    Mutation("link to no panel", SERVED, "viewPanel=3", "viewPanel=9", "link/board"),
    Mutation("no runbook", SERVING, ", runbook_url: https://wiki.example.org/CacheFull", "", "link/runbook"),
)  # fmt: skip
