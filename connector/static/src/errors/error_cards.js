/** The errors on a small screen: a card for each, below the header of its cause. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ActionHelper } from "@web/views/action_helper";
import { formatSelection } from "@web/views/fields/formatters";
import { CauseHeader } from "./cause_header";

/** How many more errors of a cause are shown */
const MORE = 40;

export class ErrorCards extends Component {
    static template = "connector.ErrorCards";
    static components = { ActionHelper, CauseHeader };
    static props = ["*"];

    get isEmpty() {
        return !this.props.list.model.hasData();
    }

    get actions() {
        return this.env.connectorErrors.actions;
    }

    keyOf(group) {
        return String(group.value ?? "");
    }

    labelOf(record, name) {
        const { selection } = record.fields[name];
        return formatSelection(record.data[name], { selection });
    }

    titleOf(record) {
        return record.data.record_name || this.labelOf(record, "cause");
    }

    retryLabel(record) {
        return _t("Retry %s", this.titleOf(record));
    }

    moreLabel(list) {
        return _t("Show more of %s", list.count.toLocaleString());
    }

    async loadMore(list) {
        await list.load({ limit: list.limit + MORE });
        this.render(true);
    }
}
