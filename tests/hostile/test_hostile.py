"""Whatever a target does, a run ends in time, blames nobody wrongly, and says what happened and what to do.

Every check of the suites meets the server. Its first genuine payment cannot work, so nothing is proven or refuted.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.target.reading import CANONICAL
from tests.hostile.servers import MANNERS, breaking, hostile
from tests.suites import Ran, run_suites

DEADLINE = 180.0  # seconds for a whole run
TIMING = "quiet = 0.05\nsettle = 0.5\ndeadline = 2\nrequest = 0.5\nreconcile = 1\n"

TOLD = {
    "silent": "no whole answer within 0.5 s; mend the target, or raise timing.request",
    "dripping": "no whole answer within 0.5 s; mend the target, or raise timing.request",
    "endless_body": "the answer's body is larger than 2 MiB; check the request line",
    "endless_head": "the answer is not HTTP (Receive buffer too long); check scheme and port of base_url",
    "redirecting": "was redirected more than 5 times; mend the redirect loop",
    "luring_away": "answered 307 to http://elsewhere.invalid/orders, where allowed_hosts does not lead",
    "not_http": "the answer is not HTTP (Server disconnected without sending a response.); check scheme",
    "breaking": "placing an order (alipay, tea): step 1 was answered 500",
    "mumbling": "the answer holds no id; see the captures of order.place",
    "hanging_up": "the connection was closed in the middle of the answer; see the target's log",
    "slamming": "the connection was closed without an answer; see the target's log",
    "surrendering": "no whole answer within 0.5 s; mend the target, or raise timing.request",
    "exaggerating": "'1e99999999999' is no amount of CNY in minor units; see order.amounts_in",
    "confusing": "has no id that could stand in a URL; see the captures of order.place",
    "parroting": "placing an order (alipay, tea): step 1 was answered 500",
}
"""What the result says of each manner; two of a wallet's modes are enough to see that it is said of every one."""


OWN_FILES = {"hygiene.keys", "hygiene.tree"}
"""Topics that look into files of the target's team and need no target."""


def proves_nothing(ran: Ran, told: str) -> None:
    """The run is inconclusive from end to end, complete, and explained."""
    outcomes = {row["outcome"] for row in ran.results if row["topic"] not in OWN_FILES}
    messages = {row["message"] for row in ran.results if row["outcome"] == "inconclusive"}
    assert ran.code == 3, ran.text
    assert outcomes == {"inconclusive", "not_applicable"}
    assert any(told in message for message in messages), messages
    assert not [message for message in messages if not message or re.search(r"\b[A-Z]\w+Error\b", message)]
    assert "Traceback" not in ran.text and "INTERNALERROR" not in ran.text
    assert "\x1b" not in ran.text
    assert "INCONCLUSIVE: nothing failed, not everything could be judged" in ran.text
    assert {"report.html", "run.json", "results.json"} <= {path.name for path in ran.out.iterdir()}


def test_every_manner_has_its_words() -> None:
    assert TOLD.keys() == MANNERS.keys()


@pytest.mark.parametrize("manner", MANNERS)
def test_a_run_survives(manner: str, tmp_path: Path) -> None:
    head, rest = CANONICAL.read_text(encoding="utf-8").split("[timing]")
    file = tmp_path / "target.toml"
    file.write_text(f"{head}[timing]\n{TIMING}\n{rest[rest.index('[[shelf]]') :]}", encoding="utf-8")

    with hostile(MANNERS[manner]) as server:
        ran = run_suites(
            tmp_path / "out",
            f"--target={file}",
            "-q",
            "--wallet=alipay",
            environment={"BASE_URL": server.url},
            deadline=DEADLINE,
        )

    proves_nothing(ran, TOLD[manner])
    assert len(ran.results) > 100
    assert len(server.heard) < 150


def test_a_url_alone_and_every_wallet_at_once(tmp_path: Path) -> None:
    with hostile(breaking) as server:
        ran = run_suites(
            tmp_path / "out", f"--target-url={server.url}", "-q", "-n", "2", "--dist", "loadgroup", deadline=DEADLINE
        )

    proves_nothing(ran, "was answered 500")
    assert {row["wallet"] for row in ran.results} >= {"alipay", "paypal", "stripe", "wechatpay"}
    assert len(server.heard) < 50


def test_a_target_that_repeats_what_it_hears_gives_no_secret_away(tmp_path: Path) -> None:
    secrets = {"BUYER_TOKEN": "buyer-QX7/tL+9w=", "SECOND_BUYER_TOKEN": "second-buyer-Zr4TpK"}

    with hostile(MANNERS["parroting"]) as server:
        ran = run_suites(
            tmp_path / "out", f"--target-url={server.url}", "--wallet=stripe", environment=secrets, deadline=DEADLINE
        )

    assert any(b"buyer-QX7" in heard for heard in server.heard)
    assert "you_said" in ran.everything()
    assert [secret for secret in secrets.values() if secret in ran.everything()] == []
