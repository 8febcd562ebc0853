"""Fifty times: how many federated users are in each group?"""

from wire import Wire

users = Wire().users()
counts = {}
for _ in range(50):
    counts = {}
    for user in users:
        if user["type"] == "federatedID":
            for group in user.get("groups", ()):
                counts[group] = counts.get(group, 0) + 1
for group, count in sorted(counts.items(), key=lambda item: (-item[1], item[0].lower())):
    print(count, group)
