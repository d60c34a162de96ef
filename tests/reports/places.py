"""Where in the code the sentences stand that a report may show: which calls, functions and names, in which files."""

from __future__ import annotations

import re
from pathlib import Path

from reports.run import DECLARED, PART

ROOT = Path(__file__).parents[2]
FOLDERS = ("conformance", "security", "fixtures", "load")
RAISED = frozenset({"NotApplicable", "NoBrowser", "Unfillable", "Refused", "require", "_unsuited"})
"""Calls whose texts are reasons why something does not apply."""
UNSETTLED = frozenset({"Inconclusive", "TargetUnwell", "LimitReached", "_speaking"})
"""Calls whose texts are reasons why nothing could be said, or what was being done then."""
SPOILT = frozenset({"Unserved", "NoAnswer", "Note", "_Ended"})
"""Calls of a load whose texts are what went wrong."""
TELLING = frozenset({"inapplicable", "out_of_scope", "closed"})
"""Functions that return such a reason."""
TELLING_THERE = {
    "fixtures/audit.py": frozenset({"_says"}),
    "fixtures/openapi/conforming.py": frozenset({"misfit"}),
    "fixtures/openapi/examiner.py": frozenset({"_exhausted"}),
    "fixtures/openapi/figures.py": frozenset({"floats"}),
    "fixtures/openapi/leaks.py": frozenset({"leaks"}),
    "fixtures/sandbox/post/rounds.py": frozenset({"_note"}),
    "fixtures/session.py": frozenset({"name"}),
    "fixtures/stories/judging.py": frozenset({"_name", "_unasked"}),
    "fixtures/stories/scene.py": frozenset(
        {"_acts", "_anew", "_cancel", "_deliver", "_drop", "_gives_back", "_open", "_pay", "_pend", "_refund"}
        | {"_return", "_run_out", "_tries", "_trouble", "_unheard", "_wait"}
    ),
    "fixtures/target/budget.py": frozenset({"_shared"}),
    "fixtures/target/operations.py": frozenset({"refusal"}),
    "load/course.py": frozenset({"_name"}),
    "load/generator.py": frozenset({"culprit", "saturated"}),
    "load/levels.py": frozenset({"_measured", "_ours", "_too_few", "judge", "title"}),
    "load/report.py": frozenset({"found", "judged", "pace"}),
    "load/search.py": frozenset({"_void"}),
    "load/sentences.py": frozenset({"title"}),
    "load/shares.py": frozenset({"__str__"}),
}
"""Functions that return a requirement, or something else that is shown, by file."""
CALLED_THERE = {
    "fixtures/audit.py": frozenset({"_orphan", "case"}),
    "fixtures/openapi/haggling.py": frozenset({"finding"}),
    "fixtures/openapi/methods.py": frozenset({"finding"}),
    "fixtures/openapi/strangers.py": frozenset({"finding"}),
    "fixtures/stories/scene.py": frozenset({"Deal", "_acts", "_tries", "_trouble", "append"}),
    "load/books.py": frozenset({"append"}),
    "load/capacity.py": frozenset({"append"}),
    "load/conductor.py": frozenset({"close", "give_up", "lose"}),
    "load/course.py": frozenset({"close", "give_up"}),
    "load/engine/connection.py": frozenset({"_break"}),
    "load/engine/pool.py": frozenset({"_fail"}),
    "load/plots.py": frozenset({"_plot", "set_xlabel"}),
    "load/report.py": frozenset({"_unsuited", "append"}),
    "load/stories/proving.py": frozenset({"_play"}),
    "load/stories/shopping.py": frozenset({"_play", "_refusal", "failed"}),
}
"""Calls whose texts are shown, by file."""
NAMED = {
    "fixtures/capability.py": frozenset({"ELSEWHERE"}),
    "fixtures/openapi/linking.py": frozenset({"told"}),
    "fixtures/sandbox/gateway.py": frozenset({"_ENDS"}),
    "fixtures/sandbox/post/rounds.py": frozenset({"note"}),
    "fixtures/stories/scene.py": frozenset({"told"}),
    "fixtures/target/shelf.py": frozenset({"another", "asked"}),
    "load/books.py": frozenset({"unrest"}),
    "load/course.py": frozenset({"text"}),
    "load/engine/connection.py": frozenset({"CLOSED"}),
    "load/engine/pool.py": frozenset({"advice"}),
    "load/generator.py": frozenset({"lags", "told"}),
    "load/levels.py": frozenset({"said"}),
    "load/mix.py": frozenset({"reasons"}),
    "load/report.py": frozenset(
        {"OVERLOADED", "counts", "message", "more", "numbers", "reason", "text", "until", "wallet"}
    ),
    "load/search.py": frozenset({"at_least"}),
    "load/shown.py": frozenset({"LACK"}),
    "load/stories/forgery.py": frozenset({"what"}),
}
"""Names to which such a text is bound, by file."""
NOTING = frozenset({"fixtures/browser/witness.py", "fixtures/sandbox/canary.py", "fixtures/sandbox/gateway.py"})
"""Files in which an exchange is noted, with its `note` and `error`."""
PROOF = re.compile(r"fixtures/wallets/\w+/(proof|wallet)\.py")
REFUSING = frozenset({"refusal"})
"""Functions of a wallet that say why an answer does not acknowledge."""
PYTEST = frozenset(
    {"Left contains one more item: {}", "Left contains {} more items, first extra item: {}"}
    | {"Use -v to get more diff", "assert {} == [] {} Use -v to get more diff"}
)
"""How pytest explains that a list is not empty."""
JOINTS = frozenset(
    {"but {}", "{} × {}", "arrival {}", "{}: {} ({}): {}: {} (× {})", "cashier: {}", "fault {}", "{}, spoilt: {}"}
    | {"{} ({})", "{}, then {}", "says {}", "{} answered {}"}
)
"""What holds sentences together, and is too short to be found as one."""
PUT_TOGETHER = frozenset(
    {"{}, fulfilled {} times", "refund {} of {} was never paid", "refund {} of {} exceeds {}"}
    | {"refund {} of {} belongs to no order", "{} (the first order)", "{} (the second order)", "In the end: {}."}
    | {"The time that the shop gave her is over.", "The buyer orders a second time, {} for {}."}
    | {"Her page hands the token over.", "Her page hands the token over again."}
    | {"The notification of {} arrives.", "The notification of {} arrives again."}
    | {"the document's link {} leads to {}, which answered {}", "{} curl {}"}
)
"""Sentences that are made in two places."""
RULE = re.compile(r"""\{description:(?:"[^"]*"|'[^']*'),help:(?P<quote>["'])(?P<help>.*?)(?P=quote)\}""")
"""A rule of axe, as its script spells it."""
IMPACTS = frozenset({"minor", "moderate", "serious", "critical"})
"""How axe says what a barrier weighs."""
ENVIRONMENT = frozenset({"level", "seed", "depth", "run", "platform", "load", DECLARED, PART})
"""What a reader is told of a run."""
NAMING = (
    *("fixtures/books.py", "fixtures/browser/browser.py", "fixtures/openapi/strangers.py", "fixtures/stories/deal.py"),
    *("fixtures/stories/scene.py", "load/plots.py", "load/report.py"),
    *("load/stories/shopping.py", "load/story.py"),
)
"""Where names stand that are put into sentences and plots."""
SENTENCE = re.compile(r"\w\W* \S*\w")
WALLETS_OWN = ("forgeries", "login_forgeries", "traps", "callbacks")
