#!/usr/bin/env python3
import requests

ORG_ID = "ABC123@AdobeOrg"
BASE = "https://usermanagement.adobe.io/v2/usermanagement/"
HEADERS = {"Authorization": "Bearer x", "x-api-key": "y"}
removed = []
problems = 0


class Leaver:
    def __init__(self, email, groups):
        self.email = email
        self.groups = groups

    def command(self):
        return {"user": self.email, "do": [{"remove": {"group": self.groups[:10]}}]}


def get(path):
    response = requests.get(BASE + path, headers=HEADERS)
    if response.status_code == 404:
        return None
    response.raise_for_status()
    return response.json()


def remove(leaver):
    global problems
    try:
        r = requests.post(BASE + "action/" + ORG_ID, json=[leaver.command()], headers=HEADERS, timeout=60)
        if r.json()["result"] == "success":
            removed.append(leaver.email)
        else:
            problems += 1
    except requests.exceptions.RequestException as e:
        print("failed:", e)
        problems += 1


data = get("users/" + ORG_ID + "/0")
users = data["users"] if data else []
for user in users:
    if user.get("status") == "active" and user["email"].endswith("@example.com"):
        remove(Leaver(user["email"], user.get("groups", [])))
print("removed:", ", ".join(sorted(removed)))
if problems > 0:
    print("%d problems" % problems)
