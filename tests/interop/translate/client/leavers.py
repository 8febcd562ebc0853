"""Moves people by umapi-client."""
import sys

from umapi_client import Connection, GroupsQuery, IdentityType, UserAction, UserQuery, UsersQuery

conn = Connection(sys.argv[1], None, endpoint=sys.argv[2])
names = sorted(group["groupName"] for group in GroupsQuery(conn))
print(len(names), names[0])
before = [user["email"] for user in UsersQuery(conn)]
actions = []
for name in ["new.one", "new.two"]:
    action = UserAction(f"{name}@fed.example.com")
    action.create(f"{name}@fed.example.com", firstname="New", lastname=name, country="US")
    action.add_to_groups(["Designers"])
    actions.append(action)
conn.execute_multiple(actions)
for user in UsersQuery(conn, in_group="Designers"):
    if user["email"] not in before:
        print(user["email"], user["firstname"], user["country"])
changed = UserAction("new.one@fed.example.com").update(firstname="Newer").remove_from_groups(["Designers"])
queued, sent, done = conn.execute_single(changed, immediate=True)
print(queued, sent, done)
one = UserQuery(conn, "new.one@fed.example.com").result()
print(one["firstname"], one.get("groups", []))
gone = UserAction("new.two@fed.example.com")
gone.remove_from_organization()
conn.execute_single(gone, immediate=True)
print(UserQuery(conn, "new.two@fed.example.com").result() == {}, IdentityType.adobeID != IdentityType.federatedID)
