"""The built site: strict, self-contained, no dead links, and true in the example worked by hand."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import markdown
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course.metrics import wilson_interval
from solutions.fgsm import fgsm

ROOT = Path(__file__).parents[2]
LECTURE = ROOT / "site" / "lectures" / "fgsm.md"
EXTERNAL = re.compile(r"^(https?:)?//", re.IGNORECASE)
FORMULAS: dict[str, Any] = {
    "extensions": ["pymdownx.arithmatex", "course.pages.formulas"],
    "extension_configs": {"pymdownx.arithmatex": {"generic": True}},
}
SOURCES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@dataclass
class Page(HTMLParser):
    """What the tests ask of one built page."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    images_without_alt: list[str] = field(default_factory=list)
    description: str = ""
    title: str = ""
    _in_title: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[key] for key in ("id", "name") if values.get(key)}
        if tag in SOURCES and SOURCES[tag] in values and values.get("rel") != "canonical":
            self.fetched.append(values[SOURCES[tag]])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img" and not values.get("alt", "").strip():
            self.images_without_alt.append(values.get("src", ""))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "meta" and values.get("name") == "description":
            self.description = values.get("content", "")
        self._in_title = tag == "title" and not self.title

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """Every page of a strict build, by its address below the site's root."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": ""}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    built = {p.relative_to(out).as_posix(): Page(p) for p in sorted(out.rglob("*.html"))}
    assert "lectures/fgsm/index.html" in built
    return built


def test_pages_fetch_nothing_from_elsewhere(pages: dict[str, Page]) -> None:
    found = [(name, url) for name, page in pages.items() for url in page.fetched]
    assert found
    assert [pair for pair in found if EXTERNAL.match(pair[1])] == []


def test_styles_fetch_nothing_from_elsewhere(pages: dict[str, Page]) -> None:
    root = pages["index.html"].path.parent
    sheets = list(root.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        wanted = re.findall(r"url\(\s*['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", sheet.read_text())
        addresses = [first or second for first, second in wanted]
        assert [a for a in addresses if EXTERNAL.match(a)] == [], sheet.name
        local = [a for a in addresses if not a.startswith(("data:", "#"))]
        assert [a for a in local if not (sheet.parent / urlsplit(a).path).is_file()] == []


def is_state(key: str, fragment: str) -> bool:
    """Whether a fragment is a state of the playground, all of whose settings its page knows."""
    fields = {"set", "picture", "net", "attack", "eps", "target"}
    asked = set(parse_qs(fragment))
    return key == "playground/index.html" and bool(asked) and asked <= fields


def test_internal_links_and_anchors_resolve(pages: dict[str, Page]) -> None:
    root = pages["index.html"].path.parent
    dead = []
    for name, page in pages.items():
        if name == "404.html":  # its links hang on where the site is published
            continue
        for link in [*page.links, *page.fetched]:
            if EXTERNAL.match(link) or re.match(r"(mailto|data|javascript):", link):
                continue
            address = urlsplit(urljoin(f"http://site/{name.removesuffix('index.html')}", link))
            target = root / unquote(address.path).lstrip("/")
            if target.is_dir():
                target /= "index.html"
            key = target.relative_to(root).as_posix()
            fragment = unquote(address.fragment)
            anchor_known = key not in pages or fragment in {"", *pages[key].ids}
            anchor_known = anchor_known or is_state(key, fragment)
            if not (target.is_file() and anchor_known):
                dead.append((name, link))
    assert dead == []


def test_every_page_says_what_it_is(pages: dict[str, Page]) -> None:
    titles = [page.title for name, page in pages.items() if name != "404.html"]
    assert len(set(titles)) == len(titles)
    for name, page in pages.items():
        assert page.title.strip(), name
        assert page.description.strip(), name
        assert page.headings.count(1) == 1, name
        assert page.images_without_alt == [], name


def test_headings_never_skip_a_level(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert [pair for pair in steps if pair[1] > pair[0] + 1] == [], name


def test_formulas_are_typeset_without_a_script(pages: dict[str, Page]) -> None:
    assert "<math" in pages["lectures/fgsm/index.html"].path.read_text(encoding="utf-8")
    raw = re.compile(r'class="arithmatex"|\\\(.*?\\\)|\\begin\{|\$\$')
    for name, page in pages.items():
        prose = re.sub(
            r"<(code|script|pre)\b.*?</\1>", "", page.path.read_text("utf-8"), flags=re.DOTALL
        )
        assert raw.findall(prose) == [], name


def test_the_formulas_font_has_what_they_use(pages: dict[str, Page]) -> None:
    site = pages["index.html"].path.parent
    command = [sys.executable, str(ROOT / "tools" / "math_font.py"), "--check", "--site", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_long_formula_may_break_before_its_relations() -> None:
    text = r"So \(0.9 \log 1.5 + 0.1 \log 0.25 = 0.365 - 0.139 < 1\)."
    parts = re.findall(r"<math>(.*?)</math>", markdown.markdown(text, **FORMULAS))
    assert [re.sub("<.*?>", "", part)[:2] for part in parts] == ["0.", "=0", "&l"]


def test_unknown_tex_is_an_error_that_names_the_formula() -> None:
    markdown.markdown(r"\(x^2\)", **FORMULAS)
    with pytest.raises(ValueError, match=r"nosuchthing.*cannot be typeset"):
        markdown.markdown(r"\(\nosuchthing\)", **FORMULAS)


@pytest.mark.parametrize(
    ("text", "typeset"),
    [
        (r"so \(x^2\) is", "<p>so <math><msup><mi>x</mi><mn>2</mn></msup></math> is</p>"),
        (
            r"so (\(x\)), and",
            '<p>so <span class="unbroken">(<math><mi>x</mi></math>),</span> and</p>',
        ),
        ("$a < b$", "<p><math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></p>"),
        ("\\[\nx\n\\]", '<div class="formula"><math display="block"><mi>x</mi></math></div>'),
        (r"`\(x\)`", r"<p><code>\(x\)</code></p>"),
    ],
)
def test_formulas_become_mathml(text: str, typeset: str) -> None:
    assert markdown.markdown(text, **FORMULAS) == typeset


# Commands have a page of their own; the others measure or draw for this site and serve no reader.
NOT_FOR_READERS = re.compile(
    r"course\.(cli|plots\.words)|course\.(console|pages)\b.*"
    r"|solutions\.(attack_table|cli|draw)|solutions\.(figures|reproductions)\b.*"
)


def public_names() -> Iterator[str]:
    """The functions and classes of `course` and `solutions`, and the classes' methods."""
    for room in ("course", "solutions"):
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            module = module.removesuffix(".__init__")
            if NOT_FOR_READERS.fullmatch(module):
                continue
            for node in public(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{module}.{node.name}"
                yield from (f"{module}.{node.name}.{inner.name}" for inner in public(node))


def public(node: ast.AST) -> list[ast.FunctionDef | ast.ClassDef]:
    """What a module or class defines for others; a function defines nothing."""
    inside = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
    defined = [each for each in inside if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    return [each for each in defined if not each.name.startswith("_")]


def test_every_public_name_is_on_a_reference_page(pages: dict[str, Page]) -> None:
    wanted = set(public_names())
    assert len(wanted) > 80
    found = [page.ids for name, page in pages.items() if name.startswith("reference/")]
    assert sorted(wanted - set().union(*found)) == []


# --- the lecture's numbers, computed again ------------------------------------------------------


@pytest.fixture(scope="module")
def four_pixels() -> nn.Module:
    """The lecture's linear model as two logits, 0 and z = w.x + b."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[0, 0, 0, 0], [1.5, -2, 0.5, 1]]))
        model[1].bias.copy_(torch.tensor([0, 0.2]))
    return model


@pytest.mark.parametrize(("epsilon", "score"), [(0.0, 0.45), (0.1, 0.05), (0.12, -0.01)])
def test_example_worked_by_hand(four_pixels: nn.Module, epsilon: float, score: float) -> None:
    image = torch.tensor([0.90, 0.95, 0.60, 0.50]).reshape(1, 1, 2, 2)
    attacked = fgsm(four_pixels, image, torch.tensor([1]), epsilon)
    assert four_pixels(attacked)[0, 1].item() == pytest.approx(score, abs=1e-6)
    assert f"{score:g}".replace("-", "") in LECTURE.read_text(encoding="utf-8")


def test_probabilities_worked_by_hand() -> None:
    text = LECTURE.read_text(encoding="utf-8")
    for score, probability in [(0.45, "0.611"), (-0.05, "0.488"), (0.05, "0.512")]:
        assert f"{torch.sigmoid(torch.tensor(score)).item():.3f}" == probability
        assert f"p = {probability}" in text


@pytest.mark.parametrize(
    ("correct", "total", "words"),
    [(700, 1000, "from 67.1 to 72.8%"), (97, 100, "from 91.5 to 99.0%")],
)
def test_intervals_in_the_text(correct: int, total: int, words: str) -> None:
    low, high = wilson_interval(correct, total)
    assert f"from {100 * low:.1f} to {100 * high:.1f}%" == words
    assert words in LECTURE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("lead", "vanishes"), [(16.0, False), (18.0, True)])
def test_gradient_vanishes_at_a_lead_of_about_17(lead: float, vanishes: bool) -> None:
    logits = torch.tensor([[lead, 0.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(logits, torch.tensor([0])), logits)
    assert (gradient[0, 0].item() == 0) == vanishes


def test_what_the_text_says_of_the_measurements() -> None:
    path = ROOT / "solutions" / "results" / "fgsm-lecture.json"
    results = json.loads(path.read_text(encoding="utf-8"))

    def average(curves: list[list[float]]) -> list[float]:
        return [mean(point) for point in zip(*curves, strict=True)]

    attacks = {name: average(curves) for name, curves in results["attacks"].items()}
    noise, fast, iterated = attacks.values()
    assert noise[0] - noise[-1] < 0.02  # "noise costs almost nothing"
    assert all(b <= a for a, b in zip(fast, iterated, strict=True))  # PGD is the stronger attack
    at = results["epsilons"].index(results["epsilon"])
    left = {
        attack: {training: average(curves)[at] for training, curves in trained.items()}
        for attack, trained in results["defences"].items()
    }
    assert all(left["FGSM"][name] > left["PGD"][name] for name in left["FGSM"])
    assert abs(left["PGD"]["FGSM-trained"] - left["PGD"]["PGD-trained"]) < 0.03  # "comes close"
    drift = results["drift"]
    assert drift["random sign noise"]["conv1"] > 0.6 * drift["FGSM"]["conv1"]
    assert drift["random sign noise"]["logits"] < 0.2 * drift["FGSM"]["logits"]
    answer_sure = mean(results["confidence"]["attacked"])
    assert answer_sure > 0.85  # "mostly it is not" unsure


def test_references_are_those_of_the_bibliography() -> None:
    command = [sys.executable, str(ROOT / "tools" / "references.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
