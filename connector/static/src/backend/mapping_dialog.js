import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/** The mapping of a model in plain words; see models/backend_mapping.py */
export class MappingDialog extends Component {
    static template = "connector.MappingDialog";
    static components = { Dialog };
    static props = { mapping: Object, close: Function };
}
