"""Add the people of a file, ten at a time."""

import csv
import json
import os
import time

import requests

ORG_ID = os.environ.get("UMAPI_ORG_ID", "")
TOKEN_URL = "https://ims-na1.adobelogin.com/ims/token/v2"
API = "https://usermanagement.adobe.io/v2/usermanagement"
BATCH = 10


def get_token():
    data = {
        "grant_type": "client_credentials",
        "client_id": os.environ["UMAPI_CLIENT_ID"],
        "client_secret": os.environ["UMAPI_CLIENT_SECRET"],
        "scope": "openid,AdobeID,user_management_sdk",
    }
    response = requests.post(TOKEN_URL, data=data)
    response.raise_for_status()
    return response.json()["access_token"]


def command(row):
    groups = [g.strip() for g in row["groups"].split(";") if g.strip()]
    steps = [{
        "createFederatedID": {
            "email": row["email"],
            "country": row["country"] or "US",
            "firstname": row["first"],
            "lastname": row["last"],
        }
    }]
    if groups:
        steps.append({"add": {"group": groups}})
    return {"user": row["email"], "do": steps}


def send(commands, headers):
    url = f"{API}/action/{ORG_ID}?testOnly=true"
    response = requests.post(url, headers=headers, data=json.dumps(commands))
    if response.status_code == 429:
        time.sleep(int(response.headers.get("Retry-After", "1")))
        response = requests.post(url, headers=headers, data=json.dumps(commands))
    result = response.json()
    print("sent", len(commands), "result", result["result"])
    for error in result.get("errors", []):
        print(f"{error['user']}: {error['errorCode']}")
    return result["completed"]


token = get_token()
headers = {"Authorization": f"Bearer {token}", "x-api-key": os.environ["UMAPI_CLIENT_ID"],
           "Content-Type": "application/json"}
with open("people.csv") as f:
    commands = [command(row) for row in csv.DictReader(f)]
done = 0
for i in range(0, len(commands), BATCH):
    done += send(commands[i:i + BATCH], headers)
print(f"{done} of {len(commands)} done")
