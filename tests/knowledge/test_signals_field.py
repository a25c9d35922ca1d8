"""Series that alerts of the field ask for everywhere are known, by type and labels, where nobody says what runs."""

from __future__ import annotations

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.facts import Facts
from obsgen.knowledge.exposure import State, verdict
from obsgen.knowledge.inventory import Inventory

INVENTORY = Inventory(catalogue())

GAUGES = """
    up{job,instance,namespace,pod,service,endpoint}
    scrape_duration_seconds{job,instance}
    scrape_samples_post_metric_relabeling{job,instance}
    ALERTS{alertname,alertstate,severity}
    process_resident_memory_bytes{job,instance,pod}
    process_start_time_seconds{job,instance}
    process_open_fds{job,instance}
    go_goroutines{job,instance}
    go_memstats_heap_inuse_bytes{job,instance}
    container_memory_working_set_bytes{namespace,pod,container,node,image}
    container_memory_rss{namespace,pod,container}
    container_memory_cache{namespace,pod,container}
    container_spec_memory_limit_bytes{namespace,pod,container}
    container_fs_usage_bytes{namespace,pod,container,device}
    kubelet_volume_stats_available_bytes{namespace,persistentvolumeclaim}
    kubelet_volume_stats_inodes_free{namespace,persistentvolumeclaim}
    kubelet_running_pods{node}
    kubelet_node_name{node}
    kube_pod_info{namespace,pod,node,created_by_kind,created_by_name,host_ip,pod_ip}
    kube_pod_owner{namespace,pod,owner_kind,owner_name}
    kube_pod_status_phase{namespace,pod,phase}
    kube_pod_status_ready{namespace,pod,condition}
    kube_pod_status_reason{namespace,pod,reason}
    kube_pod_status_unschedulable{namespace,pod}
    kube_pod_container_info{namespace,pod,container,image}
    kube_pod_container_status_ready{namespace,pod,container}
    kube_pod_container_status_running{namespace,pod,container}
    kube_pod_container_status_waiting_reason{namespace,pod,container,reason}
    kube_pod_container_status_terminated_reason{namespace,pod,container,reason}
    kube_pod_container_status_last_terminated_reason{namespace,pod,container,reason}
    kube_pod_container_resource_requests{namespace,pod,container,node,resource,unit}
    kube_pod_container_resource_limits{namespace,pod,container,node,resource,unit}
    kube_node_info{node,kubelet_version,kernel_version}
    kube_node_spec_unschedulable{node}
    kube_node_spec_taint{node,key,value,effect}
    kube_node_status_allocatable{node,resource,unit}
    kube_node_status_capacity{node,resource,unit}
    kube_node_status_condition{node,condition,status}
    kube_deployment_spec_replicas{namespace,deployment}
    kube_deployment_status_replicas_available{namespace,deployment}
    kube_deployment_status_replicas_unavailable{namespace,deployment}
    kube_deployment_metadata_generation{namespace,deployment}
    kube_deployment_status_observed_generation{namespace,deployment}
    kube_statefulset_replicas{namespace,statefulset}
    kube_statefulset_status_replicas_ready{namespace,statefulset}
    kube_daemonset_status_desired_number_scheduled{namespace,daemonset}
    kube_daemonset_status_number_ready{namespace,daemonset}
    kube_replicaset_owner{namespace,replicaset,owner_kind,owner_name}
    kube_horizontalpodautoscaler_status_current_replicas{namespace,horizontalpodautoscaler}
    kube_horizontalpodautoscaler_spec_max_replicas{namespace,horizontalpodautoscaler}
    kube_job_status_failed{namespace,job_name,reason}
    kube_job_failed{namespace,job_name,condition}
    kube_job_complete{namespace,job_name,condition}
    kube_cronjob_next_schedule_time{namespace,cronjob}
    kube_persistentvolumeclaim_status_phase{namespace,persistentvolumeclaim,phase}
    kube_persistentvolume_status_phase{persistentvolume,phase}
    kube_resourcequota{namespace,resourcequota,resource,type}
    kube_namespace_status_phase{namespace,phase}
    node_load1{instance}
    node_boot_time_seconds{instance}
    node_memory_MemTotal_bytes{instance}
    node_memory_MemFree_bytes{instance}
    node_memory_Buffers_bytes{instance}
    node_memory_Cached_bytes{instance}
    node_memory_SwapFree_bytes{instance}
    node_filesystem_size_bytes{instance,device,fstype,mountpoint}
    node_filesystem_free_bytes{instance,device,fstype,mountpoint}
    node_filesystem_files_free{instance,device,fstype,mountpoint}
    node_nf_conntrack_entries{instance}
    node_timex_offset_seconds{instance}
    node_filefd_allocated{instance}
    node_hwmon_temp_celsius{instance,chip,sensor}
    node_uname_info{instance,nodename,release}
    machine_memory_bytes{node}
    workqueue_depth{name}
    node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate{namespace,pod,container}
    prometheus_config_last_reload_successful
    prometheus_tsdb_head_series
    prometheus_operator_managed_resources{controller,resource,state}
    alertmanager_config_last_reload_successful
    alertmanager_cluster_members
    grafana_alerting_alerts{state}
    loki_boltdb_shipper_compactor_running
    tempodb_blocklist_length{tenant}
    tempo_ring_members{name,state}
    thanos_compact_halted
    argocd_app_info{namespace,name,project,sync_status,health_status,dest_namespace}
    alloy_component_controller_running_components{health_type}
    node_gpu_hourly_cost{instance,node,instance_type,region,provider_id}
    kubecost_network_internet_egress_cost
    pv_hourly_cost{volumename,persistentvolume}
    ray_train_controller_state{ray_train_run_name}
    k6_vus{scenario}
"""

