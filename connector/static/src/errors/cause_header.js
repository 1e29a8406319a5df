/**
 * Header of the errors of one cause: what is wrong, how many, since when, and buttons
 * that retry, ignore or assign all of them.
 *
 * The buttons concern the errors that the current search finds, no others.
 */
import { Component, useState } from "@odoo/owl";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { countedLabel, ERROR_MODEL } from "./error_actions";

/** Return a time of today without the date, another with it. */
export function formatSince(time) {
    const isToday = time.toISODate() === luxon.DateTime.now().toISODate();
    return toLocaleDateTimeString(time, {
        showDate: !isToday,
        showTime: true,
        showSeconds: false,
    });
}

export class CauseHeader extends Component {
    static template = "connector.CauseHeader";
    static props = { group: Object, level: Number, toggle: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ isBusy: false });
    }

    get cause() {
        const { group } = this.props;
        return group.groupByField.name === "cause_id" && group.value
            ? group.record.data
            : null;
    }

    /** Return "Headquarters: 3 products, 3 variants, since 13:11". */
    get facts() {
        const { cause } = this;
        const { count } = this.props.group;
        if (!cause) {
            return `(${count.toLocaleString()})`;
        }
        const records =
            cause.model_counts_text && cause.error_count === count
                ? cause.model_counts_text
                : count.toLocaleString();
        const facts = { backend: cause.backend_name, records };
        return cause.since
            ? _t("%(backend)s: %(records)s, since %(time)s", {
                  ...facts,
                  time: formatSince(cause.since),
              })
            : _t("%(backend)s: %(records)s", facts);
    }

    /** Return "all", "some" or "none" of the errors that are being retried. */
    get retried() {
        const { retrying_count: retrying = 0, error_count: count } = this.cause || {};
        if (!retrying) {
            return "none";
        }
        return retrying < count ? "some" : "all";
    }

    get retryingText() {
        return _t("%s retrying", this.cause.retrying_count.toLocaleString());
    }

    label(text) {
        return countedLabel(text, this.props.group.count);
    }

    /** Perform an action on the errors of the group that the search finds. */
    async perform(name) {
        this.state.isBusy = true;
        try {
            const { groupDomain } = this.props.group;
            const ids = await this.orm.search(ERROR_MODEL, groupDomain);
            await this.env.connectorErrors.actions[name](ids);
        } finally {
            this.state.isBusy = false;
        }
    }

    get labels() {
        return { retry: _t("Retry"), ignore: _t("Ignore"), assign: _t("Assign") };
    }
}
