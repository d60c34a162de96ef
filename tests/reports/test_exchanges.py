"""A curl line sends the same bytes again."""

from __future__ import annotations

import shlex
import shutil
import socket
import subprocess
import threading
from dataclasses import replace

import pytest

from fixtures.curl import LARGEST_BODY, curl
from fixtures.model import Message
from reports.exchanges import transcript
from reports.har import archive
from tests.reports.examples import GATEWAY_CALL, NOTIFICATION


def test_a_curl_line_is_quoted_and_leaves_out_what_curl_computes() -> None:
    assert curl(NOTIFICATION) == (
        "curl -sS -i -X POST http://127.0.0.1:8000/notify/alipay -H 'Content-Type: application/x-www-form-urlencoded'"
        """ --data-binary 'out_trade_no=R1&it'"'"'s=a%2Fb'"""
    )


def test_a_gateway_call_on_the_loopback_gets_its_wallets_prefix() -> None:
    assert "http://127.0.0.1:9000/wechatpay/v3/pay/transactions/native" in curl(GATEWAY_CALL)


def test_a_gateway_call_to_a_vendor_host_goes_there() -> None:
    request = replace(GATEWAY_CALL.request, headers=(("Host", "api.mch.weixin.qq.com"),))

    assert " https://api.mch.weixin.qq.com/v3/pay/" in curl(replace(GATEWAY_CALL, request=request))


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("https://127.0.0.1:9443/wechatpay", " --insecure -X POST https://127.0.0.1:9443/wechatpay/v3/pay/"),
        ("http://127.0.0.1:9000/wechatpay", " -i -X POST http://127.0.0.1:9000/wechatpay/v3/pay/"),
        ("https://api.mch.weixin.qq.com", " -i -X POST https://api.mch.weixin.qq.com/v3/pay/"),
        ("http://api.mch.weixin.qq.com", " -i -X POST http://api.mch.weixin.qq.com/v3/pay/"),
    ],
)
def test_a_gateway_call_goes_where_its_caller_reached_the_gateway(base_url: str, words: str) -> None:
    told = replace(GATEWAY_CALL, base_url=base_url)

    assert words in curl(told)
    assert f'"url": "{base_url}/v3/pay/' in archive([told])


def test_a_large_body_is_named_by_its_size() -> None:
    request = replace(NOTIFICATION.request, body=b"x" * (LARGEST_BODY + 1))

    assert curl(replace(NOTIFICATION, request=request)).endswith("--data-binary @body  # 16385 bytes, not shown")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain=1",
        "茶 'quoted' \"twice\" $HOME `x`\n\\n".encode(),
        b"@/etc/hostname",
        b"\xff\xfe\x00\r\n",
        b"line\r\nline",
        b"-d @/etc/hostname; $(id) && `id` #\t!history \\",
    ],
)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_line_really_sends_the_same_request(body: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        headers = (("Host", "shop.example"), ("X-Empty", ""), ("X-Quote", 'it\'s "so"'))
        message = Message("POST", f"http://127.0.0.1:{port}/a/../b[1]?x={{y}}", headers, body)
        received: list[bytes] = []
        listener = threading.Thread(target=_answer_once, args=(server, len(body), received), daemon=True)
        listener.start()

        subprocess.run(["bash", "-c", curl(replace(NOTIFICATION, request=message))], check=True, timeout=20)
        listener.join(10)

    head, _, sent = received[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /a/../b[1]?x={y} HTTP/1.1"
    assert b"Host: shop.example" in lines
    assert b"X-Empty:" in [line.strip() for line in lines]
    assert b'X-Quote: it\'s "so"' in lines
    assert not [line for line in lines if line.lower().startswith(b"content-type")]
    assert sent == body


def _answer_once(server: socket.socket, size: int, received: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        connection.settimeout(10)
        data = b""
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < size:
            chunk = connection.recv(65536)
            if not chunk:
                break
            data += chunk
        connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        received.append(data)


def test_a_transcript_has_the_timeline_and_a_shell_line_for_each() -> None:
    text = transcript([NOTIFICATION, GATEWAY_CALL])

    lines = [line for line in text.splitlines() if line.startswith("curl")]
    assert "+0.000 s  " in text.splitlines()[1]
    assert [shlex.split(line)[0] for line in lines] == ["curl", "curl"]
