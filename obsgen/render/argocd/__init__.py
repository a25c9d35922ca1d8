"""What makes Argo CD sync a tree: Applications or sets of them, projects, waves."""
