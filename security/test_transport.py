"""How everything travels: who may knock, what other sites may read, and what TLS is worth."""

from __future__ import annotations

from datetime import UTC, datetime

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.surroundings.prober import Prober
from fixtures.target.target import Target

_TLS = "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html"
_HSTS = "https://datatracker.ietf.org/doc/html/rfc6797"
_OLD = "https://datatracker.ietf.org/doc/html/rfc8996"
_CORS = "https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html"
_COOKIES = "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"
_CACHE = "https://datatracker.ietf.org/doc/html/rfc9111#section-3.5"
_CSRF = "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html"
_PROXIES = "https://cwe.mitre.org/data/definitions/348.html"
YEAR = 31_536_000  # seconds; half of it is the least that is any use
_READ = "Whoever sits between sees the buyers' credentials, and acts in their name."


@check(
    "transport.caller",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    depth="full",
    source=_CSRF,
    costs="Buyers pay, and the shop never learns of it.",
)
def test_a_wallets_machine_needs_no_cookie(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """A genuine notification is taken where it was sent, without cookie or redirect, whatever machine brings it."""
    order = target.place(wallet.setup)

    taken = prober.wire.called(order)

    assert [one.refusal for one in taken if one.refusal is not None] == []
    assert [one.answer.status for one in taken if one.answer.status >= 300] == []
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "transport.proxy-headers",
    severity="blocker",
    needs="orders fulfilments acknowledgement",
    source=_PROXIES,
    costs="Whoever writes one more header takes the goods for nothing.",
)
def test_no_header_stands_for_a_signature(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """An unproven statement that claims to come from next door is refused; the genuine proof is not."""
    order = target.place(wallet.setup)

    claimed = prober.wire.proxied(order)

    assert target.settled(order).fulfilments == 0
    assert not claimed.acknowledged
    assert wallet.prove(wallet.pay(order)).refusal is None


@check(
    "transport.cors",
    severity="critical",
    needs="orders",
    each="target",
    source=_CORS,
    costs="Every page that a buyer opens reads her orders and pays in her name.",
)
def test_no_other_site_reads_a_buyers_answers(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """No page of another origin may read an answer to the buyer's own credentials; she herself may."""
    order = target.place(wallet.setup)

    assert prober.wire.shared(order) == []
    assert target.shows(order)


@check(
    "transport.cookies",
    severity="minor",
    needs="orders",
    each="target",
    source=_COOKIES,
    costs="Scripts and other sites act as the buyer, or she comes back from the wallet as a stranger.",
)
def test_a_sessions_cookie_keeps_to_itself(prober: Prober) -> None:
    """A session's cookie is read by no script, sent by no other site, and there when the wallet sends her back."""
    assert prober.wire.cookies() == []


@check(
    "transport.cache",
    severity="critical",
    needs="orders",
    each="target",
    source=_CACHE,
    costs="The next person behind the same proxy reads the order.",
)
def test_an_order_is_kept_for_nobody_else(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """The answer that shows a buyer's order does not allow caches to keep it for others."""
    assert prober.wire.kept(target.place(wallet.setup)) == []


@check("transport.tls-versions", severity="critical", needs="", each="target", source=_OLD, costs=_READ)
def test_no_outdated_tls_is_spoken(prober: Prober) -> None:
    """TLS 1.0 and 1.1 are refused, TLS 1.2 or 1.3 is spoken."""
    assert prober.wire.modern()
    assert prober.wire.old_versions() == []


@check("transport.certificate", severity="critical", needs="", each="target", source=_TLS, costs=_READ)
def test_the_certificate_holds(prober: Prober) -> None:
    """The certificate is trusted, fits the name, has a long enough key, and does not end within two weeks."""
    assert prober.wire.certificate(datetime.now(UTC)) == []


@check("transport.hsts", severity="minor", needs="", each="target", source=_HSTS, costs=_READ)
def test_browsers_are_told_to_come_by_https(prober: Prober) -> None:
    """Browsers are told to come by https alone for half a year at least."""
    assert prober.wire.strict_seconds() >= YEAR // 2


@check("transport.http", severity="normal", needs="", each="target", source=_HSTS, costs=_READ)
def test_http_leads_to_https_alone(prober: Prober) -> None:
    """The same address by http is not served: it leads to https, is refused, or nobody listens there."""
    answer = prober.wire.unencrypted()

    assert answer is None or answer.status >= 300
    assert answer is None or (answer.header("Location") or "https:").startswith("https:")


@check(
    "session.impostor",
    severity="critical",
    needs="",
    feature="sessions",
    depth="full",
    source=_TLS,
    costs="Whoever sits between shop and wallet is shown the shop's credentials, and answers in the wallet's name.",
)
def test_nobody_else_is_taken_for_the_wallet(wallet: Counterpart) -> None:
    """A server at the wallet's address that shows a certificate of nobody's gets no request; the wallet itself does."""
    reached = wallet.deceived(wallet.open_session)

    assert reached == 0
    assert wallet.open_session().accepted
