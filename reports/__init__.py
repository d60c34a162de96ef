"""What you take away from a run: results, scoreboard, one-file page, Allure results, kill matrix.

`reports.finish.finish` writes everything; `reports.results` holds the result itself. Nothing here knows a suite.
"""
