# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A fault that lasts has one error and one alert; once it is healed, none is open."""

import pytest
from fault_harness.lasting import (
    Lasting,
    check_alerts,
    heal,
    let_time_pass,
    wait_for_errors,
)
from fault_harness.plan import NETWORK, Kind
from fault_harness.scenarios import start_import
from fault_harness.world import running_world
from two_odoos.databases import LOGIN

pytestmark = pytest.mark.long

FAILING = [kind for kind in NETWORK if kind is not Kind.DELAY]


@pytest.fixture(scope="module")
def world(cluster):
    # Mails are not sent, and stay in the database.
    with running_world(cluster, arguments=("--smtp-port=1",)) as world:
        admin = world.call_target("res.users", "search", [("login", "=", LOGIN)])
        world.call_target("res.users", "write", admin, {"email": "a@example.com"})
        world.make_backend("Source", alert_user_id=admin[0])
        start_import(world)
        assert heal(world, "alerts") == []
        yield world


@pytest.fixture
def mails_before(world):
    """The mails before the fault, which no check sends again."""
    let_time_pass(world)
    return len(check_alerts(world))


def check_fault(world, mails_before):
    """Check that there is one message now, also after repetitions."""
    for _repetition in range(3):
        mails = check_alerts(world)[mails_before:]
        assert len(mails) == 1, mails
    alerts = world.target_query(
        "SELECT text FROM connector_alert WHERE state != 'closed' "
        "AND backend_model IS NOT NULL"
    )
    assert len(alerts) == 1, alerts


def check_end(world, mails_before):
    """Check that there is one more message, and nothing open."""
    check_alerts(world)
    let_time_pass(world)
    mails = check_alerts(world)[mails_before:]
    assert len(mails) == 2, mails
    assert "works again" in mails[-1]
    assert world.target_query(
        "SELECT count(*) FROM connector_alert WHERE state != 'closed' "
        "AND backend_model IS NOT NULL"
    ) == [(0,)]


@pytest.mark.parametrize("kind", FAILING, ids=lambda kind: kind.name)
def test_fault_of_the_network(world, seed, mails_before, kind):
    world.inject(Lasting(kind))
    start_import(world)
    errors = wait_for_errors(world)
    assert len(errors) == 1, errors
    check_fault(world, mails_before)
    assert heal(world, seed) == []
    check_end(world, mails_before)


def test_revoked_key(world, seed, mails_before):
    keys = world.source_query("SELECT id, index FROM res_users_apikeys")
    world.source_query("UPDATE res_users_apikeys SET index = 'revoked!'")
    start_import(world)
    errors = wait_for_errors(world)
    assert [cause for cause, *_rest in errors] == ["refused"]
    check_fault(world, mails_before)
    for key_id, index in keys:
        world.source_query(
            "UPDATE res_users_apikeys SET index = %s WHERE id = %s", (index, key_id)
        )
    world.call_target("odoo.backend", "button_check_connection", world.backend_ids)
    assert heal(world, seed) == []
    check_end(world, mails_before)


def test_failing_records(world, seed, mails_before):
    names = [f"circle {number}" for number in range(4)]
    ids = world.call_source("res.partner", "create", [{"name": n} for n in names])
    for one, other in zip(ids, [*ids[1:], ids[0]], strict=True):
        world.source_query(
            "UPDATE res_partner SET parent_id = %s WHERE id = %s", (other, one)
        )
    start_import(world)
    wait_for_errors(world)
    check_fault(world, mails_before)
    world.source_query(
        "UPDATE res_partner SET parent_id = NULL WHERE id = ANY(%s)", (ids,)
    )
    world.call_source("res.partner", "write", ids, {"city": "Healed"})
    assert heal(world, seed) == []
    check_end(world, mails_before)
