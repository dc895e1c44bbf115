"""What the test servers of markets have in common: one handler for all paths, and faults that come before answers.

A fault is a route of `tests.nftd.http_server`; each is served once, in order, in place of the real answer.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.nftd.http_server import Handler, Route, Site

KEY = "k3y-of-a-test"


class Refusal(Exception):
    """An answer that is no content."""

    def __init__(self, status: int, value: object = None) -> None:
        super().__init__(status)
        self.status = status
        self.value = value


class _Everything(dict[str, Route]):
    """A table of routes in which every path leads to the same one."""

    def __init__(self, route: Route) -> None:
        super().__init__()
        self.route = route

    def get(self, *_: object) -> Route:  # type: ignore[override]
        return self.route


class Api(ABC):
    """A market's interface on loopback; `asked` lists the questions as (path, query or body)."""

    key_header: str | None = None

    def __init__(self) -> None:
        self.faults: list[Route] = []
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.site = Site()
        self.site.routes = _Everything(self._serve)
        self.url = self.site.url

    def __enter__(self) -> Self:
        self.site.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.site.__exit__(kind, error, trace)

    @abstractmethod
    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        """The value that a question gets; raises Refusal."""

    def _serve(self, handler: Handler) -> None:
        if self.faults:
            self.faults.pop(0)(handler)
            return
        status, value = self._judge(handler)
        send_json(handler, value, status)

    def _judge(self, handler: Handler) -> tuple[int, object]:
        parts = urlsplit(handler.path)
        if handler.command == "POST":
            given = json.loads(self.site.bodies[-1])
        else:
            given = {name: values if len(values) > 1 else values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((parts.path, given))
        try:
            if self.key_header and handler.headers.get(self.key_header) != KEY:
                raise Refusal(401, {"message": "a key is needed"})
            return 200, self.answer(handler.command, parts.path, given)
        except Refusal as refusal:
            return refusal.status, refusal.value


def send_json(handler: Handler, value: object, status: int = 200) -> None:
    handler.send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def raw(body: str, content_type: str = "application/json", status: int = 200) -> Route:
    """An answer as it stands."""
    return lambda handler: handler.send(status, body.encode(), {"Content-Type": content_type})


HTML_PAGE = raw("<!DOCTYPE html><html><body><h1>We are back soon</h1></body></html>", "text/html; charset=utf-8")
CUT_SHORT = raw('{"data": {"tokens": [{"name": "half a na')
