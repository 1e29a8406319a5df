# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Create the images of docs/images: each screen, with the records of the demo.

Started by ./dev docs --screenshots in a process that has Playwright.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.environment import Environment
from devtools.postgres import running_postgres
from devtools.progress import step
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from two_odoos.databases import LOGIN, PASSWORD, SourceDatabase, TargetDatabase
from two_odoos.scenario import Scenario, running_scenario
from web_client import PHONE, WebClient, running_browser

SOURCE, TARGET = "screenshots_source", "screenshots_target"
BACKENDS = "action-connector_odoo.odoo_backend_action"
DASHBOARD = "connectors"
ERRORS = "connector-errors"
CONFLICTS = "action-connector.connector_conflict_action"
RUNS = "action-connector.connector_sync_run_action"
COMPONENTS = "action-connector.connector_component_server_action"
JOBS = "action-queue_job.action_queue_job"
SIZE = {"width": 1200, "height": 720}
COLORS = 128
# Contacts that the second and third import find changed.
CHANGED_PARTNERS = 6
UNIT = "Pallet of 48"
# Products in a unit of measure that the target does not have.
FAILING_PRODUCTS = ("Concrete blocks", "Paving stones", "Roof tiles")
# Takes a text out of all that is shown.
REMOVE_TEXT = """text => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) {
        node.data = node.data.replaceAll(text, "");
    }
    for (const input of document.querySelectorAll("input")) {
        // a copy: the value of the input itself would be saved
        const copy = input.cloneNode();
        copy.value = input.value.replaceAll(text, "");
        input.replaceWith(copy);
    }
}"""
# It has a picture and variants.
PRODUCT = "Customizable " + "Desk"


def main() -> None:
    environment = Environment.current()
    folder = environment.clone / "docs" / "images"
    folder.mkdir(exist_ok=True)
    with running_postgres(environment), running_demo(environment) as scenario:
        with step("several imports"):
            make_history(scenario)
            make_errors(scenario)
            make_conflict(scenario)
        with running_browser() as browser, step("screenshots"):
            Photographer(scenario, browser, folder).take_all()


@contextmanager
def running_demo(environment: Environment) -> Iterator[Scenario]:
    """Serve two temporary databases."""
    source = SourceDatabase(environment, SOURCE)
    target = TargetDatabase(environment, TARGET, wanted=("connector_odoo_sale",))
    try:
        # Else the dashboard says that no scheduled action is run.
        scenarios = running_scenario(environment, source, target, for_people=True)
        with scenarios as scenario:
            yield scenario
    finally:
        source.drop()
        target.drop()


def make_history(scenario: Scenario) -> None:
    """Import several times: first all records, then edited ones."""
    target, source = scenario.target.client, scenario.source.client
    backend = {"name": "Headquarters", "sync_products": "import"}
    target.execute("odoo.backend", "write", [scenario.backend_id], backend)
    scenario.check_connection()
    scenario.import_now()
    ids = source.execute("res.partner", "search", [], limit=CHANGED_PARTNERS)
    for number, changed in enumerate((ids, ids[:2]), start=1):
        source.execute("res.partner", "write", changed, {"function": f"Role {number}"})
        new = [{"name": f"New contact {number}.{one}"} for one in range(number + 1)]
        source.execute("res.partner", "create", new)
        scenario.import_now()


def make_errors(scenario: Scenario) -> None:
    """Import products that cannot be imported."""
    source = scenario.source.client
    (unit,) = source.execute("uom.uom", "search", [("name", "=", "Units")], limit=1)
    values = {"name": UNIT, "relative_factor": 48, "relative_uom_id": unit}
    pallet = source.execute("uom.uom", "create", values)
    products = [{"name": name, "uom_id": pallet} for name in FAILING_PRODUCTS]
    source.execute("product.template", "create", products)
    scenario.import_now()


def make_conflict(scenario: Scenario) -> None:
    """Edit a contact on both sides while the backend is paused."""
    target, ids = scenario.target.client, [scenario.backend_id]
    (binding,) = target.execute(
        "odoo.res.partner",
        "search_read",
        [("is_company", "=", True)],
        fields=["odoo_id", "external_id"],
        limit=1,
        load=None,
    )
    target.execute("odoo.backend", "write", ids, {"conflict_policy": "ask"})
    target.execute("odoo.backend", "button_pause", ids)
    local = {"phone": "+32 470 11 22 33", "website": "https://here.example.com"}
    remote = {"phone": "+32 2 555 01 00", "city": "Namur"}
    target.execute("res.partner", "write", [binding["odoo_id"]], local)
    remote_ids = [int(binding["external_id"])]
    scenario.source.client.execute("res.partner", "write", remote_ids, remote)
    target.execute("odoo.backend", "button_resume", ids)
    scenario.import_now()


