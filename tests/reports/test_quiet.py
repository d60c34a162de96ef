"""A generated Allure report does not phone home."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.quiet import main, quiet

TAG = '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
SETTING = "<script>\nwindow.dataLayer = [];\nfunction gtag(){}\ngtag('config', 'G-1');\n</script>"
OWN = "<script>start()</script>"


def test_only_the_measuring_script_is_taken_out() -> None:
    assert quiet(f"<head>{OWN}{TAG}{SETTING}</head><body>{OWN}</body>") == f"<head>{OWN}</head><body>{OWN}</body>"


def test_a_page_is_rewritten_in_place(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(f"{TAG}{SETTING}{OWN}", encoding="utf-8")

    main([str(page)])

    assert page.read_text(encoding="utf-8") == OWN


def test_an_unknown_way_of_measuring_is_told_and_left(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<script>load('https://www.googletagmanager.com')</script>", encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        main([str(page)])

    assert ended.value.code == 1
    assert "googletagmanager" in page.read_text(encoding="utf-8")
