import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

const OUTCOMES = [
    { name: "unchanged", label: _t("Unchanged"), bright: "#ced4da", dark: "#5a6069" },
    { name: "skipped", label: _t("Skipped"), bright: "#adb5bd", dark: "#7c8187" },
    { name: "removed", label: _t("Removed"), bright: "#fd7e14", dark: "#fd9843" },
    { name: "updated", label: _t("Updated"), bright: "#3d9ad1", dark: "#4ba7dd" },
    { name: "created", label: _t("Created"), bright: "#28a745", dark: "#35b653" },
    { name: "failed", label: _t("Failed"), bright: "#dc3545", dark: "#e4606d" },
];

/** Number of bars; the last run is the rightmost */
export const SLOTS = 12;

/**
 * Return how high the part of a bar is that stands for one outcome.
 *
 * A bar grows with the square root of its records: beside the first import of
 * thousands, one of ten is still seen.
 */
export function partHeight(run, name) {
    const total = OUTCOMES.reduce(
        (sum, outcome) => sum + (run?.[outcome.name] ?? 0),
        0,
    );
    return total && run[name] / Math.sqrt(total);
}

/**
 * Return the chart of some runs: one bar each, divided by outcome.
 *
 * @param {Object[]} runs oldest first: `{ id, label, rate, <outcome>: <count> }`
 * @param {(runId: number) => void} openRun called when a bar is clicked
 */
export function runChart(runs, openRun) {
    const colorScheme = cookie.get("color_scheme");
    const bars = [...Array(Math.max(SLOTS - runs.length, 0)).fill(null), ...runs];
    return {
        type: "bar",
        data: {
            labels: bars.map((run) => run?.label ?? ""),
            datasets: OUTCOMES.map(({ name, label, bright, dark }) => ({
                label: label.toString(),
                data: bars.map((run) => partHeight(run, name)),
                backgroundColor: getCustomColor(colorScheme, bright, dark),
                maxBarThickness: 24,
            })),
        },
        options: {
            animation: false,
            maintainAspectRatio: false,
            onClick: (_event, [item]) => {
                const run = item && bars[item.index];
                if (run) {
                    openRun(run.id);
                }
            },
            onHover: (event, [item]) => {
                const run = item && bars[item.index];
                event.native.target.style.cursor = run ? "pointer" : "default";
            },
            interaction: { mode: "index", intersect: false },
            plugins: {
                legend: { display: false },
                tooltip: {
                    filter: (item) => item.raw > 0,
                    callbacks: {
                        label: ({ dataset, datasetIndex, dataIndex }) =>
                            `${dataset.label}: ${bars[dataIndex][OUTCOMES[datasetIndex].name]}`,
                        footer: ([item]) =>
                            item && _t("%s records/s", bars[item.dataIndex].rate),
                    },
                },
            },
            scales: {
                x: { stacked: true, display: false },
                y: { stacked: true, display: false, beginAtZero: true },
            },
        },
    };
}

export class RunGraphField extends Component {
    static template = "connector.RunGraphField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(
                    this.canvas.el,
                    runChart(this.runs, (runId) => this.openRun(runId)),
                );
                return () => chart.destroy();
            },
            () => [JSON.stringify(this.runs)],
        );
    }

    get runs() {
        return this.props.record.data[this.props.name] || [];
    }

    openRun(runId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "connector.sync.run",
            res_id: runId,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("connector_run_graph", {
    component: RunGraphField,
    displayName: _t("Graph of runs"),
    supportedTypes: ["json"],
});
