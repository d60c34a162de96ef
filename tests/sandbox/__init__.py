"""Proof that the sandbox keeps its books, applies its faults and guards its door."""
