"""More faults for the good tree: between rules, boards and those who read them."""

from __future__ import annotations

from mutations import BOARD, GRAFANA, SERVED, SERVING, Mutation

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
    # Links
    Mutation("variable of no board", BOARD, "$path", "$pth", "link/variable"),
    Mutation("link to no board", SERVED, "/d/shop-overview", "/d/shop-overviw", "link/board"),
    Mutation("link to no panel", SERVED, "viewPanel=3", "viewPanel=9", "link/board"),
    Mutation("no runbook", SERVING, ", runbook_url: https://wiki.example.org/CacheFull", "", "link/runbook"),
)  # fmt: skip
