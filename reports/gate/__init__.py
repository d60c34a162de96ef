"""The rules that a run must keep before it counts, judged on its files alone.

rules     what a team may set, in gate.toml or in [gate] of the target file
case      a finished run, read from its folder
pace      which checks take much longer than in the baseline
judging   the rules themselves, and the exit code
junit     the rules as a test suite
"""
