"""Cuts the site's mathematical font down to the characters that its formulas use.

A browser typesets MathML with a font that has a table for it, and many systems come with none or
with a poor one. The site brings TeX Gyre Pagella Math, from Debian's package fonts-texgyre-math:

    make site && python tools/math_font.py FONT.otf     writes site/assets/math/course-math.woff2
    python tools/math_font.py --check                   prints which characters it lacks

`--site FOLDER` names another build. The cut font has a name of its own, as its licence asks.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "site" / "assets" / "math" / "course-math.woff2"
FAMILY = "Course Math"
FAMILY_NAMES = (1, 3, 4, 6, 16)  # in a font's name table: family, identifier, full, PostScript
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)


def letters() -> set[int]:
    """The characters for any new formula: ASCII, Greek, and the italics shown for them."""
    ranges = [(0x20, 0x7E), (0x3B1, 0x3C9), (0x1D434, 0x1D467), (0x1D6FC, 0x1D71B)]
    return {0x210E, ord("√")}.union(*(range(first, last + 1) for first, last in ranges))


def used(site: Path) -> set[int]:
    """Every character inside the formulas of a built site."""
    pages = list(site.rglob("*.html"))
    if not pages:
        raise SystemExit(f"{site} holds no pages: run `make site` first.")
    formulas = [found for page in pages for found in MATH.findall(page.read_text("utf-8"))]
    return set(map(ord, html.unescape(re.sub("<.*?>", "", "".join(formulas)))))


def drawn(characters: set[int]) -> set[int]:
    """The characters that a font must draw: not controls, joiners or variation selectors."""
    invisible = {*range(0x2061, 0x2065), *range(0xFE00, 0xFE10)}
    return {code for code in characters if code > 0x20} - invisible


def cut(source: Path, site: Path) -> None:
    """Write the font with the characters and tables in use, and without those browsers ignore."""
    options = Options(
        flavor="woff2", hinting=False, desubroutinize=True, drop_tables=["FFTM"],
        layout_features=["dtls", "flac"], name_IDs=[0, *FAMILY_NAMES, 2, 5, 13, 14],
    )  # fmt: skip
    font = TTFont(source)
    put_script_primes(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters() | used(site))
    subsetter.subset(font)
    for name_id in FAMILY_NAMES:
        name = FAMILY.replace(" ", "") if name_id == 6 else FAMILY
        font["name"].setName(name, name_id, platformID=3, platEncID=1, langID=0x409)
    font.flavor = "woff2"
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)


def put_script_primes(font: TTFont) -> None:
    """Replace the prime by its form for exponents, since most browsers do not choose that form."""
    substitutions = font["GSUB"].table
    for record in substitutions.FeatureList.FeatureRecord:
        for index in record.Feature.LookupListIndex if record.FeatureTag == "ssty" else ():
            for table in substitutions.LookupList.Lookup[index].SubTable:
                for characters in font["cmap"].tables:
                    forms = table.alternates.get(characters.cmap.get(ord("′")))
                    if forms:
                        characters.cmap[ord("′")] = forms[0]


def missing(site: Path) -> str:
    """The characters of formulas that the committed font lacks."""
    return "".join(map(chr, sorted(drawn(used(site)) - set(TTFont(TARGET).getBestCmap()))))


def main() -> int:
    """Cut the font, or only check it; returns 1 and prints missing characters, if any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", nargs="?", type=Path, help="the whole font")
    parser.add_argument("--check", action="store_true", help="only list missing characters")
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site", help="the built site")
    arguments = parser.parse_args()
    if not arguments.check and not arguments.font:
        parser.error("name the font to cut, or --check")
    if not arguments.check:
        cut(arguments.font, arguments.site)
    if lacking := missing(arguments.site):
        print(f"The font draws no {' '.join(lacking)}", file=sys.stderr)
    return bool(lacking)


if __name__ == "__main__":
    raise SystemExit(main())
