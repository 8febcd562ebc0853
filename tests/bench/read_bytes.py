"""Fetches every page of the users and looks at none: what the server and the way cost whoever reads them."""

from wire import Wire

wire = Wire()
page, pages = 0, 1
while page < pages:
    headers, _ = wire.exchange("GET", f"{wire.path}/users/{wire.organization}/{page}")
    pages = int(headers["X-Page-Count"])
    page += 1
