import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useRecordButton } from "./record_button";

/** The menu *More* in the header of a backend; see models/backend_more.py */
export class ConnectorMore extends Component {
    static template = "connector.More";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.call = useRecordButton(this.props);
    }

    get actions() {
        return this.props.record.data.more_actions || [];
    }
}

export const connectorMore = {
    component: ConnectorMore,
    fieldDependencies: [{ name: "more_actions", type: "json", readonly: true }],
};

registry.category("view_widgets").add("connector_more", connectorMore);
