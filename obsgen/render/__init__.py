"""A resolved stack becomes files: a package for each family of output, and here what joins them."""
