import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { WebClient } from "@web/webclient/webclient";
import { DELAYS } from "@connector/live_reload/live_reload";

describe.current.tags("desktop");

class Run extends models.Model {
    progress = fields.Float();
    is_live = fields.Boolean();
    _records = [{ id: 1, progress: 10, is_live: true }];
    _views = {
        form: /* xml */ `
            <form js_class="connector_live_form" edit="0">
                <field name="is_live"/><field name="progress"/>
            </form>`,
        list: /* xml */ `
            <list js_class="connector_live_list">
                <field name="is_live"/><field name="progress"/>
            </list>`,
        kanban: /* xml */ `
            <kanban js_class="connector_live_kanban">
                <field name="is_live"/>
                <templates><t t-name="card"><field name="progress"/></t></templates>
            </kanban>`,
    };
}
defineMailModels();
defineModels([Run]);

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("web_search_read", () => {
        expect.step("load");
    });
});

function work(progress) {
    MockServer.env.run.write([1], { progress, is_live: progress < 100 });
}

function addRun(id, values) {
    Run._records = [...Run._records, { id, ...values }];
}

async function wait(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

test("a list looks often while a record is live, then seldom", async () => {
    await mountView({ type: "list", resModel: "run" });
    expect.verifySteps(["load"]);
    work(60);
    await wait(DELAYS.live);
    expect.verifySteps(["load"]);
    expect(".o_data_row [name=progress]").toHaveText("60.00");
    work(100);
    await wait(DELAYS.live);
    expect.verifySteps(["load"]);
    expect(".o_data_row [name=progress]").toHaveText("100.00");
    await wait(DELAYS.live);
    expect.verifySteps([]);
    await wait(DELAYS.idle);
    expect.verifySteps(["load"]);
});

test("a kanban reloads automatically", async () => {
    await mountView({ type: "kanban", resModel: "run" });
    work(70);
    await wait(DELAYS.live);
    expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveText("70.00");
    expect.verifySteps(["load", "load"]);
});

test("a form reloads automatically", async () => {
    await mountView({ type: "form", resModel: "run", resId: 1 });
    work(80);
    await wait(DELAYS.live);
    expect("[name=progress] span").toHaveText("80.00");
});

test("rows stay in the document, selected and focused", async () => {
    await mountView({ type: "list", resModel: "run" });
    await contains(".o_data_row .o_list_record_selector input").click();
    const row = queryFirst(".o_data_row");
    const cell = queryFirst(".o_data_row [name=progress]");
    cell.focus();
    work(50);
    await wait(DELAYS.live);
    expect(".o_data_row [name=progress]").toHaveText("50.00");
    expect(queryFirst(".o_data_row")).toBe(row);
    expect(cell).toBeFocused();
    expect(".o_data_row .o_list_record_selector input").toBeChecked();
    expect.verifySteps(["load", "load"]);
});

test("groups stay open, and those without records disappear", async () => {
    addRun(2, { progress: 20, is_live: false });
    await mountView({ type: "list", resModel: "run", groupBy: ["is_live"] });
    await contains(".o_group_header:last").click();
    const header = queryFirst(".o_group_open");
    expect(".o_data_row").toHaveCount(1);
    queryFirst(".o_data_row [name=progress]").focus();
    work(70);
    await wait(DELAYS.idle);
    expect(".o_data_row [name=progress]").toBeFocused();
    expect(queryFirst(".o_group_open")).toBe(header);
    expect(".o_data_row [name=progress]").toHaveText("70.00");
    work(100);
    await wait(DELAYS.idle);
    expect(".o_group_header").toHaveCount(1);
    expect.verifySteps(["load"]); // that of the opened group
});

test("what was read is discarded if the user changed the view meanwhile", async () => {
    await mountView({ type: "list", resModel: "run" });
    const answer = new Deferred();
    onRpc("web_search_read", () => answer);
    work(30);
    await wait(DELAYS.live);
    await contains(".o_data_row .o_list_record_selector input").click();
    answer.resolve({ records: [], length: 0 });
    await animationFrame();
    expect(".o_data_row .o_list_record_selector input").toBeChecked();
    expect.verifySteps(["load"]);
});

test("a row that disappears passes the focus on", async () => {
    addRun(2, { progress: 20, is_live: true });
    await mountView({ type: "list", resModel: "run" });
    queryFirst(".o_data_row [name=progress]").focus();
    MockServer.env.run.unlink([1]);
    await wait(DELAYS.live);
    expect(".o_data_row").toHaveCount(1);
    expect(".o_data_row [name=progress]").toBeFocused();
    expect.verifySteps(["load", "load"]);
});

test("a lost connection is tried again", async () => {
    await mountView({ type: "list", resModel: "run" });
    let lost = true;
    patchWithCleanup(RelationalModel.prototype, {
        async _loadData() {
            if (lost) {
                throw new ConnectionLostError("/web");
            }
            return super._loadData(...arguments);
        },
    });
    work(90);
    await wait(DELAYS.live);
    expect(".o_data_row [name=progress]").toHaveText("10.00");
    lost = false;
    await wait(DELAYS.live);
    expect(".o_data_row [name=progress]").toHaveText("90.00");
    expect.verifySteps(["load", "load"]);
});

test("a view that was left is not reloaded", async () => {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "run",
        views: [[false, "list"]],
    });
    expect.verifySteps(["load"]);
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "run",
        res_id: 1,
        views: [[false, "form"]],
    });
    await wait(DELAYS.live * 3);
    expect.verifySteps([]);
});
