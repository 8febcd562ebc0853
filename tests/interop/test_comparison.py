"""The guide's table of the same jobs through `umapi-cli` and `umapish` shows what really happens."""

import os
import pathlib
import unittest

import comparison

PAGE = pathlib.Path(__file__).parents[2] / "src" / "guide" / "coming-from-python.md"
# As for the other generated parts of the guide, this variable rewrites the table.
UPDATE = "UMAPI_UPDATE"


class Guide(unittest.TestCase):
    def test_the_table_is_what_both_tools_do(self):
        measured = comparison.table()
        lines = PAGE.read_text(encoding="utf-8").splitlines()
        start = lines.index(comparison.HEADER[0])
        end = next(index for index in range(start, len(lines)) if not lines[index].startswith("|"))
        if os.environ.get(UPDATE):
            lines[start:end] = measured
            PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        else:
            self.assertEqual(lines[start:end], measured)
