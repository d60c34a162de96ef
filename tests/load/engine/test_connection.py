"""Answers as servers send them, whole, in pieces, or not at all."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

import pytest
import trustme

from load.engine import connection
from load.engine import pool as pooling
from load.story import Heard, NoAnswer
from tests.load.engine.servers import OK, Script, ask, pool, request, run, serving

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;note=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: not a header\r\n\r\n"
)
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\nServer: old\r\n\r\nabcde"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


async def _asked(*answers: bytes, method: str = "GET", times: int = 1, **how: object) -> tuple[list[Heard], Script]:
    script = Script(*answers, **how)  # type: ignore[arg-type]
    async with serving(script) as url, pool() as ours:
        return [await ask(ours, f"{url}/orders/1?a=b", method) for _ in range(times)], script


@pytest.mark.parametrize("every_byte", [False, True])
def test_one_connection_serves_answers_of_every_kind(every_byte: bool) -> None:
    answers = (OK, CHUNKED, INTERIM + OK, b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n", OK)
    heard, script = run(_asked(*answers, times=len(answers), every_byte=every_byte))
    assert [(one.answer.status, one.answer.body) for one in heard] == [
        *((200, b"ok"), (200, b"abcde"), (200, b"ok"), (204, b""), (304, b""), (200, b"ok"))
    ]
    assert heard[0].answer.headers == (("Content-Length", "2"), ("X-Twice", "1"), ("x-twice", "2"))
    assert heard[1].answer.headers == (("Transfer-Encoding", "chunked"),)
    assert heard[2].answer.headers == heard[0].answer.headers
    assert script.connections == 1
    assert all(0 < one.seconds < 5 for one in heard)


def test_the_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    heard, script = run(_asked(head, head, method="HEAD", times=2))
    assert [one.answer.body for one in heard] == [b"", b""]
    assert script.connections == 1


def test_an_answer_without_length_ends_with_its_connection() -> None:
    heard, script = run(_asked(UNTIL_CLOSED, OK, times=2, closing=frozenset({0})))
    assert [one.answer.body for one in heard] == [b"abcde", b"ok"]
    assert script.connections == 2


@pytest.mark.parametrize(
    "answer", [OK.replace(b"200 OK", b"200 OK\r\nConnection: close"), OK.replace(b"HTTP/1.1", b"HTTP/1.0"), OK + OK]
)
def test_a_connection_that_is_to_be_closed_is_not_used_again(answer: bytes) -> None:
    _, script = run(_asked(answer, OK, times=2))
    assert script.connections == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed without an answer"),
        (b"HTT", "closed in the middle"),
        (OK[:-1], "closed in the middle"),
        (CHUNKED[:-2], "closed in the middle"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"),
        (OK.replace(b"Length: 2", b"Length: 2\r\nContent-Length: 3"), "the answer is not HTTP"),
        (OK.replace(b"Length: 2", b"Length: -2"), "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * (connection.LARGEST_HEAD + 10), "head is larger than 256 KiB"),
    ],
)
def test_what_is_no_whole_answer_is_said(answer: bytes, words: str) -> None:
    with pytest.raises(NoAnswer, match=f"^GET http://127.0.0.1:[0-9]+/orders/1: .*{words}"):
        run(_asked(answer, answer, closing=frozenset({0, 1})))


@pytest.mark.parametrize("coded", [b"Content-Length: 3000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n2dc6c0\r\n"])
def test_a_body_beyond_the_limit_is_refused(coded: bytes) -> None:
    with pytest.raises(NoAnswer, match="larger than 2 MiB"):
        run(_asked(b"HTTP/1.1 200 OK\r\n" + coded + b"a" * 3_000_000))


def test_only_what_does_no_harm_is_sent_again_and_only_once() -> None:
    async def stale(method: str, *answers: bytes) -> Script:
        script = Script(OK, *answers, closing=frozenset(range(1, 9)))
        async with serving(script) as url, pool() as ours:
            await ask(ours, url)
            with suppress(NoAnswer):
                await ask(ours, url, method, body=b"1" if method == "POST" else b"")
                script.requests.append(b"answered")
        return script

    def sent(script: Script) -> list[bytes]:
        return [request.split()[0] for request in script.requests]

    assert sent(run(stale("GET", b"", OK))) == [b"GET", b"GET", b"GET", b"answered"]
    assert sent(run(stale("POST", b"", OK))) == [b"GET", b"POST"]
    assert sent(run(stale("GET", b"", b"", OK))) == [b"GET", b"GET", b"GET"]


def test_an_idle_connection_is_given_up_before_its_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "KEPT", 0.0)

    async def twice() -> int:
        script = Script(OK, OK)
        async with serving(script) as url, pool() as ours:
            await ask(ours, url, "POST")
            await asyncio.sleep(0.1)
            await ask(ours, url, "POST")
        return script.connections

    assert run(twice()) == 2


def test_what_nobody_asked_for_is_no_answer_to_the_next_request() -> None:
    async def pushed() -> Heard:
        said = asyncio.Event()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await request(reader)
            writer.write(OK.replace(b"ok", b"no" if said.is_set() else b"ok"))
            await asyncio.sleep(0.05)
            writer.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            said.set()
            await reader.read()

        async with serving(handler) as url, pool() as ours:
            await ask(ours, url)
            await said.wait()
            await asyncio.sleep(0.05)
            return await ask(ours, url)

    assert run(pushed()).answer.body == b"no"


@pytest.mark.parametrize("drip", [False, True])
def test_the_time_is_for_the_whole_answer(drip: bool) -> None:
    async def slow() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await request(reader)
            writer.write(OK[:-2])
            while drip:
                writer.write(b"HTTP")
                await asyncio.sleep(0.01)
            await reader.read()

        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

        async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await request(reader)
            writer.write(chunked)
            while not reader.at_eof():
                writer.write(b"1\r\na\r\n")
                await asyncio.sleep(0.01)

        async with serving(dripping if drip else handler) as url, pool() as ours:
            await ask(ours, url, seconds=0.1, side="sandbox")

    with pytest.raises(NoAnswer, match=r"no whole answer within 0.1 s; mend the sandbox, or raise timing.request"):
        run(slow())


def test_nobody_there() -> None:
    async def nobody() -> None:
        async with serving(Script()) as url:
            pass
        async with pool() as ours:
            await ask(ours, url)

    with pytest.raises(NoAnswer, match=r"no connection .*; check that the target is up"):
        run(nobody())


def test_an_address_at_which_nobody_listens_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice() -> list[bytes]:
        script = Script(OK, OK.replace(b"Content-Length", b"Connection: close\r\nContent-Length"), OK)
        async with serving(script) as url, pool() as ours:
            port = url.rpartition(":")[2]
            found = [(2, 1, 6, "", (address, int(port))) for address in ("127.0.0.99", "127.0.0.1")]

            async def resolved(*_: object, **__: object) -> object:
                return found

            monkeypatch.setattr(ours, "loop", _Loop(ours.loop, resolved))
            return [(await ask(ours, url)).answer.body for _ in range(3)]

    assert run(twice()) == [b"ok"] * 3


class _Loop:
    """A loop that finds other addresses."""

    def __init__(self, loop: asyncio.AbstractEventLoop, resolved: object) -> None:
        self._loop, self.getaddrinfo = loop, resolved

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)


def test_a_connection_takes_no_longer_than_its_request_may(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(pooling.Origin, "dial", never)

    async def silent() -> None:
        async with pool() as ours:
            await ask(ours, "http://127.0.0.1:1", seconds=0.05)

    with pytest.raises(NoAnswer, match=r"no connection within 0.05 s"):
        run(silent())


def test_tls_is_believed_as_far_as_the_target_file_says() -> None:
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(served)
    believed = ssl.create_default_context()
    authority.configure_trust(believed)

    async def told(trust: ssl.SSLContext | None) -> list[Heard]:
        async with serving(Script(OK, CHUNKED, every_byte=True), served) as url, pool(trust) as ours:
            return [await ask(ours, url), await ask(ours, url)]

    assert [one.answer.body for one in run(told(believed))] == [b"ok", b"abcde"]
    with pytest.raises(NoAnswer, match=r"no connection .*CERTIFICATE_VERIFY_FAILED"):
        run(told(ssl.create_default_context()))


def test_ten_at_once_each_hear_their_own() -> None:
    async def all_of_them() -> list[bytes]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                path = (await request(reader)).split()[1]
                await asyncio.sleep(0.001 * (int(path[1:]) % 7))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path))

        async with serving(echo) as url, pool() as ours:
            heard = await asyncio.gather(*(ask(ours, f"{url}/{number}") for number in range(10)))
            again = await asyncio.gather(*(ask(ours, f"{url}/{number}") for number in range(10, 20)))
        return [one.answer.body for one in (*heard, *again)]

    assert run(all_of_them()) == [b"/%d" % number for number in range(20)]


def test_waiting_is_summed_up_by_side() -> None:
    async def both() -> dict[str, float]:
        async with serving(Script(OK, OK)) as url, pool() as ours:
            one, other = await ask(ours, url), await ask(ours, url, side="sandbox")
            return {"target": ours.waited["target"] - one.seconds, "sandbox": ours.waited["sandbox"] - other.seconds}

    assert run(both()) == {"target": 0.0, "sandbox": 0.0}
