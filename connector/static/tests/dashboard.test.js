import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    allowTranslations,
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Component, xml } from "@odoo/owl";
import { addressOf } from "@connector/dashboard/action_link";
import { partHeights } from "@connector/dashboard/hours_strip";
import { keepUnchanged } from "@connector/dashboard/keep_unchanged";
import { age, ago, clock } from "@connector/dashboard/times";
import { DELAYS } from "@connector/dashboard/use_dashboard";

describe.current.tags("desktop");
defineMailModels();
beforeEach(() => {
    allowTranslations();
    mockDate("2026-11-30 13:40:00", 0);
});

const NOW = "2026-11-30 13:40:00";
const LINK = { xmlid: "connector.connector_sync_error_action", domain: [] };

function makeRow(model, values = {}) {
    return {
        id: model,
        model,
        name: model,
        directions: ["import"],
        changed_at: false,
        waiting: 0,
        running: 0,
        failing: 0,
        rows: [],
        errors_link: LINK,
        runs_link: LINK,
        ...values,
    };
}

function makeCard(values = {}) {
    return {
        id: "shop.backend,1",
        model: "shop.backend",
        res_id: 1,
        name: "Shop",
        kind: "Shop",
        state: "ok",
        backend_state: "production",
        note: "",
        is_installed: true,
        conditions: [],
        buttons: ["button_check_connection", "button_import_now", "button_pause"],
        has_schedule: true,
        next_run: "2026-11-30 13:52:00",
        last_success: "2026-11-30 13:37:00",
        waiting: 0,
        running: 0,
        is_live: false,
        oldest: false,
        failing: 0,
        hours: [],
        rows: [makeRow("shop.product")],
        errors_link: LINK,
        runs_link: LINK,
        jobs_link: LINK,
        ...values,
    };
}

let card = null;
let isLost = false;

async function openDashboard(values) {
    card = makeCard(values);
    isLost = false;
    onRpc("connector.dashboard", "get_data", () => {
        expect.step("get_data");
        if (isLost) {
            throw new ConnectionLostError("/web");
        }
        return {
            now: NOW,
            is_live: card.is_live,
            band: { attention: 0, failing: 0, conflict: 0, decision: 0 },
            conditions: [],
            cards: [card],
            connectors: [],
        };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "connector_dashboard",
    });
    await animationFrame();
    expect.verifySteps(["get_data"]);
}

