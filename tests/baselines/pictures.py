"""Stored pictures of every form, light and dark, of stored comparisons, so that only a change of drawing moves them.

Pages are stored as they look with the shipped tables, at half their size, with the data version that they show.
`make baselines` draws and stores all anew; `git diff` then shows what was accepted.
"""

import base64
import io
import json
from pathlib import Path

import pandas as pd
from PIL import Image, ImageChops
from playwright.sync_api import Page

from dashboard import figures
from dashboard.catalog import load
from dashboard.compare import Comparison
from dashboard.export.browser import Browser, warm_browser
from dashboard.figures import SIZES
from dashboard.web.addresses import comparisons_at
from dashboard.web.pages import PAGES

HERE = Path(__file__).parent / "pictures"
WHOLE = Path(__file__).parent / "pages"
SHOWN = WHOLE / "data-version.txt"
ACCEPT = "BASELINES"  # an environment variable: `accept` stores the pages instead of comparing them
STORED = HERE / "comparisons.json"
THEMES = ("light", "dark")
SIZE = SIZES["column"]
COARSE = 4  # pictures are compared at a quarter: how a letter's edge is smoothed does not matter
LEVELS = 40  # of 255: by so much a coarse pixel may differ
SHARE = 0.001  # of the coarse pixels may differ by more
NUMBERS = ["q05", "q25", "value", "q75", "q95"]
TEXTS = ("id", "title", "answer", "axis", "unit", "kind", "method", "version", "form", "address")


def stored() -> dict[str, Comparison]:
    """The stored comparisons by their form."""
    rows = json.loads(STORED.read_text(encoding="utf-8"))
    return {row["form"]: _thawed(row) for row in rows}


def _thawed(row: dict) -> Comparison:
    table = pd.DataFrame(row["rows"], columns=row["columns"])
    table[NUMBERS] = table[NUMBERS].astype(float)
    told = {name: row[name] for name in TEXTS}
    return Comparison(**told, table=table, sources=tuple(row["sources"]), ends=tuple(row["ends"]))


def _frozen(comparison: Comparison) -> dict:
    table = comparison.table
    if comparison.form == "series":
        table = table[table.label.str.endswith(("-06", "-12"))]
    cells = json.loads(table.to_json(orient="split", index=False, double_precision=6))
    texts = {name: getattr(comparison, name) for name in TEXTS}
    more = {"sources": comparison.sources, "ends": comparison.ends}
    return texts | more | {"columns": cells["columns"], "rows": cells["data"]}


def drawn(browser: Browser, comparison: Comparison, theme: str) -> bytes:
    """The picture of a comparison."""
    return browser.picture(figures.figure(comparison, SIZE, theme), "png", 1)


def difference(before: bytes, after: bytes) -> tuple[float, Image.Image]:
    """The share of the coarse pixels that differ, and a picture: before, after, and where they differ in red."""
    first, second = (Image.open(io.BytesIO(content)).convert("RGB") for content in (before, after))
    if first.size != second.size:
        return 1.0, _beside(first, second)
    moved = ImageChops.difference(first.reduce(COARSE), second.reduce(COARSE))
    red, green, blue = moved.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda level: 255 * (level > LEVELS))
    share = most.histogram()[255] / (most.width * most.height)
    where = Image.blend(second, Image.new("RGB", second.size, "white"), 0.7)
    where.paste("red", mask=most.resize(second.size, Image.Resampling.NEAREST))
    return share, _beside(first, second, where)


def _beside(*pictures: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (sum(item.width for item in pictures), max(item.height for item in pictures)), "white")
    left = 0
    for item in pictures:
        sheet.paste(item, (left, 0))
        left += item.width
    return sheet


def page_file(path: str, width: int, theme: str) -> Path:
    """Where the picture of a page is stored."""
    page = path.partition("?")[0].strip("/") or "home"
    return WHOLE / f"{page}-{width}-{theme}.png"


def taken(page: Page) -> bytes:
    """A picture of a whole page at half its size: drawn so, it costs a third of one that is made smaller afterwards."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    half = {"x": 0, "y": 0, "width": width, "height": height, "scale": 0.5}
    session = page.context.new_cdp_session(page)
    options = {"captureBeyondViewport": True, "optimizeForSpeed": True, "clip": half}
    content = session.send("Page.captureScreenshot", options)["data"]
    session.detach()
    return base64.b64decode(content)


def packed(picture: bytes, *, small: bool = False) -> bytes:
    """A picture of a page in few colours, as it is stored; `small` takes its time to pack it."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(48).save(out, "png", optimize=small)
    return out.getvalue()


def name(form: str, theme: str) -> str:
    """The file of a form in a theme."""
    return f"{form}-{theme}.png"


def accept() -> None:
    """Store a comparison of each form that is not stored yet, and the pictures of all."""
    HERE.mkdir(exist_ok=True)
    kept = {row["form"]: row for row in json.loads(STORED.read_text(encoding="utf-8"))} if STORED.exists() else {}
    catalog = load()
    for comparison in (item for page in PAGES for item in comparisons_at(page.PATH, catalog)):
        kept.setdefault(comparison.form, _frozen(comparison))
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in kept.values())
    STORED.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    with warm_browser() as browser:
        for form, comparison in stored().items():
            for theme in THEMES:
                picture = Image.open(io.BytesIO(drawn(browser, comparison, theme))).convert("RGB")
                picture.quantize(128).save(HERE / name(form, theme), optimize=True)


if __name__ == "__main__":
    accept()
