"""A post office in this process, a target that answers as told, and payments to tell it of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from fixtures.model import Answer, Headers, Message, Money, Payment, Refund, RefundState, Stamp
from fixtures.sandbox.errands import Allowed
from fixtures.sandbox.post.office import PostOffice
from fixtures.sandbox.post.parcel import Parcel
from fixtures.sandbox.state import State
from fixtures.wallets.interface import Action, Book, Event, Keys, Reply, Wallet
from tests.sandbox.toy import Toy

PATIENCE = 10.0  # seconds; what hangs is an error, what is slow is not
SWIFT = 1e9
"""A compression under which no schedule lasts."""

_numbers = count(1)


class Kiosk(Toy):
    """The toy with refunds at its gateway, and notifications of more than payments."""

    def events(self) -> frozenset[Event]:
        return frozenset({"paid", "refunded", "unknown"})

    def operation_of(self, request: Message) -> str:
        return "other" if request.url.startswith("/refund/") else super().operation_of(request)

    def reference_of(self, request: Message, book: Book) -> str | None:
        return request.url[8:] if request.url.startswith("/refund/") else super().reference_of(request, book)

    def answer(self, request: Message, book: Book, keys: Keys, stamp: Stamp, base_url: str) -> Reply:
        payment = book.by_reference(self.reference_of(request, book) or "")
        if request.url.startswith("/refund/") and payment is not None:
            book.save(self.act("refund", payment, stamp, payment.asked))
        return super().answer(
            replace(request, url=request.url.replace("/refund/", "/pay/")), book, keys, stamp, base_url
        )

    def act(self, action: Action, payment: Payment, stamp: Stamp, money: Money | None = None) -> Payment:
        if action == "refund" and money is not None:
            return replace(payment, refunds=(*payment.refunds, refund(f"r{len(payment.refunds) + 1}", money)))
        return super().act(action, payment, stamp, money)


def refund(number: str, money: Money, state: RefundState = RefundState.SUCCEEDED) -> Refund:
    return Refund(number, number, money, 1.0, state)


@dataclass
class Target:
    """Answers in turn what `answers` says, then goes on with the last of them; None never answers at all."""

    answers: list[Answer | None] = field(default_factory=lambda: [Answer(200, (), b"success")])
    got: list[Message] = field(default_factory=list)
    port: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/notify") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = await _read(reader)
        number = len(self.got)
        self.got.append(message)
        self.came.set()
        answer = self.answers[min(number, len(self.answers) - 1)]
        if answer is None:
            await self.gone.wait()
        else:
            head = f"HTTP/1.1 {answer.status} Said\r\ncontent-length: {len(answer.body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + answer.body)
            await writer.drain()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers: Headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in head[1:] if line))
    message = Message(method, path, headers)
    return replace(message, body=await reader.readexactly(int(message.header("content-length") or 0)))


@asynccontextmanager
async def target(*answers: Answer | None) -> AsyncIterator[Target]:
    """A target on a free port, for as long as the block lasts."""
    made = Target(list(answers)) if answers else Target()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
        made.gone.set()


class Counter:
    """A post office that everybody can look into."""

    def __init__(
        self, wallets: Mapping[str, Wallet] | None = None, *, allowed: Iterable[str] = ("127.0.0.1",), seed: int = 7
    ) -> None:
        served = wallets or {"toy": Kiosk()}
        self.state = State(served, {name: wallet.published_keys() for name, wallet in served.items()}, seed)
        self.office = self.state.post = PostOffice(self.state, Allowed(allowed))
        self.office.compression = SWIFT
        self.recorded: list[Parcel] = []
        self.office.record = self._recorded
        self._changed = asyncio.Event()

    def _recorded(self, parcel: Parcel) -> None:
        self.recorded.append(parcel)
        self._changed.set()

    def open(self, wallet: str, url: str | None, mode: str | None = None) -> Payment:
        """A payment of which nothing is known but that it was asked for."""
        acting = self.state.wallets[wallet]
        money = Money(1000, acting.docs.currencies[0])
        made = acting.assume(f"{next(_numbers):020}", money, mode or acting.modes[0], self.state.stamp(), url)
        self.state.ledger.book(wallet).save(made)
        return made

    def pay(self, wallet: str, url: str | None, mode: str | None = None) -> Payment:
        """A payment that was made."""
        return self.move(self.open(wallet, url, mode), "settle")

    def move(self, payment: Payment, action: Action, money: Money | None = None) -> Payment:
        """The payment after what buyer or wallet did, of which nobody tells anybody."""
        changed = self.state.wallets[payment.wallet].act(action, payment, self.state.stamp(), money)
        self.state.ledger.book(payment.wallet).save(changed)
        return changed

    async def until(self, there: Callable[[], bool]) -> None:
        """Waits for something that a parcel's change brings about."""
        async with asyncio.timeout(PATIENCE):
            while not there():
                self._changed.clear()
                await self._changed.wait()

    async def ended(self, *parcels: Parcel) -> list[Parcel]:
        """The parcels once none of them can go out any more."""
        await self.until(lambda: not any(self.office.get(parcel.id).live for parcel in parcels))
        return [self.office.get(parcel.id) for parcel in parcels]
