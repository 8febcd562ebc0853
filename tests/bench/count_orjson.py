"""How many users of each type the organization has: `http.client` and `orjson`, one page after another."""

import orjson

from wire import Wire

wire = Wire()
counts, page, last = {}, 0, False
while not last:
    _, body = wire.exchange("GET", f"{wire.path}/users/{wire.organization}/{page}")
    answer = orjson.loads(body)
    for user in answer["users"]:
        counts[user["type"]] = counts.get(user["type"], 0) + 1
    page, last = page + 1, answer["lastPage"]
for type in sorted(counts):
    print(type, counts[type])
