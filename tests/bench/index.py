"""Twenty times: an index of all users by e-mail, and one look-up in it."""

from wire import Wire

users = Wire().users()
found = 0
for round in range(20):
    by_email = {user["email"].lower(): user for user in users}
    if users[round]["email"].lower() in by_email:
        found += 1
print(found)
