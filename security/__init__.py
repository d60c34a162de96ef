"""Can somebody cheat the integration?"""
