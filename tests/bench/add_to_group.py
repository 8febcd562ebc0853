"""Adds the people of a file to a group."""

import csv

from umapi_client import UserAction

from connect import connect

with open("people.csv", newline="", encoding="utf-8-sig") as file:
    actions = [UserAction(row["email"]).add_to_groups(["Interns"]) for row in csv.DictReader(file)]
_, _, completed = connect().execute_multiple(actions)
print(completed)
