"""Payments' lives by kind of wallet."""
