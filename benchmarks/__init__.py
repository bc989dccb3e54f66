"""The benchmarks: ratios of the product to peers and to the bare database, each measured beside its anchor in one run."""
