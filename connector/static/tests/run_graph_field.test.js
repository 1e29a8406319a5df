import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import {
    allowTranslations,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { partHeight, runChart, SLOTS } from "@connector/run_graph/run_graph_field";

describe.current.tags("desktop");

const RUNS = [
    { id: 7, label: "1/1/26, 9:00 AM", rate: 120.5, created: 100, failed: 0 },
    { id: 8, label: "1/1/26, 10:00 AM", rate: 3, created: 0, failed: 4 },
];

class Overview extends models.Model {
    graph = fields.Json();
    _records = [
        { id: 1, graph: RUNS },
        { id: 2, graph: false },
    ];
}
defineMailModels();
defineModels([Overview]);
beforeEach(allowTranslations);
onRpc("has_group", () => true);

test("a bar grows with the square root of its records", () => {
    expect(partHeight({ created: 100 }, "created")).toBe(10);
    expect(partHeight({ created: 50, failed: 50 }, "created")).toBe(5);
    expect(partHeight({ created: 0 }, "created")).toBe(0);
    expect(partHeight(null, "created")).toBe(0);
});

test("the last run stands at the right end", () => {
    const { labels, datasets } = runChart(RUNS, () => {}).data;
    expect(labels).toHaveLength(SLOTS);
    expect(labels.slice(-2)).toEqual(RUNS.map((run) => run.label));
    const failed = datasets.find((dataset) => dataset.label === "Failed");
    expect(failed.data.at(-1)).toBe(2);
});

test("a tooltip tells the true numbers", () => {
    const { options, data } = runChart(RUNS, () => {});
    const datasetIndex = data.datasets.findIndex(
        (dataset) => dataset.label === "Created",
    );
    const item = {
        dataset: data.datasets[datasetIndex],
        datasetIndex,
        dataIndex: SLOTS - 2,
    };
    expect(options.plugins.tooltip.callbacks.label(item)).toBe("Created: 100");
    expect(options.plugins.tooltip.callbacks.footer([item]).toString()).toBe(
        "120.5 records/s",
    );
});

test("a bar opens its run, an empty slot nothing", () => {
    const opened = [];
    const { onClick } = runChart(RUNS, (runId) => opened.push(runId)).options;
    onClick({}, [{ index: SLOTS - 1 }]);
    onClick({}, [{ index: 0 }]);
    onClick({}, []);
    expect(opened).toEqual([8]);
});

test("each card has its graph, without runs too", async () => {
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await mountView({
        type: "kanban",
        resModel: "overview",
        arch: `<kanban><templates><t t-name="card">
            <field name="graph" widget="connector_run_graph"/>
        </t></templates></kanban>`,
    });
    expect(".o_connector_run_graph canvas").toHaveCount(2);
    const [canvas] = document.querySelectorAll(".o_connector_run_graph canvas");
    const chart = Chart.getChart(canvas);
    chart.options.onClick({}, [{ index: SLOTS - 1 }]);
    expect.verifySteps(["connector.sync.run 8"]);
});
