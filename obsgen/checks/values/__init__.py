"""Values of the Helm chart kube-prometheus-stack."""
