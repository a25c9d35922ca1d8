"""Series that expressions ask for, against what exporters expose at the version that runs."""
