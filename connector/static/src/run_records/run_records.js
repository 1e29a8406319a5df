import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Outcomes with rows in the history; unchanged records have none */
export const OUTCOMES = ["created", "updated", "removed", "skipped", "failed"];

const LABELS = {
    all: _t("All"),
    created: _t("Created"),
    updated: _t("Updated"),
    removed: _t("Removed"),
    skipped: _t("Skipped"),
    failed: _t("Failed"),
};

/**
 * The changed records of a run: one list with a search bar, filtered by outcome.
 *
 * The list is mounted again when the filter or a number changes, because it loads its
 * rows once.
 */
export class RunRecords extends Component {
    static template = "connector.RunRecords";
    static components = { View };
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ outcome: "all", version: this.versionOf(this.props) });
        onWillUpdateProps((props) => {
            this.state.version = this.versionOf(props);
        });
    }

    versionOf({ record }) {
        return [
            record.resId,
            ...OUTCOMES.map((name) => record.data[`${name}_count`]),
        ].join(" ");
    }

    countOf(outcome) {
        return this.props.record.data[`${outcome}_count`] || 0;
    }

    get filters() {
        const shown = OUTCOMES.filter(
            (name) => name !== "removed" || this.countOf(name),
        );
        return ["all", ...shown].map((name) => ({
            name,
            label: LABELS[name],
            count: name === "all" ? null : this.countOf(name),
            isActive: this.state.outcome === name,
        }));
    }

    select(outcome) {
        this.state.outcome = outcome;
    }

    get viewKey() {
        return `${this.state.outcome} ${this.state.version}`;
    }

    get viewProps() {
        const domain = [
            ["run_id", "=", this.props.record.resId],
            ["is_superseded", "=", false],
        ];
        if (this.state.outcome !== "all") {
            domain.push(["outcome", "=", this.state.outcome]);
        }
        return {
            type: "list",
            resModel: "connector.sync.change",
            views: [
                [false, "list"],
                [false, "search"],
            ],
            domain,
            context: { create: false, of_run: true },
            display: { controlPanel: { layoutActions: false } },
            loadIrFilters: false,
            allowSelectors: false,
            searchMenuTypes: ["filter", "groupBy"],
            noBreadcrumbs: true,
            limit: 40,
        };
    }
}

registry.category("view_widgets").add("connector_run_records", {
    component: RunRecords,
    fieldDependencies: [
        ...OUTCOMES.map((name) => ({ name: `${name}_count`, type: "integer" })),
    ],
});
