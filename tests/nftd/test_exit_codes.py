"""What a command ends with when a site keeps us out: the same for every way of being kept out."""

import pytest

from nftd.cli.failure import BLOCKED, FAILED, SHAPE, exit_code_of
from scrapers import errors

ADDRESS = "https://gallery.example/works/"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Blocked(f"{ADDRESS} refuses us", ADDRESS), BLOCKED),
        (errors.RobotsDenied(f"{ADDRESS} is forbidden", ADDRESS), BLOCKED),
        (errors.RobotsUnreachable(f"{ADDRESS} is away", ADDRESS), BLOCKED),
        (errors.BudgetSpent("all requests of the month are made", ADDRESS), BLOCKED),
        (errors.ServerError(f"{ADDRESS} failed", ADDRESS), BLOCKED),
        (errors.ShapeChanged("title", ADDRESS), SHAPE),
        (errors.Gone(f"{ADDRESS} does not exist", ADDRESS), FAILED),
    ],
)
def test_whatever_keeps_us_out_is_blocked(error: Exception, code: int) -> None:
    assert exit_code_of(error) == code
