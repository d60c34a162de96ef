"""What stands around a payment, proven on known texts, certificates and trees."""
