"""How many users of each type the organization has."""

from umapi_client import UsersQuery

from connect import connect

counts = {}
for user in UsersQuery(connect()):
    counts[user["type"]] = counts.get(user["type"], 0) + 1
for type in sorted(counts):
    print(type, counts[type])
