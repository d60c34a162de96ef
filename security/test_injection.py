"""Words of strangers, payers and buyers stay words: no database, template, header, file or address is reached by them.

Each check ends with a genuine proof that is believed: a shop that has stopped to work withstands everything.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.strategies.injections import WORDS
from fixtures.surroundings.prober import Prober
from fixtures.surroundings.told import problems
from fixtures.target.target import Target

_SQL = "https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html"
_INJECTION = "https://cheatsheetseries.owasp.org/cheatsheets/Injection_Prevention_Cheat_Sheet.html"
_SSRF = "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html"
_XXE = "https://cheatsheetseries.owasp.org/cheatsheets/XML_External_Entity_Prevention_Cheat_Sheet.html"
_REDOS = "https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS"


@check(
    "injection.lookup",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    source=_SQL,
    costs="One payment pays for any order, and the shop's database is anybody's.",
)
def test_an_order_number_is_no_query(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """A statement about an order whose number is a query crashes nothing and pays no other one; a genuine one does."""
    order = target.place(wallet.setup)

    assert problems(prober.words.confuse(order)) == []
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "injection.payer",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    source=_INJECTION,
    costs="Whoever chooses his name well runs the shop's server.",
)
def test_what_payers_are_called_is_no_code(prober: Prober) -> None:
    """Whatever a payer writes in his own fields crashes nothing, is not carried out, and what he paid for leaves."""
    assert problems(prober.words.payers()) == []


@check(
    "injection.payer-words",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    depth="full",
    source=_INJECTION,
    costs="Whoever chooses his name well runs the shop's server.",
)
def test_no_single_word_of_a_payer_is_code(prober: Prober) -> None:
    """Each kind of code in a payer's own fields, alone, crashes nothing, is not carried out, and his goods leave."""
    assert problems(prober.words.payers(WORDS)) == []


@check(
    "injection.buyer",
    severity="critical",
    needs="orders",
    each="target",
    source=_INJECTION,
    costs="Whoever edits an address reads the shop's database.",
)
def test_what_buyers_ask_for_is_no_code(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """Ids, items and return parameters that are code crash nothing and are not carried out; an order is still shown."""
    asked = [*prober.words.buyers(), *prober.words.returns()]

    assert problems(asked) == []
    assert target.shows(target.place(wallet.setup))


@check(
    "injection.foreign-order",
    severity="critical",
    needs="orders two-buyers",
    each="target",
    source=_SQL,
    costs="Strangers read names, addresses and purchases.",
)
def test_no_query_in_an_id_shows_another_buyers_order(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """No query in an order's id shows an order to another buyer; its own id shows it to its own."""
    order = target.place(wallet.setup)

    assert prober.words.strangers(order) == []
    assert target.shows(order)


@check(
    "injection.links",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    source=_SSRF,
    costs="Strangers make the shop's server call hosts inside its network, and believe what these answer.",
)
def test_no_link_of_an_unproven_statement_is_followed(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """Links in a statement that nobody signed are not followed and pay nothing; the genuine proof does."""
    order = target.place(wallet.setup)

    assert prober.words.followed(order) == []
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.pay(order)).refusal is None


@check(
    "injection.xml",
    severity="critical",
    needs="acknowledgement",
    each="target",
    source=_XXE,
    costs="Strangers read the server's files and its keys.",
)
def test_no_document_makes_its_reader_open_addresses(prober: Prober) -> None:
    """An XML document that names an address is not looked up there, and crashes nothing."""
    told, opened = prober.words.opened()

    assert opened == []
    assert problems(told) == []


@check(
    "injection.wait",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    depth="full",
    source=_SQL,
    costs="The shop's database answers a stranger's questions, one second each.",
)
def test_no_order_number_makes_the_database_wait(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """A query that asks to wait, in an order's number, is answered as soon as any other; the genuine proof is taken."""
    order = target.place(wallet.setup)

    assert prober.words.waits(order) == []
    assert wallet.prove(wallet.pay(order)).refusal is None


@check(
    "injection.pattern",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    depth="full",
    source=_REDOS,
    costs="One short text keeps the shop busy for minutes.",
)
def test_no_order_number_keeps_the_shop_busy(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """However an order's number is written, it is read in no time; the genuine proof is taken."""
    order = target.place(wallet.setup)

    assert prober.words.patterns(order) == []
    assert wallet.prove(wallet.pay(order)).refusal is None
