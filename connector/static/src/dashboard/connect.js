import { Component } from "@odoo/owl";
import { ActionLink } from "./action_link";

/** The three steps to the first synchronization. */
export class Connect extends Component {
    static template = "connector.DashboardConnect";
    static components = { ActionLink };
    static props = { connectors: Array };

    get creatable() {
        return this.props.connectors.filter((connector) => connector.can_create);
    }

    linkTo(connector) {
        return {
            action: {
                type: "ir.actions.act_window",
                name: connector.name,
                res_model: connector.model,
                views: [[false, "form"]],
            },
        };
    }
}
