"""Every call on records that vibecode-b24-bot has, against the API at the given URL."""

import asyncio
import json
import sys

from vibecode_b24_bot import VibeCode
from vibecode_b24_bot.client import APIError


async def main(url: str, key: str) -> dict:
    async with VibeCode(api_key=key, base_url=url) as client:
        me = await client.me()
        guide = await client.guide()
        created = await client.create_entity(
            "contacts",
            name="Vera",
            lastName="Orlova",
            phone="+79161234567",
            email=[{"value": "vera@example.com", "typeId": "HOME"}],
        )
        contact = created["id"]
        read = await client.get_entity("contacts", contact)
        updated = await client.update_entity("contacts", contact, post="Director", companyId=15)
        listed = await client.list_entity("contacts", limit=2, offset=1)
        filtered = await client.get("/contacts", lastName="Orlova", select="id,post")
        found = await client.search_entity(
            "contacts",
            filter={"post": "Director", "id": {"$gte": contact}},
            order={"id": "desc"},
            limit=10,
        )
        with_ids = await client.batch(
            [
                {"id": "me", "entity": "contacts", "action": "get", "entityId": contact},
                {
                    "id": "deal",
                    "entity": "deals",
                    "action": "create",
                    "params": {"title": "Order", "contactId": contact},
                },
                {"id": "none", "entity": "contacts", "action": "get", "entityId": 9999},
            ]
        )
        without_ids = await client.batch(
            [
                {"entity": "contacts", "action": "list", "params": {"limit": 2}},
                {
                    "entity": "contacts",
                    "action": "update",
                    "entityId": contact,
                    "params": {"comments": "By a batch"},
                },
                {"entity": "deals", "action": "search", "params": {"filter": {"title": "Order"}}},
            ]
        )
        stages = await client.get("/statuses", **{"filter[entityId]": "DEAL_STAGE"})
        users = await client.list_entity("users")
        deleted = await client.delete_entity("contacts", contact)
        try:
            await client.get_entity("contacts", contact)
            gone = None
        except APIError as error:
            gone = [error.code, error.message]
        return {
            "portal": me["portal"],
            "tariff": me["tariff"]["code"],
            "entities": guide["entityApi"]["entities"],
            "created": created,
            "read": read,
            "updated": updated,
            "listed": [each["id"] for each in listed],
            "filtered": filtered,
            "found": [each["id"] for each in found],
            "with_ids": with_ids,
            "without_ids": without_ids,
            "stages": [each["statusId"] for each in stages],
            "users": [each["id"] for each in users],
            "deleted": deleted,
            "gone": gone,
        }


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
