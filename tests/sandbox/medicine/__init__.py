"""The sandbox passes its own medicine: what the suites do to a target is done to it."""
