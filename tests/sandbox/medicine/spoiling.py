"""How a genuine call is spoilt: its bytes by whoever stands in between, or what it says before it is signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

from fixtures.model import Message, with_header

Spoil = Callable[[Message, Random], Message]

DEEP = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
HUGE = b"[" + b"9" * 500_000 + b"]"
RUBBISH = (
    b"",
    b"\0",
    b"\xff\xfe\xfa",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"[" * 50_000,
    DEEP,
    HUGE,
    b'{"a":"\\ud800"}',
    b'{"a":NaN,"b":1e999,"b":2}',
    b"<xml>" * 2_000,
    b'<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
    b"a=%&b=%zz&=&&&c=%00%ff",
    b"a[b][c]" * 3_000 + b"=1",
    b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\n\xff\r\n--x--",
)
TYPES = ("application/json", "text/xml; charset=utf-16", "multipart/form-data; boundary=x", "\xff", "")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW")
PATHS = ("/", "//", "/..", "/%00", "/%ff", "/\xff", "/?" + "a=1&" * 3_000, "/#", "/;x", "/[", "/" + "x/" * 2_000)
LEAVES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    10**40,
    "",
    "\0",
    "-1",
    "1e9",
    "NaN",
    "٣",  # a digit to some
    "\ud800",
    "x" * 70_000,
    "' OR 1=1 --",
    "../../etc",
    "http://169.254.169.254/",
    [],
    {},
    [[]],
    {"a": {}},
)


def rubbish(message: Message) -> Iterator[Message]:
    """The call with every body, content type, method and path that is none."""
    for body in RUBBISH:
        yield replace(message, body=body)
    for kind in TYPES:
        yield replace(message, headers=with_header(message.headers, "content-type", kind))
    for method in METHODS:
        yield replace(message, method=method)
    for path in PATHS:
        yield replace(message, url=path)
        yield replace(message, url=message.url.partition("?")[0] + path)
    yield replace(message, headers=())
    yield replace(message, headers=tuple((name, "\0\xff" + value) for name, value in message.headers))
    yield replace(message, headers=tuple((name, value * 2_000) for name, value in message.headers))
    yield replace(message, headers=message.headers * 200)


def spoilt(message: Message, random: Random) -> Message:
    """The call with one thing wrong, drawn."""
    return random.choice(_SPOILS)(message, random)


def twisted(told: Any, random: Random) -> Any:
    """What a call says with one leaf exchanged, taken away or moved, drawn; its shape is that of the genuine one."""
    changed = json.loads(json.dumps(told))
    places = list(_places(changed))
    if not places:
        return changed
    holder, key = random.choice(places)
    if random.random() < 0.15:
        del holder[key]
    else:
        holder[key] = random.choice(LEAVES)
    return changed


def _places(told: Any) -> Iterator[tuple[Any, Any]]:
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in inner:
        yield told, key
        yield from _places(value)


def _cut(message: Message, random: Random) -> Message:
    return replace(message, body=message.body[: random.randrange(len(message.body) + 1)])


def _flipped(message: Message, random: Random) -> Message:
    body = bytearray(message.body or b"x")
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return replace(message, body=bytes(body))


def _inserted(message: Message, random: Random) -> Message:
    at = random.randrange(len(message.body) + 1)
    part = random.choice((b"\0", b"\xff", b"\\", b'"', b"%", b"&", b"]]>", b"<", random.randbytes(9)))
    return replace(message, body=message.body[:at] + part + message.body[at:])


def _other_url(message: Message, random: Random) -> Message:
    at = random.randrange(1, len(message.url) + 1)
    part = random.choice(("%00", "/", "?", "&", "=", "%", "..", "\xe9", "+"))
    return replace(message, url=message.url[:at] + part + message.url[at:])


def _other_header(message: Message, random: Random) -> Message:
    if not message.headers:
        return replace(message, headers=(("authorization", "Bearer"),))
    name, value = random.choice(message.headers)
    at = random.randrange(len(value) + 1)
    spoilt_value = random.choice((value[:at], value[:at] + "\xff" + value[at:], value + ",", "", value.swapcase()))
    return replace(message, headers=with_header(message.headers, name, spoilt_value))


_SPOILS: tuple[Spoil, ...] = (_cut, _flipped, _inserted, _other_url, _other_header)
