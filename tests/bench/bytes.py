"""Fetches every page of the users and looks at none: what the server and the way cost whoever reads them."""

import http.client
import json
import os
from urllib.parse import urlencode, urlsplit

service = urlsplit(os.environ["UMAPI_URL"])
connection = http.client.HTTPConnection(service.netloc)


def fetch(method, path, body=None, headers={}):
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return answer, answer.read()


credentials = {
    "grant_type": "client_credentials",
    "client_id": os.environ["UMAPI_CLIENT_ID"],
    "client_secret": os.environ["UMAPI_CLIENT_SECRET"],
    "scope": "openid,AdobeID,user_management_sdk",
}
form = {"Content-Type": "application/x-www-form-urlencoded"}
_, token = fetch("POST", "/ims/token/v2", urlencode(credentials), form)
headers = {
    "Authorization": "Bearer " + json.loads(token)["access_token"],
    "X-Api-Key": os.environ["UMAPI_CLIENT_ID"],
}
page, pages = 0, 1
while page < pages:
    answer, _ = fetch("GET", f"{service.path}/users/{os.environ['UMAPI_ORG_ID']}/{page}", headers=headers)
    pages = int(answer.headers["X-Page-Count"])
    page += 1
