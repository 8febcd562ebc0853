#!/usr/bin/env python3
"""Report license use by department."""
import argparse
import csv
import logging
import sys
from collections import Counter, defaultdict
from datetime import datetime

import requests

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)

BASE_URL = "https://usermanagement.adobe.io/v2/usermanagement"
ORG_ID = "ABC123@AdobeOrg"
API_KEY = "key"
failed = []


def get_headers(token):
    return {"Authorization": "Bearer " + token, "x-api-key": API_KEY}


def get_users(token, group=None):
    users = []
    page = 0
    while True:
        url = f"{BASE_URL}/users/{ORG_ID}/{page}"
        if group:
            url += "/" + group
        response = requests.get(url, headers=get_headers(token), timeout=30)
        if response.status_code != 200:
            logger.error("Request failed: %s", response.text)
            failed.append(page)
            break
        data = response.json()
        users.extend(data.get("users", []))
        if data.get("lastPage"):
            break
        page += 1
    return users


def main():
    parser = argparse.ArgumentParser(description="Report")
    parser.add_argument("--output", "-o", default="report.csv", help="where to write")
    parser.add_argument("--group")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    token = "abc"
    users = get_users(token, group=args.group)
    by_type = Counter(u["type"] for u in users)
    by_domain = defaultdict(list)
    for user in users:
        domain = user["email"].split("@")[1].lower()
        by_domain[domain].append(user["email"])
    with open(args.output, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["domain", "count", "share"])
        for domain, members in sorted(by_domain.items()):
            writer.writerow([domain, len(members), f"{len(members) / len(users):.2%}"])
    for kind, count in by_type.most_common():
        print(f"{kind:<15} {count:>5}")
    if failed:
        print("failed pages:", failed, file=sys.stderr)
        sys.exit(1)
    print(f"done at {datetime.now():%Y-%m-%d}")


if __name__ == "__main__":
    main()
