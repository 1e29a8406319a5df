/**
 * The buttons of one error in a list: retry it, open its records.
 *
 * The local and the external record open from links, so that a browser can also open
 * them in another tab.
 */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export class ErrorButtonsField extends Component {
    static template = "connector.ErrorButtonsField";
    static props = standardFieldProps;

    get data() {
        return this.props.record.data;
    }

    get errorId() {
        return this.props.record.resId;
    }

    get name() {
        return this.data.record_name || this.data.backend_name;
    }

    get labels() {
        const names = { name: this.name, backend: this.data.backend_name };
        return {
            retry: _t("Retry %s", this.name),
            local: _t("Open %s in Odoo", this.name),
            remote: _t("Open %(name)s in %(backend)s", names),
        };
    }

    retry() {
        return this.env.connectorErrors.actions.retry([this.errorId]);
    }

    openLocal(ev) {
        return this.env.connectorErrors.openLocal(this.errorId, ev);
    }
}

registry.category("fields").add("connector_error_buttons", {
    component: ErrorButtonsField,
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "record_name", type: "char" },
        { name: "backend_name", type: "char" },
        { name: "remote_url", type: "char" },
        { name: "state", type: "selection" },
    ],
});
