import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { ActionLink } from "./action_link";
import { ago, exactly } from "./times";

const DIRECTIONS = {
    import: { icon: "fa-arrow-down", label: _t("Import") },
    export: { icon: "fa-arrow-up", label: _t("Export") },
    both: { icon: "fa-arrows-v", label: _t("Both ways") },
    none: { icon: "fa-minus", label: _t("Not synchronized") },
};

/** The models of a backend; a row with sub-models can be opened. */
export class ModelTable extends Component {
    static template = "connector.DashboardModelTable";
    static components = { ActionLink };
    static props = { rows: Array, now: Number, name: String };
    ago = ago;
    exactly = exactly;
    formatInteger = formatInteger;

    setup() {
        this.state = useState({ opened: {} });
    }

    /** The visible rows: those of opened sub-models follow their parent. */
    get rows() {
        return this.props.rows.flatMap((row) => [
            row,
            ...(this.state.opened[row.id]
                ? row.rows.map((part) => ({ ...part, isPart: true }))
                : []),
        ]);
    }

    toggle(row) {
        this.state.opened[row.id] = !this.state.opened[row.id];
    }

    direction(row) {
        const { directions } = row;
        return DIRECTIONS[directions.length === 2 ? "both" : directions[0] || "none"];
    }

    /** Return what a number counts, where a phone shows it without the column's title. */
    unit(count, name) {
        const units = {
            jobs: count === 1 ? _t("waiting job") : _t("waiting jobs"),
            errors: count === 1 ? _t("open error") : _t("open errors"),
        };
        return ` ${units[name]}`;
    }

    /** Return "with Product Variant, Attribute", the names of the sub-models. */
    including(row) {
        const names = row.rows.slice(1).map((part) => part.name);
        return _t("with %s", names.join(", "));
    }
}
