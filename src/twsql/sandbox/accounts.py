"""The operations on accounts."""

from __future__ import annotations

from . import filters
from .pages import Listing, cut, page_json, page_request
from .records import Account
from .render import account_json
from .request import Request
from .wire import Answer


def list_accounts(request: Request) -> Answer:
    """Answer a page of the accounts that the credentials may read."""
    query = request.query
    name, status = (
        query.get("FriendlyName"),
        filters.choice(query, "Status", ("active", "suspended", "closed")),
    )
    known = request.state.world.accounts
    accounts = [known[sid] for sid in request.readable]

    def keep(account: Account) -> bool:
        return name in (None, account.name) and status in (None, "active")

    page = cut(page_request(query), Listing(range(len(accounts)), accounts.__getitem__, keep))
    items = [account_json(one) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "accounts", items).encode())


def update_account(request: Request) -> Answer:
    """Name an account anew."""
    request.account.name = request.form.get("FriendlyName", [request.account.name])[-1]
    return fetch_account(request)


def fetch_account(request: Request) -> Answer:
    """Answer one account."""
    return Answer(200, account_json(request.account).encode())
