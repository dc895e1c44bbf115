"""Which state may follow which."""

from __future__ import annotations

import pytest

from nftd import states
from nftd.errors import IllegalTransition


def test_every_state_that_can_be_reached_is_known() -> None:
    for kind, table in states.TABLES.items():
        for following in table.values():
            assert following <= table.keys(), kind


def test_a_finished_run_stays_finished() -> None:
    with pytest.raises(IllegalTransition, match="from done it may become nothing"):
        states.check("run", "done", "running")


def test_nothing_is_signed_before_it_is_prepared_and_nothing_listed_before_it_is_submitted() -> None:
    for old, new in (("prepared", "submitted"), ("prepared", "listed"), ("signed", "listed"), ("sold", "prepared")):
        with pytest.raises(IllegalTransition):
            states.check("publication", old, new)


def test_a_refused_submission_falls_back_to_signed() -> None:
    states.check("publication", "submitted", "signed")


def test_a_local_archive_never_becomes_pinned() -> None:
    with pytest.raises(IllegalTransition):
        states.check("pin", "archived", "pinned")


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        states.check("run", "no such state", "done")
