#!/usr/bin/env python3
"""Lists the product profiles that have few licenses left."""
import sys

import requests

ORG_ID = "your organization"
API_KEY = "your key"
BASE = "https://usermanagement.adobe.io/v2/usermanagement"
LIMIT = 5  # licenses


def get_groups(token):
    headers = {"Authorization": "Bearer " + token, "x-api-key": API_KEY}
    groups, page = [], 0
    while True:
        r = requests.get(f"{BASE}/groups/{ORG_ID}/{page}", headers=headers)
        r.raise_for_status()
        data = r.json()
        groups.extend(data["groups"])
        if data["lastPage"]:
            return groups
        page += 1


scarce = []
for group in get_groups(sys.argv[1]):
    quota = group.get("licenseQuota", "UNLIMITED")
    if quota != "UNLIMITED" and int(quota) - group["memberCount"] < LIMIT:
        scarce.append(group["groupName"])
print("%d profiles: %s" % (len(scarce), ", ".join(sorted(scarce))))
