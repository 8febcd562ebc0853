"""Bare exchanges with the organization that the environment names: `http.client`, one connection, nothing retried."""

import http.client
import json
import os
from urllib.parse import urlencode, urlsplit


class Wire:
    def __init__(self):
        service = urlsplit(os.environ["UMAPI_URL"])
        self.connection = http.client.HTTPConnection(service.netloc)
        self.path = service.path
        self.organization = os.environ["UMAPI_ORG_ID"]
        self.headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.headers = {
            "Authorization": f"Bearer {self.token()}",
            "X-Api-Key": os.environ["UMAPI_CLIENT_ID"],
            "Content-Type": "application/json",
        }

    def token(self):
        credentials = {
            "grant_type": "client_credentials",
            "client_id": os.environ["UMAPI_CLIENT_ID"],
            "client_secret": os.environ["UMAPI_CLIENT_SECRET"],
            "scope": "openid,AdobeID,user_management_sdk",
        }
        _, body = self.exchange("POST", "/ims/token/v2", urlencode(credentials))
        return json.loads(body)["access_token"]

    def users(self):
        """Every user of the organization as a dict."""
        users, page, last = [], 0, False
        while not last:
            _, body = self.exchange("GET", f"{self.path}/users/{self.organization}/{page}")
            answer = json.loads(body)
            users += answer["users"]
            page, last = page + 1, answer["lastPage"]
        return users

    def exchange(self, method, path, body=None):
        """The headers and the bytes of an answer, which must be one of success."""
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return answer.headers, answer.read()
