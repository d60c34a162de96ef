"""Judges that cannot live in the main environment: the npm SDKs, and a Python SDK whose module name clashes."""
