"""What a test reads from a page."""

from __future__ import annotations

import html
import re


def form_token(page: str) -> str:
    """What stands in the hidden field of a form."""
    found = re.search(r'name="form" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return found[1]


def text_of(page: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows(page: str) -> list[str]:
    """The rows of a page's lists."""
    return [text_of(row) for row in re.findall(r"<(?:tr|li) data-row.*?</(?:tr|li)>", page, re.DOTALL)]


def problem(page: str) -> str:
    """What went wrong, as it is told."""
    told = re.findall(r'<(?:p|div) class="problem" role="alert">(.*?)</(?:p|div)>', page, re.DOTALL)
    assert told, page
    return text_of(told[0])
