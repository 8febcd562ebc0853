"""Twenty times: all users, sorted by last name."""

from wire import Wire

users = Wire().users()
for round in range(20):
    in_order = sorted(users, key=lambda user: user["lastname"])
print(in_order[0]["lastname"])
