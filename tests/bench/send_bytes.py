"""Sends the same action requests as the scripts beside this one and looks at no answer."""

import csv
import json

from wire import Wire

wire = Wire()
with open("people.csv", newline="", encoding="utf-8") as file:
    emails = [row["email"] for row in csv.DictReader(file)]
for first in range(0, len(emails), 10):
    steps = [{"add": {"group": ["Interns"]}}]
    commands = [{"user": email, "do": steps} for email in emails[first : first + 10]]
    wire.exchange("POST", f"{wire.path}/action/{wire.organization}", json.dumps(commands))