COUNTERS = """
    process_cpu_seconds_total{job,instance}
    container_cpu_usage_seconds_total{namespace,pod,container,node,image,cpu}
    container_cpu_cfs_throttled_periods_total{namespace,pod,container}
    container_cpu_cfs_throttled_seconds_total{namespace,pod,container}
    container_network_receive_bytes_total{namespace,pod,interface}
    container_network_transmit_packets_dropped_total{namespace,pod,interface}
    container_fs_reads_bytes_total{namespace,pod,container,device}
    container_oom_events_total{namespace,pod,container}
    kube_pod_container_status_restarts_total{namespace,pod,container}
    kubelet_runtime_operations_errors_total{operation_type}
    apiserver_request_total{verb,code,resource}
    node_cpu_seconds_total{instance,cpu,mode}
    node_disk_read_bytes_total{instance,device}
    node_disk_io_time_seconds_total{instance,device}
    node_network_receive_errs_total{instance,device}
    node_network_transmit_bytes_total{instance,device}
    node_vmstat_oom_kill{instance}
    node_edac_uncorrectable_errors_total{instance,controller}
    node_infiniband_port_data_received_bytes_total{instance,device,port}
    node_pressure_memory_waiting_seconds_total{instance}
    prometheus_rule_evaluation_failures_total{rule_group}
    prometheus_remote_storage_samples_failed_total{remote_name,url}
    prometheus_operator_reconcile_errors_total{controller}
    alertmanager_notifications_failed_total{integration,reason}
    alertmanager_alerts_received_total{status}
    grafana_alerting_rule_evaluation_failures_total{org}
    loki_panic_total
    tempodb_compaction_errors_total
    thanos_objstore_bucket_operation_failures_total{operation,bucket}
    grpc_server_handled_total{grpc_service,grpc_method,grpc_code}
    argocd_app_sync_total{namespace,name,project,phase}
    otelcol_receiver_refused_spans{receiver,transport}
    otelcol_exporter_enqueue_failed_metric_points{exporter}
    loki_write_dropped_entries_total{reason,host}
    training_operator_jobs_failed_total{job_namespace,framework}
    controller_runtime_reconcile_errors_total{controller}
    k6_http_reqs_total{scenario,status,method,expected_response,testid}
"""

HISTOGRAMS = """
    kubelet_pleg_relist_duration_seconds{node}
    apiserver_request_duration_seconds{verb,resource}
    prometheus_http_request_duration_seconds{handler}
    alertmanager_notification_latency_seconds{integration}
    grafana_http_request_duration_seconds{handler,status_code,method}
    loki_request_duration_seconds{method,route,status_code}
    tempo_request_duration_seconds{method,route,status_code}
    argocd_app_reconcile{namespace,dest_server}
"""


def listed(text: str, kind: str) -> list[tuple[str, frozenset[str], str]]:
    """Lines `name{label,label}` as names with their labels and what the series is."""
    lines = [line.strip().rstrip("}").partition("{") for line in text.strip().splitlines()]
    return [(name, frozenset(filter(None, labels.split(","))), kind) for name, _, labels in lines]


EVERY = [*listed(GAUGES, "gauge"), *listed(COUNTERS, "counter"), *listed(HISTOGRAMS, "bucket")]


@pytest.mark.parametrize(("name", "labels", "kind"), EVERY, ids=[name for name, _, _ in EVERY])
def test_a_series_that_everybody_asks_for_is_known(name: str, labels: frozenset[str], kind: str) -> None:
    stored = f"{name}_bucket" if kind == "bucket" else name
    rows = INVENTORY.find(stored)
    assert {each.stored_type for each in rows} == {kind}
    assert labels <= frozenset[str]().union(*(each.labels for each in rows))
    assert verdict(INVENTORY, stored, Facts()).state == State.THERE


def test_what_is_asked_for_most_has_closed_sets_of_values() -> None:
    closed = {
        "kube_pod_status_phase": ("phase", "Running"),
        "kube_node_status_condition": ("status", "true"),
        "node_cpu_seconds_total": ("mode", "idle"),
        "argocd_app_info": ("sync_status", "OutOfSync"),
        "alertmanager_notifications_failed_total": ("reason", "clientError"),
        "ALERTS": ("alertstate", "firing"),
    }
    for name, (label, value) in closed.items():
        known = [each.values[label] for each in INVENTORY.find(name) if label in each.values]
        assert known, name
        assert all(value in {each.value for each in values} for values in known), name
