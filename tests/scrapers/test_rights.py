"""The rights gate: default deny, whole identifiers only, the strictest statement wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.rights import read_rights, strictest

CC = "https://creativecommons.org"
A16Z = "ar://zmc1WTspIhFyVY82bwfAIcIExLFH5lUcHHUN0wXg4W8"
OLD_A16Z = "https://arweave.net/_D9kN1WrNWbCq55BSAGRbTB4bS3v8QAPTYmBThSbX3A"


@pytest.mark.parametrize(
    ("statement", "spdx", "attribution", "share_alike"),
    [
        ("CC0", "CC0-1.0", False, False),
        ("cc0-1.0", "CC0-1.0", False, False),
        (" CC0 1.0 Universal. ", "CC0-1.0", False, False),
        ("\uff23\uff23\uff10", "CC0-1.0", False, False),
        ("C\u200bC0", "CC0-1.0", False, False),
        ("0x4343302d312e30", "CC0-1.0", False, False),
        (f"{CC}/publicdomain/zero/1.0/", "CC0-1.0", False, False),
        ("http://www.creativecommons.org/publicdomain/zero/1.0/legalcode.en", "CC0-1.0", False, False),
        (f"{CC}/publicdomain/mark/1.0/", "CC-PDM-1.0", False, False),
        ("https://spdx.org/licenses/CC0-1.0.html", "CC0-1.0", False, False),
        (f"{A16Z}/0", "CC0-1.0", False, False),
        (f"{OLD_A16Z}/0", "CC0-1.0", False, False),
        ("CC-BY-4.0", "CC-BY-4.0", True, False),
        (f"{CC}/licenses/by/4.0/?ref=chooser-v1", "CC-BY-4.0", True, False),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0", True, True),
        ("CC BY-SA 4.0 (Attribution ShareAlike)", "CC-BY-SA-4.0", True, True),
        (f"{CC}/licenses/by-sa/4.0/deed.pt_BR", "CC-BY-SA-4.0", True, True),
    ],
)
def test_whole_identifiers_and_deeds_permit(statement: str, spdx: str, attribution: bool, share_alike: bool) -> None:
    for rights in (read_rights(statement, None), read_rights(None, statement)):
        assert (rights.decision, rights.license) == ("allow", spdx)
        assert (rights.attribution, rights.share_alike) == (attribution, share_alike)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("", "none_stated"),
        ("  \u200b ", "none_stated"),
        ("None", "all_rights_reserved"),
        ("None (All rights reserved)", "all_rights_reserved"),
        ("© 2021 X. All Rights Reserved.", "all_rights_reserved"),
        ("not all rights reserved", "all_rights_reserved"),
        ("NIFTY", "personal_use"),
        ("for personal use only", "personal_use"),
        (f"{A16Z}/4", "personal_use"),
        (f"{A16Z}/5", "personal_use"),
        ("1", "marketplace_code"),
        ("2", "marketplace_code"),
        ("3", "marketplace_code"),
        ("CC BY-NC 4.0", "no_commercial_use"),
        ("CC-BY-NC-SA-4.0", "no_commercial_use"),
        ("CC0, but no commercial use", "no_commercial_use"),
        (f"{CC}/licenses/by-nc/4.0/", "no_commercial_use"),
        (f"{CC}/licenses/by-nc-nd/2.0/uk/", "no_commercial_use"),
        ("CC BY-ND 4.0", "no_derivatives"),
        (f"{CC}/licenses/by-nd/4.0/", "no_derivatives"),
        ("All rights reserved, see https://gallery.example/terms", "all_rights_reserved"),
        ("This is not CC0", "unrecognized_text"),
        ("CC0 is a license I dislike", "unrecognized_text"),
        ("Not CC BY 4.0", "unrecognized_text"),
        ("\u0421\u04210", "unrecognized_text"),
        ("no rights reserved", "unrecognized_text"),
        ("x" * 30_000, "statement_too_long"),
    ],
)
def test_restrictions_and_unknown_words_deny(statement: str, reason: str) -> None:
    for rights in (read_rights(statement, None), read_rights(None, statement)):
        assert (rights.decision, rights.reason, rights.attribution) == ("deny", reason, False)


@pytest.mark.parametrize(
    ("text", "url", "reason"),
    [
        (None, f"{A16Z}/1", "holder_rights"),
        (None, f"{OLD_A16Z}/3", "holder_rights"),
        ("custom", "https://artist.example/license", "unknown_terms"),
        ("This is not CC0, see https://artist.example/", None, "unknown_terms"),
        ("CC BY 3.0", None, "other_version"),
        (None, f"{CC}/licenses/by/3.0/", "other_version"),
        (None, f"{CC}/licenses/by/4.0/xx-evil", "unknown_terms"),
        ("Public Domain", None, "public_domain_unproven"),
        (None, "https://creativecommons.org@evil.example/publicdomain/zero/1.0/", "unknown_terms"),
        (None, "https://evil.example/https://creativecommons.org/publicdomain/zero/1.0/", "unknown_terms"),
        (None, "https://creativecommons.org.evil.example/publicdomain/zero/1.0/", "unknown_terms"),
        (None, "https://evil.example/?creativecommons.org/publicdomain/zero/1.0/", "unknown_terms"),
        (None, f"{A16Z}/00", "unknown_terms"),
        (None, f"{A16Z}evil/0", "unknown_terms"),
        (None, "https://www.apache.org/licenses/LICENSE-2.0", "unknown_terms"),
    ],
)
def test_what_a_person_must_read_is_held(text: str | None, url: str | None, reason: str) -> None:
    rights = read_rights(text, url)
    assert (rights.decision, rights.reason) == ("review", reason)


@pytest.mark.parametrize(
    ("text", "url", "decision", "spdx"),
    [
        ("CC0", f"{CC}/licenses/by-nc/4.0/", "deny", None),
        ("All rights reserved", f"{CC}/publicdomain/zero/1.0/", "deny", None),
        ("CC0", "https://artist.example/terms", "review", None),
        ("CC0", f"{CC}/licenses/by/4.0/", "allow", "CC-BY-4.0"),
        ("CC-BY-4.0", f"{CC}/licenses/by-sa/4.0/", "allow", "CC-BY-SA-4.0"),
        ("CC BY 4.0", "", "allow", "CC-BY-4.0"),
        (None, None, "deny", None),
    ],
)
def test_of_two_statements_the_strictest_wins(
    text: str | None, url: str | None, decision: str, spdx: str | None
) -> None:
    rights = read_rights(text, url)
    assert (rights.decision, rights.license) == (decision, spdx)
    turned = read_rights(url, text)
    assert (turned.decision, turned.license) == (decision, spdx)


def test_of_several_licenses_of_one_work_the_strictest_wins() -> None:
    free, held = read_rights("CC0", None), read_rights(None, "https://x.example/")
    assert strictest([free, read_rights("CC BY-ND 4.0", None), held]).reason == "no_derivatives"
    assert strictest([free, held]) is held
    assert strictest([]).reason == "none_stated"


def test_the_statement_is_kept_as_evidence_without_control_characters() -> None:
    rights = read_rights("All rights\u202e reserved\x00", "https://x.example/t")
    assert (rights.text, rights.url) == ("All rights reserved", "https://x.example/t")


@given(st.text(max_size=80) | st.binary(max_size=40).map(bytes.hex), st.none() | st.text(max_size=80))
def test_no_statement_crashes_and_chance_text_permits_nothing(text: str, url: str | None) -> None:
    rights = read_rights(text, url)
    assert rights.decision in {"review", "deny"} or rights.license


@given(st.text(min_size=1, max_size=20, alphabet=st.characters(categories=["L", "N"])), st.booleans())
def test_words_around_a_license_name_take_its_permission_away(words: str, before: bool) -> None:
    for name in ("CC0", "CC-BY-4.0", "CC-BY-SA-4.0"):
        statement = f"{words} {name}" if before else f"{name} {words}"
        if words.casefold() != "international":
            assert read_rights(statement, None).decision != "allow"
