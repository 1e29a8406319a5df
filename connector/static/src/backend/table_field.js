import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { MappingDialog } from "./mapping_dialog";

/**
 * A table of the form of a backend, from JSON; see models/backend_grid.py
 *
 * A row may open a record, and have buttons that open the mapping of a model.
 */
export class ConnectorTable extends Component {
    static template = "connector.Table";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
    }

    get table() {
        const table = this.props.record.data[this.props.name];
        return table || { columns: [], rows: [], empty: "" };
    }

    text(cell) {
        return cell?.at ? deserializeDateTime(cell.at).toRelative() : cell;
    }

    title(cell) {
        return cell?.at ? formatDateTime(deserializeDateTime(cell.at)) : undefined;
    }

    open({ model, id }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** Show the fields of a model, by the saved settings of the backend. */
    async press(button) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const mapping = await this.orm.call(record.resModel, "describe_mapping", [
            [record.resId],
            button.mapping,
        ]);
        this.dialog.add(MappingDialog, { mapping });
    }
}

export const connectorTable = {
    component: ConnectorTable,
    supportedTypes: ["json"],
};

registry.category("fields").add("connector_table", connectorTable);
