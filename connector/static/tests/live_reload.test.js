import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
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

async function wait(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

test("a list looks often as long as a record is live, then seldom", async () => {
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

test("a kanban looks by itself", async () => {
    await mountView({ type: "kanban", resModel: "run" });
    work(70);
    await wait(DELAYS.live);
    expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveText("70.00");
    expect.verifySteps(["load", "load"]);
});

test("a form looks by itself", async () => {
    await mountView({ type: "form", resModel: "run", resId: 1 });
    work(80);
    await wait(DELAYS.live);
    expect("[name=progress] span").toHaveText("80.00");
});

test("records that are selected are left alone", async () => {
    await mountView({ type: "list", resModel: "run" });
    await contains(".o_data_row .o_list_record_selector input").click();
    expect.verifySteps(["load"]);
    await wait(DELAYS.live);
    expect.verifySteps([]);
    await contains(".o_data_row .o_list_record_selector input").click();
    await wait(DELAYS.live);
    expect.verifySteps(["load"]);
});

test("a lost connection is tried again", async () => {
    await mountView({ type: "list", resModel: "run" });
    let lost = true;
    patchWithCleanup(RelationalModel.prototype, {
        async load() {
            if (lost) {
                throw new ConnectionLostError("/web");
            }
            return super.load(...arguments);
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

test("nobody looks at a view that was left", async () => {
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
