"""A simulated platform whose clock only tests move."""

import pytest

from tests.unit.sandbox.world import World, make_world


@pytest.fixture
def world() -> World:
    return make_world()
