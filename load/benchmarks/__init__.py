"""What the load test itself can bear, measured: `python -m load.benchmarks.NAME`, see docs/benchmarks.md."""