class Photographer:
    """Take a screenshot of each screen, when it is complete."""

    def __init__(self, scenario: Scenario, browser: Browser, folder: Path):
        self.scenario = scenario
        self.browser = browser
        self.folder = folder
        self.url = scenario.target.server.url
        # of the databases' names: it differs from clone to clone
        self.prefix = scenario.target.database.name.removesuffix(TARGET)
        window = WebClient(browser, self.url)
        window.log_in(LOGIN, PASSWORD)
        self.session = window.page.context.storage_state()
        window.close()

    def take_all(self) -> None:
        backend = f"{BACKENDS}/{self.scenario.backend_id}"
        run = self._first(
            "connector.sync.run", [("model_name", "=", "odoo.res.partner")]
        )
        partner = self._first(
            "odoo.res.partner", [("category_id", "!=", False)], "odoo_id"
        )
        product = self._first(
            "odoo.product.template", [("name", "=", PRODUCT)], "odoo_id"
        )
        component = self._open_row("odoo.res.partner.mapper")
        self.take("backend", backend)
        self.take("test_connection", backend, then=check_connection)
        self.take("dashboard", DASHBOARD)
        self.take("dashboard_phone", DASHBOARD, viewport=PHONE, is_mobile=True)
        self.take("run", f"{RUNS}/{run}")
        self.take("errors", ERRORS, then=open_error)
        self.take("conflict", CONFLICTS, then=open_conflict)
        self.take("jobs", JOBS, then=show_all)
        self.take("partner", f"res.partner/{partner}", then=open_tab)
        self.take("product", f"product.template/{product}", then=open_tab)
        self.take("components", COMPONENTS)
        self.take("component", COMPONENTS, then=component)
        self.take("who_answers", DASHBOARD, debug=True, then=ask_who_answers)

    def take(
        self,
        name: str,
        path: str,
        *,
        debug: bool = False,
        then: Callable[[Page], None] | None = None,
        **options: object,
    ) -> None:
        options = {"viewport": SIZE, "storage_state": self.session, **options}
        window = WebClient(self.browser, self.url, **options)
        try:
            window.open(path, debug=debug)
            if then:
                then(window.page)
                window.settle()
            window.page.evaluate(REMOVE_TEXT, self.prefix)
            save(window.page.screenshot(), self.folder / f"{name}.png")
        finally:
            window.close()

    def _first(self, model: str, domain: list, field: str = "id") -> int:
        rows = self.scenario.target.client.execute(
            model, "search_read", domain, fields=[field], limit=1, load=None
        )
        return rows[0][field]

    @staticmethod
    def _open_row(text: str) -> Callable[[Page], None]:
        def open_row(page: Page) -> None:
            page.locator(".o_searchview_input").fill(text)
            page.keyboard.press("Enter")
            page.locator(".o_data_row", has_text=text).first.click()
            page.locator(".o_form_view").wait_for()
            page.get_by_role("tab", name="Inherits").click()

        return open_row


def open_conflict(page: Page) -> None:
    page.get_by_role("button", name="Choose a version").first.click()
    page.locator(".o_connector_conflict").wait_for()


def check_connection(page: Page) -> None:
    page.locator(".o_connector_more").first.click()
    page.get_by_role("menuitem", name="Test connection").click()
    page.locator(".o_notification").first.wait_for()


def open_error(page: Page) -> None:
    """Open the first cause, and the details of its first error."""
    page.locator(".o_connector_toggle").first.click()
    page.locator(".o_data_row .o_data_cell").first.click()
    page.locator(".o_connector_error_panel").wait_for()


def show_all(page: Page) -> None:
    """Remove the filters, because the jobs of the demo are done."""
    for facet in page.locator(".o_facet_remove").all():
        facet.click()


def open_tab(page: Page) -> None:
    tab = page.get_by_role("tab", name="Connectors")
    tab.click()
    tab.scroll_into_view_if_needed()


def ask_who_answers(page: Page) -> None:
    page.locator(".o_menu_sections").get_by_text("Configuration").click()
    page.get_by_role("menuitem", name="Who answers?").click()
    dialog = page.locator(".modal-content")
    dialog.locator("[name=model_name] input").fill("odoo.res.partner")
    for name, choice in (("collection", "odoo.backend"), ("usage", "binder")):
        field = dialog.locator(f"[name={name}] input")
        field.fill(choice)
        page.locator(".o_select_menu_item", has_text=choice).first.click()
        expect(field).to_have_value(re.compile(re.escape(choice)))
    dialog.locator("[name=winner]").wait_for()


def save(picture: bytes, path: Path) -> None:
    """Write an image with a reduced palette, at half the size or less."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
