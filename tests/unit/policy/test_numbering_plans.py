"""Numbers as people write and paste them, in countries whose numbering plan has changed or has exceptions."""

import pytest

from sinch_voice_mcp.policy import describe_number
from sinch_voice_mcp.policy.numbers import Fault, examine


@pytest.mark.parametrize(
    ("written", "e164", "region", "kind"),
    [
        # Ivory Coast has had ten digits since 2021, Kosovo its own calling code since 2016.
        ("+2250123456789", "+2250123456789", "CI", "mobile"),
        ("+383 43 201 234", "+38343201234", "XK", "mobile"),
        # In Argentina, 15 within the country is a 9 behind the calling code from abroad.
        ("+54 11 15 2345 6789", "+5491123456789", "AR", "mobile"),
        ("+54 9 11 2345-6789", "+5491123456789", "AR", "mobile"),
        # The zero belongs to an Italian number; elsewhere it is only dialed within the country.
        ("+390212345678", "+390212345678", "IT", "fixed"),
        ("+39 (0)2 1234 5678", "+390212345678", "IT", "fixed"),
        ("+49 030 123456", "+4930123456", "DE", "fixed"),
        ("+44 (0)20 8946 1234", "+442089461234", "GB", "fixed"),
        ("+611300123456", "+611300123456", "AU", "shared_cost"),
        ("+61131234", "+61131234", "AU", "shared_cost"),
        # One calling code, several countries.
        ("+447781123456", "+447781123456", "GG", "mobile"),
        ("+7 701 234 5678", "+77012345678", "KZ", "mobile"),
        ("+5999 518 1234", "+59995181234", "CW", "mobile"),
        ("+18762345678", "+18762345678", "JM", "mobile"),
        ("+1809 234 5678", "+18092345678", "DO", "fixed_or_mobile"),
        # Ranges that older lists do not have.
        ("+234 913 234 5678", "+2349132345678", "NG", "mobile"),
        ("+55 11 96123-4567", "+5511961234567", "BR", "mobile"),
        ("+972 58 412 3456", "+972584123456", "IL", "mobile"),
        # Blanks and hyphens that text programs insert.
        ("+1\u00a0404\u2011500\u20115000", "+14045005000", "US", "fixed_or_mobile"),
    ],
)
def test_a_number_is_understood_as_its_country_writes_it(written: str, e164: str, region: str, kind: str) -> None:
    facts = describe_number(written)

    assert (facts.e164, facts.region, facts.type) == (e164, region, kind)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("+39212345678", "is in no assigned range"),
        ("+22501234567", "+2250101234567"),
        ("tel:+14045005000", "contains `t`"),
        ("0014045005000", "a + instead of 00"),
        ("011 14045005000", "Add a plus and the country calling code"),
        ("404 500 5000", "Add a plus and the country calling code"),
        ("8 916 123 45 67", "Add a plus and the country calling code"),
        ("\uff0b\uff11404500\uff15000", "ASCII digits only"),
        ("+\u0661404500\u06655000", "ASCII digits only"),
    ],
)
def test_a_number_in_another_form_is_refused_with_what_to_write(written: str, says: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert found.kind == "e164_number"
    assert says in f"{found.message} {found.next_step}"
