"""A few pages on this machine for a browser to meet, and what was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = tuple[int, Mapping[str, str], str]
"""Status, headers and body."""


@dataclass
class Site:
    """Pages by path; `asked` are the paths, each with its method, in order."""

    pages: Mapping[str, Page]
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "", host: str = "localhost") -> str:
        """Where a page is."""
        return f"http://{host}:{self.port}{path}"

    def address(self, path: str, words: Mapping[str, object]) -> str:
        """The same, as a tab wants it."""
        return self.url(path)


def html(body: str, **headers: str) -> Page:
    """An ordinary page; `_` in a header's name stands for `-`."""
    return (
        200,
        {name.replace("_", "-"): value for name, value in headers.items()},
        f"<!doctype html><title>x</title>{body}",
    )


@contextmanager
def site(**pages: Page) -> Iterator[Site]:
    """Serves the pages, each at the path of its name, for as long as the block lasts; anything else is 404."""
    made = Site({f"/{name}": page for name, page in pages.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            self.rfile.read(int(self.headers.get("content-length", 0)))
            made.asked.append(f"{self.command} {path}")
            status, headers, body = made.pages.get(path, (404, {}, "nothing"))
            self.send_response(status)
            for name, value in {"content-type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - the server's own names

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
