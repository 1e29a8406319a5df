# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An edit whose export waits, while the other Odoo changes another field."""

import time

import pytest

PARTNERS = "odoo.res.partner"
TIMEOUT_SECONDS = 300
FIELDS = ("name", "phone", "email")


class Contact:
    """One contact on both sides, and the jobs that export it."""

    def __init__(self, scenario):
        self.scenario = scenario
        (binding,) = self.here(
            PARTNERS,
            "search_read",
            [("backend_id", "=", scenario.backend_id), ("parent_id", "!=", False)],
            fields=["odoo_id", "external_id"],
            limit=1,
            load=None,
        )
        self.binding_id = binding["id"]
        self.id, self.external_id = binding["odoo_id"], int(binding["external_id"])

    def here(self, *args, **kwargs):
        return self.scenario.target.client.execute(*args, **kwargs)

    def there(self, *args, **kwargs):
        return self.scenario.source.client.execute(*args, **kwargs)

    def values(self):
        """Return the values of both sides."""
        (here,) = self.here("res.partner", "read", [self.id], list(FIELDS))
        (there,) = self.there("res.partner", "read", [self.external_id], list(FIELDS))
        return [tuple(row[name] for name in FIELDS) for row in (here, there)]

    def sql(self, statement, parameters):
        return self.scenario.databases.query(
            self.scenario.target.database.name, statement, parameters
        )

    def edit(self, **values):
        """Edit it here; return the uuid of the job that exports the edit."""
        before = self.jobs()
        self.here("res.partner", "write", [self.id], values)
        (new,) = self.jobs() - before
        return new

    def jobs(self):
        rows = self.sql(
            "SELECT uuid FROM queue_job WHERE model_name = %s AND method_name = %s",
            (PARTNERS, "export_record"),
        )
        return {uuid for (uuid,) in rows}

    def wait_for(self, uuid, condition):
        """Wait until a job is as an SQL condition says."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            ((state, retry, error),) = self.sql(
                "SELECT state, retry, exc_info FROM queue_job WHERE uuid = %s", (uuid,)
            )
            if condition(state, retry):
                return
            assert time.monotonic() < deadline, (state, retry, error)
            time.sleep(0.2)

    def put_off(self, uuid):
        """Postpone a job until it is requeued."""
        ids = self.here("queue.job", "search", [("uuid", "=", uuid)])
        self.here("queue.job", "write", ids, {"eta": "2100-01-01 00:00:00"})

    def requeue(self, uuid):
        ids = self.here("queue.job", "search", [("uuid", "=", uuid)])
        self.here("queue.job", "write", ids, {"eta": False})
        self.here("queue.job", "requeue", ids)
        self.wait_for(uuid, lambda state, retry: state == "done")


@pytest.fixture
def contact(imported):
    contact = Contact(imported)
    policy = contact.here(
        "odoo.backend", "read", [imported.backend_id], ["conflict_policy"]
    )[0]["conflict_policy"]
    yield contact
    set_policy(imported, policy)


def set_policy(scenario, policy):
    scenario.target.client.execute(
        "odoo.backend", "write", [scenario.backend_id], {"conflict_policy": policy}
    )


# connector_odoo/tests/test_unconfirmed_edits.py has each policy, in one process
@pytest.mark.long
@pytest.mark.parametrize("policy", ["local", "remote"])
def test_a_waiting_edit_survives_the_import_of_another_field(contact, policy):
    scenario = contact.scenario
    set_policy(scenario, policy)
    source = scenario.source.server
    name, phone, email = f"Edited {policy}", f"+32 {policy}", f"{policy}@example.com"

    source.stop()
    waiting = contact.edit(name=name)
    contact.wait_for(waiting, lambda state, retry: state == "pending" and retry)
    contact.put_off(waiting)
    source.start()
    source.wait_until_ready()
    other = contact.edit(phone=phone)
    contact.wait_for(other, lambda state, retry: state == "done")
    contact.there("res.partner", "write", [contact.external_id], {"email": email})
    scenario.import_now()

    here, _there = contact.values()
    assert here == (name, phone, email)
    contact.requeue(waiting)
    assert contact.values() == [(name, phone, email)] * 2
    (binding,) = contact.here(
        PARTNERS, "read", [contact.binding_id], ["unconfirmed_fields"]
    )
    assert not binding["unconfirmed_fields"]
