"""Pages: sizes, addresses, and that they are stable while the list changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from twsql.sandbox import Sandbox

from .raw import Http, error


@pytest.fixture
def many(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> Http:
    """An account with 120 conferences in progress."""
    return connect(make(conferences=120, over=0, participants=2))


def pages(http: Http, path: str, link: str = "next_page_uri") -> Iterator[dict[str, Any]]:
    """Follow the pages of a list."""
    answer = http.get(path).json()
    yield answer
    while answer[link] is not None:
        answer = http.get(answer[link]).json()
        yield answer


def sids(page: dict[str, Any]) -> list[str]:
    """Return the SIDs of a page of conferences."""
    return [one["sid"] for one in page["conferences"]]


def test_pages_cover_a_list_once(many: Http) -> None:
    """50 items a page by default, the newest first, each once; the last page leads nowhere."""
    found = list(pages(many, "/Conferences.json?Status=in-progress"))
    assert [len(page["conferences"]) for page in found] == [50, 50, 20]
    assert len({sid for page in found for sid in sids(page)}) == 120
    places = [(page["page"], page["start"], page["end"], page["page_size"]) for page in found]
    assert places == [(0, 0, 49, 50), (1, 50, 99, 50), (2, 100, 119, 50)]
    assert found[0]["previous_page_uri"] is None


def test_a_full_last_page_leads_nowhere(many: Http) -> None:
    """120 items in pages of 40 are three pages, not four; an empty list is one page."""
    assert len(list(pages(many, "/Conferences.json?PageSize=40"))) == 3
    [empty] = pages(many, "/Conferences.json?Status=init")
    assert (empty["conferences"], empty["start"], empty["end"]) == ([], 0, 0)


def test_previous_pages_lead_back(many: Http) -> None:
    """Going back gives the same pages in turn, to the first."""
    forward = list(pages(many, "/Conferences.json?PageSize=25"))
    back = list(pages(many, forward[-1]["uri"], "previous_page_uri"))
    assert [sids(page) for page in back] == [sids(page) for page in forward[::-1]]
    assert [page["page"] for page in back] == [4, 3, 2, 1, 0]
    assert sids(many.get(back[0]["first_page_uri"]).json()) == sids(forward[0])


def test_addresses_are_relative_and_keep_the_filters(many: Http) -> None:
    """The next page's address has the filters, the size and an opaque token; its own `uri` is what was asked."""
    query = "FriendlyName=a%2Fb&DateCreated%3E=2020-01-01&PageSize=7"
    page = many.get(f"/Conferences.json?{query}").json()
    assert page["uri"].endswith(f"/Conferences.json?{query}")
    page = many.get("/Conferences.json?DateCreated%3E=2020-01-01&PageSize=7").json()
    parts = urlsplit(page["next_page_uri"])
    assert (parts.scheme, parts.netloc) == ("", "")
    asked = parse_qs(parts.query)
    assert asked.keys() == {"DateCreated>", "PageSize", "Page", "PageToken"}
    assert (asked["DateCreated>"], asked["PageSize"], asked["Page"]) == (["2020-01-01"], ["7"], ["1"])


def test_new_items_do_not_move_what_follows(many: Http) -> None:
    """A conference made between two pages shifts nothing: no item twice, none missing."""
    first = many.get("/Conferences.json?PageSize=60").json()
    for number in range(5):
        many.add(f"new-{number}")
    second = many.get(first["next_page_uri"]).json()
    assert len(set(sids(first)) | set(sids(second))) == 120
    assert second["next_page_uri"] is None


def test_items_that_go_do_not_move_what_follows(many: Http) -> None:
    """A conference that ends between two pages hides no other."""
    first = many.get("/Conferences.json?PageSize=60").json()
    for sid in sids(first)[30:]:
        many.post(f"/Conferences/{sid}.json", {"Status": "completed"})
    second = many.get(first["next_page_uri"]).json()
    assert len(set(sids(first)) | set(sids(second))) == 120


def test_participants_and_calls_have_pages_too(many: Http) -> None:
    """Seeded and placed ones alike, across the boundary between them."""
    sid = many.add("team")["conference_sid"]
    for _ in range(4):
        many.add(sid)
    found = [page["participants"] for page in pages(many, f"/Conferences/{sid}/Participants.json?PageSize=2")]
    assert [len(one) for one in found] == [2, 2, 1]
    calls = [call["sid"] for page in pages(many, "/Calls.json?PageSize=100") for call in page["calls"]]
    assert (len(calls), len(set(calls))) == (245, 245)


@pytest.mark.parametrize("size", ["0", "1001", "-1", "many", "", "1.5"])
def test_sizes_are_1_to_1000(http: Http, size: str) -> None:
    """Another size is error 20007."""
    assert error(http.get(f"/Conferences.json?PageSize={size}")) == (400, 20007)


@pytest.mark.parametrize("query", ["Page=1", "Page=x", "Page=1&PageToken=nonsense", "PageToken=PA"])
def test_a_page_is_reached_by_its_token_only(http: Http, query: str) -> None:
    """A page number without a token, and a token that was not given out, are refused."""
    assert error(http.get(f"/Conferences.json?{query}")) == (400, 20001)


def test_a_thousand_on_a_page(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """The largest page has a thousand items."""
    http = connect(make(conferences=2100))
    found = list(pages(http, "/Conferences.json?Status=completed&PageSize=1000"))
    assert [len(page["conferences"]) for page in found] == [1000, 50]