async function wait(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

test("it is loaded often while something runs, seldom otherwise", async () => {
    await openDashboard({ is_live: true });
    card = makeCard({ is_live: false, name: "Store" });
    await wait(DELAYS.live);
    expect.verifySteps(["get_data"]);
    expect(".o_connector_dashboard_card h2").toHaveText("Store");
    await wait(DELAYS.live);
    expect.verifySteps([]);
    await wait(DELAYS.idle - DELAYS.live);
    expect.verifySteps(["get_data"]);
});

test("a row that changes is updated in place", async () => {
    await openDashboard();
    const row = document.querySelector(".o_connector_dashboard_models tbody tr");
    card = makeCard({ rows: [makeRow("shop.product", { failing: 1234 })] });
    await wait(DELAYS.idle);
    expect(".o_connector_dashboard_errors").toHaveText(/1,234/);
    expect(document.querySelector(".o_connector_dashboard_models tbody tr")).toBe(row);
    expect.verifySteps(["get_data"]);
});

test("an unreachable server is tried again, ever less often", async () => {
    await openDashboard();
    isLost = true;
    await wait(DELAYS.idle);
    expect(".o_connector_dashboard_failure").toHaveText(
        /This is the state of 13:40\..*Trying again in 2 s/s,
    );
    await wait(DELAYS.failed);
    expect.verifySteps(["get_data", "get_data"]);
    await wait(DELAYS.failed);
    expect.verifySteps([]);
    await wait(DELAYS.failed);
    expect.verifySteps(["get_data"]);
    isLost = false;
    await contains("button[name=try_again]").click();
    await animationFrame();
    expect(".o_connector_dashboard_failure").toHaveText("");
    expect.verifySteps(["get_data"]);
    await wait(DELAYS.idle);
    expect.verifySteps(["get_data"]);
});

test("a dashboard that was left is not loaded", async () => {
    await openDashboard({ is_live: true });
    class Other extends Component {
        static template = xml`<div class="o_other"/>`;
        static props = ["*"];
    }
    registry.category("actions").add("other", Other);
    await getService("action").doAction({ type: "ir.actions.client", tag: "other" });
    await animationFrame();
    await wait(DELAYS.live * 3);
    expect.verifySteps([]);
});

test("a button calls the backend once, and shows its answer", async () => {
    mockService("notification", {
        add(message) {
            expect.step(message.toString());
        },
    });
    onRpc("shop.backend", "button_pause", () => {
        expect.step("pause");
        card = makeCard({
            state: "off",
            backend_state: "paused",
            buttons: ["button_resume"],
        });
        return {
            type: "ir.actions.client",
            tag: "display_notification",
            params: { message: "Paused" },
        };
    });
    await openDashboard();
    await contains("button[name=button_pause]").click();
    await animationFrame();
    expect(".o_connector_dashboard_status").toHaveText("Paused");
    expect("button[name=button_resume]").toBeFocused();
    expect.verifySteps(["pause", "Paused", "get_data"]);
});

test("sub-models are shown when their row is opened, and stay", async () => {
    const rows = [
        makeRow("shop.product", {
            rows: [makeRow("shop.product", { id: "own" }), makeRow("shop.variant")],
        }),
    ];
    await openDashboard({ rows });
    expect(".o_connector_dashboard_part").toHaveCount(0);
    await contains(".o_connector_dashboard_toggle").click();
    expect(".o_connector_dashboard_part").toHaveCount(2);
    card = makeCard({ rows, waiting: 5 });
    await wait(DELAYS.idle);
    expect(".o_connector_dashboard_part").toHaveCount(2);
    expect.verifySteps(["get_data"]);
});

test("what did not change is the same object", () => {
    const known = {
        cards: [
            { id: "a", rows: [{ id: 1, n: 1 }] },
            { id: "b", rows: [] },
        ],
    };
    const fresh = structuredClone(known);
    expect(keepUnchanged(known, fresh)).toBe(known);
    fresh.cards[1].rows.push({ id: 2, n: 0 });
    const kept = keepUnchanged(known, fresh);
    expect(kept).not.toBe(known);
    expect(kept.cards[0]).toBe(known.cards[0]);
    expect(kept.cards[1].rows).toEqual([{ id: 2, n: 0 }]);
    const moved = keepUnchanged(known, { cards: [known.cards[1], known.cards[0]] });
    expect(moved.cards[0]).toBe(known.cards[1]);
    expect(keepUnchanged(known, { cards: [] })).toEqual({ cards: [] });
});

test("the height of a bar is a square root, and nothing is invisible", () => {
    expect(partHeights([100, 0, 0], 100)).toEqual([100, 0, 0]);
    expect(partHeights([25, 0, 0], 100)).toEqual([50, 0, 0]);
    expect(partHeights([0, 0, 0], 100)).toEqual([0, 0, 0]);
    expect(partHeights([9999, 0, 1], 10000)[2]).toBeGreaterThan(3);
});

test("times are words", () => {
    const now = luxon.DateTime.fromISO("2026-11-30T13:40:00").toMillis();
    expect(ago("2026-11-30 13:37:00", now)).toBe("3 min. ago");
    expect(ago("2026-11-30 13:39:50", now)).toBe("just now");
    expect(ago("2026-11-30 13:52:00", now)).toBe("in 12 min.");
    expect(age("2026-11-30 10:00:00", now)).toBe("3 hr");
    expect(age("2026-11-30 13:41:00", now)).toBe("0 min");
    expect(clock("2026-11-29 13:32:00", now)).toMatch(/29.*13:32|1:32/);
});

test("a link has an address that the browser can open", () => {
    expect(addressOf(LINK)).toBe("/odoo/action-connector.connector_sync_error_action");
    const action = { res_model: "shop.backend", res_id: 3 };
    expect(addressOf({ action })).toBe("/odoo/shop.backend/3");
    expect(addressOf({ action: { res_model: "shop" } })).toBe("/odoo/m-shop");
});
