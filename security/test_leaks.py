"""What the target's answers give away: to strangers who ask wrongly, and to buyers who ask rightly."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.surroundings.prober import Prober
from fixtures.surroundings.told import leaked
from fixtures.target.target import Target

_ERRORS = "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html"
_SECRETS = "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"
_ENUMERATION = "https://cwe.mitre.org/data/definitions/204.html"


@check(
    "leaks.refusal",
    severity="critical",
    needs="orders acknowledgement",
    source=_ERRORS,
    costs="Strangers read how the shop works; at worst, the signature that it wants to see.",
)
def test_a_refusal_tells_nothing(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """The answer to a proof that is not believed shows neither the inside of the shop nor the right signature."""
    order = target.place(wallet.setup)

    refused = prober.pages.refusals(order)

    assert leaked(refused) == []
    assert prober.pages.right_signature(order, refused) == []
    assert prober.pages.secrets(refused) == []


@check(
    "leaks.errors",
    severity="normal",
    needs="acknowledgement",
    each="target",
    source=_ERRORS,
    costs="Strangers read how the shop works, and where to try next.",
)
def test_a_mistaken_request_shows_nothing_of_the_inside(prober: Prober) -> None:
    """No request that nobody should send is answered with a stack trace, a query, a path or a setting."""
    assert leaked(prober.pages.mistakes()) == []


@check(
    "leaks.orders",
    severity="normal",
    needs="orders",
    each="target",
    source=_ERRORS,
    costs="Strangers read how the shop works, and where to try next.",
)
def test_asking_for_no_order_shows_nothing_of_the_inside(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """An order that is not there, or is asked for oddly, is refused in words that show nothing of the inside."""
    assert leaked(prober.pages.reading_mistakes(target.place(wallet.setup))) == []


@check(
    "leaks.secrets",
    severity="blocker",
    needs="orders",
    source=_SECRETS,
    costs="Every buyer holds the shop's keys: to sign, to refund, to pay out.",
)
def test_a_buyer_sees_none_of_the_merchants_secrets(prober: Prober) -> None:
    """No answer on a buyer's way from order to return holds a credential that the merchant was given, or a card."""
    shopping = prober.pages.shopping()

    assert prober.pages.secrets(shopping) == []
    assert leaked(shopping) == []


@check(
    "leaks.enumeration",
    severity="normal",
    needs="orders acknowledgement",
    source=_ENUMERATION,
    costs="Strangers count the shop's orders, and learn which number to forge next.",
)
def test_an_unproven_notification_learns_of_no_order(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """Unproven notifications about an order that is there and one that is not are answered alike."""
    there, nowhere = prober.pages.notifications_about(target.place(wallet.setup))

    assert there == nowhere


@check(
    "leaks.return",
    severity="normal",
    needs="orders return",
    depth="full",
    source=_ENUMERATION,
    costs="Strangers count the shop's orders, and read whose they are.",
)
def test_the_return_page_tells_strangers_of_no_order(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """The return page answers somebody without credentials alike about an order that is there and one that is not."""
    there, nowhere = prober.pages.returns_about(target.place(wallet.setup))

    assert there == nowhere
