"""One ordinary Locust user who tells a story of every step, and prints what she told Locust. In a process of its own,
for Locust patches the interpreter."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread, current_thread
from typing import Any

from locust.env import Environment

from fixtures.model import Message
from fixtures.session import Session
from load.arrivals import Arrival
from load.stories import Kind
from load.stories.scene import Scene
from load.story import Ask, Begin, Heard, NoAnswer, Story, Until, Work
from load.users import Statistics, StoryUser


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent; a redirect stays one."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def everything(scene: Scene, arrival: Arrival, due: float) -> Story:
    """Every kind of step, each with its outcome."""
    url = scene.settings.base_url
    heard: Heard = yield Ask(Message("POST", f"{url}/x", (("X-A", "b"),), b"\x00told"), 5.0)
    scene.tally.took(f"{heard.answer.status} {heard.answer.body!r}", "-", heard.seconds)
    try:
        yield Ask(Message("GET", "http://127.0.0.1:1/"), 5.0)
    except NoAnswer:
        scene.tally.failed("nobody", "-", 0.0, "no answer")
    told = yield Work(current_thread)
    scene.tally.took("work beside" if told is not current_thread() else "work here", "-", 0.0)
    yield Begin(beside(scene))
    yield Until(scene.now() + 0.01)
    try:
        yield Work(lambda: 1 // 0)
    except ZeroDivisionError:
        scene.tally.took(f"error in {arrival.story}", "-", scene.now() - due)


def beside(scene: Scene) -> Story:
    yield Until(scene.now() + 0.02)
    scene.tally.took("beside", "-", 0.0)


def main() -> None:
    """Tells it once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    told = list[list[str | None]]()
    environment: Any = Environment()
    environment.events.request.add_listener(lambda name, exception, **_: told.append([name, exception]))
    StoryUser.host = url
    session = Session(None, None, url, url, "t", "-", "run", 1, 0, "usual", None, None, 0.0)
    StoryUser.scene = Scene(session, {}, Statistics(environment.events.request))
    user = StoryUser(environment)
    user.on_start()
    user.tell(Kind(everything, weight=1.0))
    user.on_stop()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
