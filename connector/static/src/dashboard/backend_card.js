import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { ActionLink, loadLink } from "./action_link";
import { Condition } from "./condition";
import { HoursStrip } from "./hours_strip";
import { ModelTable } from "./model_table";
import { age, ago, clock, exactly, isPast } from "./times";

/** Within this time, a change of the card is the answer to a pressed button */
const ANSWER_MILLISECONDS = 10000;

const STATES = {
    error: { label: _t("Needs attention"), icon: "fa-times-circle" },
    decision: { label: _t("Needs your decision"), icon: "fa-question-circle" },
    warning: { label: _t("Needs attention"), icon: "fa-exclamation-triangle" },
    off: { label: _t("Off"), icon: "fa-pause-circle" },
    running: { label: _t("Synchronizing"), icon: "fa-refresh" },
    ok: { label: _t("Working"), icon: "fa-check-circle" },
};
const OFF_LABELS = { draft: _t("Draft"), paused: _t("Paused") };
const CONNECTED = { label: _t("Connected, not active"), icon: "fa-check-circle" };

/** One backend: its health, its work and its models. */
export class BackendCard extends Component {
    static template = "connector.DashboardBackendCard";
    static components = {
        ActionLink,
        Condition,
        Dropdown,
        DropdownItem,
        HoursStrip,
        ModelTable,
    };
    static props = { card: Object, now: Number, refresh: Function };
    age = age;
    ago = ago;
    exactly = exactly;
    formatInteger = formatInteger;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ busy: "" });
        this.root = useRef("root");
        this.pressedAt = 0;
        useEffect(
            () => this.keepFocus(),
            () => [this.props.card],
        );
        this.pressTest = () => this.press("button_check_connection");
    }

    get htmlId() {
        return this.props.card.id.replace(/[^\w-]/g, "-");
    }

    get status() {
        const { state, backend_state: backendState } = this.props.card;
        if (state === "ok" && backendState === "checked") {
            return CONNECTED;
        }
        const label = state === "off" && OFF_LABELS[backendState];
        return label ? { ...STATES.off, label } : STATES[state];
    }

    /** What the user must do before the backend is synchronized, null if nothing. */
    get nextStep() {
        const { backend_state: state } = this.props.card;
        const steps = {
            draft: ["button_check_connection", _t("Test connection")],
            checked: ["button_activate", _t("Activate")],
            paused: ["button_resume", _t("Resume")],
        };
        const [method, label] = steps[state] || [];
        return this.has(method) ? { method, label } : null;
    }

    /** A draft has nothing to tell yet. */
    get hasFacts() {
        const { card } = this.props;
        return card.hours.length && card.backend_state !== "draft";
    }

    get recordLink() {
        const { model, res_id: resId, name } = this.props.card;
        return {
            action: {
                type: "ir.actions.act_window",
                name,
                res_model: model,
                res_id: resId,
                views: [[false, "form"]],
            },
        };
    }

    get nextRun() {
        const { card, now } = this.props;
        if (card.is_stopped) {
            return _t("stopped");
        }
        if (!card.has_schedule) {
            return card.backend_state === "production" ||
                card.backend_state === "checked"
                ? _t("no schedule")
                : _t("not while it is off");
        }
        if (!card.next_run) {
            return _t("within a minute");
        }
        if (isPast(card.next_run, now)) {
            return _t("due since %s", clock(card.next_run, now));
        }
        return deserializeDateTime(card.next_run) > now
            ? ago(card.next_run, now)
            : _t("now");
    }

    /** The function of *Test*; false if the user may not test the connection. */
    get test() {
        return this.has("button_check_connection") && this.pressTest;
    }

    has(button) {
        return this.props.card.buttons.includes(button);
    }

    /** Call a button of the backend, and perform the action that it returns. */
    async press(method) {
        if (this.state.busy) {
            return;
        }
        const { model, res_id: resId } = this.props.card;
        this.state.busy = method;
        try {
            const action = await this.orm.call(model, method, [[resId]]);
            if (action && typeof action === "object") {
                // the dashboard loads its data itself, and keeps focus and scroll
                if (action.params?.next?.tag === "soft_reload") {
                    delete action.params.next;
                }
                await this.action.doAction(action, { onClose: this.props.refresh });
            }
        } finally {
            this.state.busy = "";
            this.pressedAt = Date.now();
            this.props.refresh();
        }
    }

    /** Focus the first button if the pressed one is gone: Pause becomes Resume. */
    keepFocus() {
        const isAnswer = Date.now() - this.pressedAt < ANSWER_MILLISECONDS;
        if (isAnswer && document.activeElement === document.body) {
            this.root.el.querySelector("header button").focus();
        }
    }

    async open(link) {
        await this.action.doAction(await loadLink(this.action, link));
    }
}
