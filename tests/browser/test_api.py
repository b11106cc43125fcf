"""The REST interface beside the page: the same server, the same library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from tests.browser.conftest import Site


def test_the_rest_interface_stands_beside_the_page(site: Site) -> None:
    with urllib.request.urlopen(f"{site.address}/api/health") as health:
        assert json.load(health) == {"ready": True}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site.address}/api/documents")
    with refused.value as answer:
        assert answer.code == 403
        assert "set RAG_API_TOKEN" in json.load(answer)["error"]
