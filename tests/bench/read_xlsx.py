"""Counts the rows of a workbook by type, one row at a time."""

import collections

import openpyxl

sheet = openpyxl.load_workbook("users.xlsx", read_only=True).active
rows = sheet.iter_rows(values_only=True)
place = next(rows).index("type")
types = collections.Counter(row[place] for row in rows)
for key, count in sorted(types.items()):
    print(key, count)
