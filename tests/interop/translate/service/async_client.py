#!/usr/bin/env python3
"""An asynchronous client for the User Management API, in the style of many."""

import asyncio
import logging
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Dict, List, Optional

import aiohttp

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)


def retry_on_error(max_retries: int = 3, pause: float = 0.0):
    """Tries a call again when it fails."""
    def decorator(func):
        @wraps(func)
        async def wrapper(*args, **kwargs):
            last_exception = None
            for attempt in range(max_retries):
                try:
                    return await func(*args, **kwargs)
                except (aiohttp.ClientError, asyncio.TimeoutError) as e:
                    last_exception = e
                    logger.warning(f"Attempt {attempt + 1} failed: {e}")
                    await asyncio.sleep(pause)
            raise last_exception
        return wrapper
    return decorator


@dataclass
class NewUser:
    """A person to create."""
    email: str
    first: str
    last: str
    country: str = "US"
    groups: List[str] = field(default_factory=list)

    def to_command(self) -> Dict[str, Any]:
        steps = [{"createFederatedID": {
            "email": self.email,
            "firstname": self.first,
            "lastname": self.last,
            "country": self.country,
        }}]
        if self.groups:
            steps.append({"add": {"group": self.groups}})
        return {"user": self.email, "do": steps}


class Client:
    """Signs in, and sends what it is asked to."""

    def __init__(self, org_id: str, client_id: str, base_url: str = "https://usermanagement.adobe.io"):
        self.org_id = org_id
        self.client_id = client_id
        self.base_url = base_url
        self.session: Optional[aiohttp.ClientSession] = None
        self.access_token = None
        self.expiry = None
        self.calls = 0

    async def __aenter__(self):
        connector = aiohttp.TCPConnector(limit=10)
        self.session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60))
        await self.authenticate()
        return self

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        if self.session:
            await self.session.close()

    async def authenticate(self):
        """Get a token"""
        data = {
            "client_id": self.client_id,
            "client_secret": os.environ["UMAPI_CLIENT_SECRET"],
            "grant_type": "client_credentials",
        }
        async with self.session.post("https://ims-na1.adobelogin.com/ims/token/v3", data=data) as resp:
            if resp.status == 200:
                token = await resp.json()
                self.access_token = token["access_token"]
                self.expiry = datetime.utcnow() + timedelta(hours=23)
            else:
                raise Exception(f"No token: {await resp.text()}")

    async def _ensure(self):
        if not self.access_token or datetime.utcnow() >= self.expiry:
            await self.authenticate()

    def _headers(self) -> Dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}", "x-api-key": self.client_id}

    @retry_on_error(max_retries=2)
    async def create(self, user: NewUser, test_only: bool = True) -> Dict[str, Any]:
        """Create a person"""
        await self._ensure()
        self.calls += 1
        url = f"{self.base_url}/v2/usermanagement/action/{self.org_id}"
        async with self.session.post(
            url,
            headers=self._headers(),
            params={"testOnly": "true" if test_only else "false"},
            json=[user.to_command()]
        ) as resp:
            return await self._handle(resp)

    @retry_on_error()
    async def get_user(self, email: str) -> Optional[Dict[str, Any]]:
        await self._ensure()
        url = f"{self.base_url}/v2/usermanagement/organizations/{self.org_id}/users/{email}"
        async with self.session.get(url, headers=self._headers()) as resp:
            data = await self._handle(resp)
            return data.get("user")

    async def get_users(self) -> List[Dict[str, Any]]:
        users: List[Dict[str, Any]] = []
        page = 0
        while True:
            url = f"{self.base_url}/v2/usermanagement/users/{self.org_id}/{page}"
            async with self.session.get(url, headers=self._headers()) as resp:
                data = await self._handle(resp)
                users.extend(data.get("users", []))
                if data.get("lastPage", True):
                    break
                page += 1
        return users

    @retry_on_error(max_retries=2)
    async def fail(self):
        self.calls += 1
        raise aiohttp.ClientError("refused")

    async def _handle(self, response: aiohttp.ClientResponse) -> Dict[str, Any]:
        if response.status in [200, 201]:
            return await response.json()
        raise aiohttp.ClientError(f"status {response.status}: {await response.text()}")


async def main():
    config = {"org_id": os.environ["UMAPI_ORG_ID"], "client_id": os.environ["UMAPI_CLIENT_ID"]}
    people = [
        NewUser("kim@example.com", "Kim", "Lee", groups=["Designers"]),
        NewUser(email="ben@example.com", first="Ben", last="Osei", country="GH"),
    ]
    async with Client(**config) as client:
        for person in people:
            result = await client.create(person)
            print(f"{person.email}: {result['result']}, {result['completed']} done")
        user = await client.get_user("kim@example.com")
        print(user["email"], user["groups"], client.calls)
        users = await client.get_users()
        print(f"{len(users)} users: {[u['email'] for u in users]}")
        try:
            await client.fail()
        except aiohttp.ClientError as e:
            print(f"failed after {client.calls} calls: {e}")


if __name__ == "__main__":
    asyncio.run(main())
