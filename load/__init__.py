"""Does it hold on the busiest hour: Locust brings the buyers, the wallets notify, and in the end the books are read."""
