"""Watching after go-live: what a heartbeat measures, shown to Prometheus or OpenTelemetry for as long as it beats."""
