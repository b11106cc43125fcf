"""The REST interface against its own description: schemathesis finds no failure."""

from __future__ import annotations

from pathlib import Path

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.api.shelf import SHOWN, make_api, open_shelf

CONFIG = {
    "seed": 1,
    "headers": SHOWN,
    "continue-on-failure": True,
    "suppress-health-check": ["all"],
    "generation": {"max-examples": 8, "database": "none", "no-shrink": True},
    "phases": {"stateful": {"max-steps": 4}},
}


def test_what_is_described_is_what_is_done(tmp_path: Path) -> None:
    assistant = open_shelf(tmp_path)
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json", make_api(assistant), config=config, headers=SHOWN
    )
    failures, tried = [], 0
    for event in from_schema(schema).execute():
        assert not isinstance(event, (events.FatalError, events.NonFatalError)), event
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                tried += len(checks)
                failures += [check for check in checks if check.status != Status.SUCCESS]
    assistant.library.close()
    assert not failures, "\n\n".join(str(check.failure_info) for check in failures)
    assert tried > 1_000
