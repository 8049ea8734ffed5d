"""Tags of calls: where they are found, and what is none."""

import pytest

from sinch_voice_mcp.sandbox.engine.tags import tag_in


@pytest.mark.parametrize(
    ("custom", "tag"),
    [
        ("tag=ci-42", "ci-42"),
        ("order 7, tag=ci-42,more", "ci-42"),
        ("a\ttag=main/unit:3.1_x\nb", "main/unit:3.1_x"),
        ("tag= tag=second", "second"),
        (f"tag={'x' * 64}", "x" * 64),
        ("", None),
        ("tag=", None),
        (f"tag={'x' * 65}", None),
        ("mytag=ci-42", None),
        ("TAG=ci-42", None),
        ("tag=ü", None),
    ],
)
def test_a_tag_is_a_word_of_custom(custom: str, tag: str | None) -> None:
    assert tag_in(custom) == tag
