"""What a page looks like: never wider than its window, readable for everyone, kept as a picture."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.service.browser.windows import PROPOSAL, OpenPage, ready

pytestmark = pytest.mark.browser

PAGES = {
    "queue": "/queue",
    "proposal": PROPOSAL,
    "recommendations": "/recommendations",
    "exceptions": "/exceptions",
    "api": "/docs",
    "opportunity": "/opportunities/crm/OPP-2041",
}
_SCREENSHOTS = Path("var/screenshots")
_DEFECTS = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 320])
def test_no_page_is_wider_than_the_window(open_page: OpenPage, width: int, scheme: str) -> None:
    with open_page(viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        for path in PAGES.values():
            ready(page, path)
            wider = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{path} at {width}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(open_page: OpenPage, scheme: str) -> None:
    with open_page(color_scheme=scheme) as page:
        for name, path in PAGES.items():
            ready(page, path)
            found = Axe().run(page).response["violations"]
            worst = [
                (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in _DEFECTS
            ]
            assert worst == [], name


@pytest.mark.parametrize(("device", "width"), [("desktop", 1440), ("phone", 390)])
def test_every_page_is_kept_as_a_picture(open_page: OpenPage, device: str, width: int) -> None:
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with open_page(viewport={"width": width, "height": 900}) as page:
        for name, path in PAGES.items():
            ready(page, path)
            picture = _SCREENSHOTS / f"{name}-{device}.png"
            page.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 10_000
