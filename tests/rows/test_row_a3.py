"""Row A3: a training job that measures itself: stalls, a loss that is no number, divergence."""

from __future__ import annotations

from row_support import alert, made, titles

PROFILE = "ai-infrastructure"


def test_a_stall_is_no_sample_while_the_pods_still_run() -> None:
    told = alert("TrainingStalled", PROFILE)
    assert 'rate(train_samples_total{job="finetune",namespace="training"}[15m])' in told.expr
    assert told.for_ == "15m"


def test_a_loss_that_is_no_number_wakes_somebody() -> None:
    told = alert("TrainingLossNotANumber", PROFILE)
    assert told.severity == "critical"
    series = 'train_loss{job="finetune",namespace="training"}'
    assert f"{series} != {series}" in told.expr


def test_divergence_is_a_loss_that_rises_and_gradients_that_jump() -> None:
    assert "deriv(train_loss" in alert("TrainingLossRises", PROFILE).expr
    assert "train_grad_norm" in alert("TrainingGradientJumps", PROFILE).expr


def test_its_pods_are_scraped_by_the_ports_name() -> None:
    monitor = made("PodMonitor", "finetune", PROFILE)
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert (endpoint["port"], monitor["spec"]["selector"]["matchLabels"]) == ("metrics", {"app": "finetune"})


def test_the_board_shows_progress_and_stability() -> None:
    assert titles("finetune", PROFILE) == ["Samples", "Step", "Loss", "Gradient norm"]


def test_its_alerts_are_the_research_teams() -> None:
    groups = made("PrometheusRule", "finetune", PROFILE)["spec"]["groups"]
    teams = {rule["labels"].get("team") for group in groups for rule in group["rules"] if "alert" in rule}
    assert teams == {"research"}
