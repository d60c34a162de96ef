"""Signature checks explained: a genuine one is believed, a mistake made on purpose is named."""
