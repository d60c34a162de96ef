"""Does the integration do what the wallets ask?"""
