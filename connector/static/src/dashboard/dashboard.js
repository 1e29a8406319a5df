import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ActionLink } from "./action_link";
import { BackendCard } from "./backend_card";
import { Band } from "./band";
import { Condition } from "./condition";
import { Connect } from "./connect";
import { clock } from "./times";
import { useDashboard } from "./use_dashboard";

const BAD_STATES = ["error", "decision", "warning"];

/** The systems: the conditions that need attention, and a card for each. */
export class Dashboard extends Component {
    static template = "connector.Dashboard";
    static components = { ActionLink, BackendCard, Band, Condition, Connect, Layout };
    static props = { ...standardActionServiceProps };
    display = { controlPanel: {} };

    setup() {
        this.dashboard = useDashboard();
        this.state = useState({ isFiltered: false });
        this.refresh = () => this.dashboard.refresh();
        this.toggleFilter = () => {
            this.state.isFiltered = !this.state.isFiltered;
        };
    }

    get data() {
        return this.dashboard.data;
    }

    get cards() {
        return this.state.isFiltered
            ? this.data.cards.filter((card) => BAD_STATES.includes(card.state))
            : this.data.cards;
    }

    get creatable() {
        return this.data.connectors.filter((connector) => connector.can_create);
    }

    get failure() {
        const { failure, now } = this.dashboard;
        if (!failure) {
            return "";
        }
        const since = clock(failure.since, now);
        return failure.isConnection
            ? _t("The server cannot be reached. This is the state of %s.", since)
            : _t("This is the state of %(since)s. It cannot be updated: %(reason)s.", {
                  since,
                  reason: failure.message.replace(/\.$/, ""),
              });
    }

    linkTo(connector) {
        return Connect.prototype.linkTo(connector);
    }
}

registry.category("actions").add("connector_dashboard", Dashboard);
