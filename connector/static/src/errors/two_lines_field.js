import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The first two lines of a text in a list; the tooltip has all of it. */
class TwoLinesField extends Component {
    static template = xml`
        <div class="o_connector_two_lines" t-att-title="text" t-esc="text"/>`;
    static props = standardFieldProps;

    get text() {
        return this.props.record.data[this.props.name] || "";
    }
}

registry.category("fields").add("connector_two_lines", {
    component: TwoLinesField,
    supportedTypes: ["char", "text"],
});
