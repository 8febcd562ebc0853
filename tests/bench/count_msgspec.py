"""How many users of each type the organization has: `aiohttp` and `msgspec` with typed records, five pages in flight."""

import asyncio
import os

import aiohttp
import msgspec


class User(msgspec.Struct):
    email: str
    status: str
    username: str
    domain: str
    firstname: str
    lastname: str
    country: str
    type: str
    id: str
    groups: list[str] = []


class Page(msgspec.Struct):
    lastPage: bool
    result: str
    users: list[User]


async def main():
    url = f"{os.environ['UMAPI_URL']}/users/{os.environ['UMAPI_ORG_ID']}"
    decoder, counts, slots = msgspec.json.Decoder(Page), {}, asyncio.Semaphore(5)
    credentials = {
        "grant_type": "client_credentials",
        "client_id": os.environ["UMAPI_CLIENT_ID"],
        "client_secret": os.environ["UMAPI_CLIENT_SECRET"],
        "scope": "openid,AdobeID,user_management_sdk",
    }
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{os.environ['UMAPI_IMS_URL']}/ims/token/v2", data=credentials) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}", "X-Api-Key": os.environ["UMAPI_CLIENT_ID"]}

        async def read(page):
            async with slots, session.get(f"{url}/{page}", headers=headers) as answer:
                answer.raise_for_status()
                for user in decoder.decode(await answer.read()).users:
                    counts[user.type] = counts.get(user.type, 0) + 1
                return int(answer.headers["X-Page-Count"])

        pages = await read(0)
        await asyncio.gather(*(read(page) for page in range(1, pages)))
    for type in sorted(counts):
        print(type, counts[type])


asyncio.run(main())
