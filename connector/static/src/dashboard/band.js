import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { ActionLink } from "./action_link";

/** The numbers at the top: the conditions that need attention, each with a link. */
export class Band extends Component {
    static template = "connector.DashboardBand";
    static components = { ActionLink };
    static props = {
        band: Object,
        count: Number,
        isFiltered: Boolean,
        toggleFilter: Function,
    };
    formatInteger = formatInteger;

    /** The numbers with a link to records; without one, they show the cards with them. */
    get numbers() {
        const { band } = this.props;
        return [
            [
                "failing",
                band.failing === 1 ? _t("failing record") : _t("failing records"),
            ],
            ["conflict", band.conflict === 1 ? _t("conflict") : _t("conflicts")],
            ["decision", band.decision === 1 ? _t("decision") : _t("decisions")],
        ]
            .map(([name, label]) => ({
                name,
                label,
                count: band[name],
                link: band[`${name}_link`],
            }))
            .filter((number) => number.count);
    }

    get attentionLabel() {
        return this.props.band.attention === 1
            ? _t("needs attention")
            : _t("need attention");
    }
}
