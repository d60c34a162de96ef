"""The small chains and the device."""
