"""Counts the rows of a CSV file by type, one row at a time."""

import collections
import csv

with open("users.csv", newline="", encoding="utf-8") as file:
    types = collections.Counter(row["type"] for row in csv.DictReader(file))
for key, count in sorted(types.items()):
    print(key, count)
