"""What the load test itself can bear, measured: `python -m load.benchmarks.NAME`, see docs/benchmarks.md."""

ENGINE = "WALLETPROOF_BENCHMARK"
"""Names the variable in which Locust finds a benchmark's engine: the program and its options, as JSON."""
