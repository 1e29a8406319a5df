import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useRecordButton } from "./record_button";

/** The problem of a backend, and the button that helps; models/backend_health.py */
export class ConnectorBanner extends Component {
    static template = "connector.Banner";
    static props = { ...standardFieldProps };

    setup() {
        this.call = useRecordButton(this.props);
    }

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }
}

export const connectorBanner = {
    component: ConnectorBanner,
    supportedTypes: ["json"],
};

registry.category("fields").add("connector_banner", connectorBanner);
