"""The page of common mistakes is made from the wrong answers, and names each of them."""

import mutants
import ta_page


def test_the_page_is_as_its_program_writes_it():
    assert ta_page.PAGE.read_text(encoding="utf-8") == ta_page.page(), "python tools/ta_page.py"


def test_every_wrong_answer_is_on_it_once():
    lines = ta_page.page().splitlines()
    for mutant in mutants.mutants():
        assert sum(line.startswith(f"| {ta_page.cell(mutant.title)} |") for line in lines) >= 1
    rows = sum(line.startswith("| ") and not line.startswith("| the answer") for line in lines)
    assert rows == len(mutants.mutants())
