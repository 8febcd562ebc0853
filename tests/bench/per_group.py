"""How many federated users each group has, asked time and again."""

from collections import Counter

from umapi_client import UsersQuery

from connect import connect

users = UsersQuery(connect()).all_results()
for _ in range(20):
    counts = Counter()
    for user in users:
        if user["type"] == "federatedID":
            counts.update(user.get("groups", ()))
for group in sorted(counts):
    print(group, counts[group])
