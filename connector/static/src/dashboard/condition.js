import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ActionLink } from "./action_link";
import { clock, exactly } from "./times";

/** A line that says what is wrong, since when, and what to do. */
export class Condition extends Component {
    static template = "connector.DashboardCondition";
    static components = { ActionLink };
    static props = {
        condition: Object,
        now: Number,
        test: { type: [Function, Boolean], optional: true },
        isTesting: { type: Boolean, optional: true },
    };
    exactly = exactly;

    get icon() {
        return this.props.condition.severity === "error"
            ? "fa-times-circle"
            : "fa-exclamation-triangle";
    }

    get iconLabel() {
        return this.props.condition.severity === "error" ? _t("Error") : _t("Warning");
    }

    /** The text, without its full stop if a time follows it. */
    get text() {
        const { text } = this.props.condition;
        return this.since ? text.replace(/\.$/, "") : text;
    }

    /** "Connection refused since 13:32", but "…: 3 records, since 13:32". */
    get since() {
        const { since, text } = this.props.condition;
        if (!since) {
            return "";
        }
        const time = clock(since, this.props.now);
        return /[.,:;–]/.test(text) ? _t(", since %s", time) : _t(" since %s", time);
    }
}
