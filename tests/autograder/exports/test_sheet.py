"""Any teacher's sheet comes back cell for cell."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies
from support.exports import save

from autograder.exports.sheet import Sheet

WRITABLE = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\0"))


@given(
    rows=strategies.lists(strategies.lists(WRITABLE, min_size=3, max_size=3), max_size=4),
    delimiter=strategies.sampled_from(",;\t"),
    line_end=strategies.sampled_from(["\n", "\r\n"]),
    mark=strategies.sampled_from(["", "\ufeff"]),
)
@settings(deadline=None)
def test_a_sheet_comes_back_cell_for_cell(rows, delimiter, line_end, mark):
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    head = f"Student{delimiter}ID{delimiter}Section{line_end}"
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder) / "sheet.csv", mark + head + table.getvalue())
        sheet = Sheet.read(path, "ID")
        again = Sheet.read(save(path, sheet.text()), "ID")
    assert sheet.rows == rows
    assert again == sheet
    assert sheet.text().startswith(mark + head)
