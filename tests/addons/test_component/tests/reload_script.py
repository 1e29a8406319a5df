# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scenarios of test_life.py: they reload Odoo's registry, which a test must not.

They read the database and write nothing.
"""

import gc
import sys
import threading
import time

import odoo
import odoo.modules.module
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

LOOKING_THREADS = 3
RELOADS = 3


def greet(env):
    backend = env["test.component.backend"].new({"name": "Shop"})
    with backend.work_on("res.users") as work:
        return work.component("test.greeter").greet()


def lookups_while_reloading(dbname):
    """Two threads load the registry, again and again; others look up all the time."""
    loading = True
    errors = []
    lookups = [0] * LOOKING_THREADS

    def look_up(number):
        try:
            while loading:
                with Registry(dbname).cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    until = time.monotonic() + 0.2
                    while time.monotonic() < until:
                        assert greet(env) == ["Hello from Shop"]
                        lookups[number] += 1
        except BaseException as error:
            errors.append(error)
            raise

    def load():
        try:
            for _time in range(RELOADS):
                Registry.new(dbname)
        except BaseException as error:
            errors.append(error)
            raise

    Registry(dbname)
    looking = [
        threading.Thread(target=look_up, args=[number])
        for number in range(LOOKING_THREADS)
    ]
    loaders = [threading.Thread(target=load) for _number in range(2)]
    for thread in looking + loaders:
        thread.start()
    for thread in loaders:
        thread.join()
    loading = False
    for thread in looking:
        thread.join()
    assert not errors, errors
    assert all(lookups), lookups


def delete(dbname):
    """The components of a database are freed when Odoo's registry is."""
    from odoo.addons.component.utils import get_component_registry

    Registry(dbname)
    assert "test.component.greeter" in get_component_registry(dbname)
    Registry.delete(dbname)
    gc.collect()
    assert get_component_registry(dbname) is None
    Registry(dbname)
    assert get_component_registry(dbname).ready


def signalled(dbname):
    """Another process has changed the registry: this one loads it, as before a request.

    The other process would increase a sequence, which is simulated here.
    """
    from odoo.addons.component.utils import get_component_registry

    registry = Registry(dbname)
    former = get_component_registry(dbname)
    registry.registry_sequence -= 1
    reloaded = registry.check_signaling()
    assert reloaded is not registry
    assert get_component_registry(dbname) is not former
    with reloaded.cursor() as cr:
        assert greet(api.Environment(cr, SUPERUSER_ID, {})) == ["Hello from Shop"]


SCENARIOS = {
    function.__name__: function
    for function in (lookups_while_reloading, delete, signalled)
}

if __name__ == "__main__":
    scenario, dbname, *options = sys.argv[1:]
    config.parse_config([*options, "--log-level=warn"])
    odoo.modules.module.initialize_sys_path()
    SCENARIOS[scenario](dbname)
