import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { useEffect } from "@odoo/owl";
import { labelListControls } from "../live_reload/control_labels";

/** List of bindings whose boxes and menu of columns have names for screen readers. */
export class BoundRecordListRenderer extends ListRenderer {
    setup() {
        super.setup();
        useEffect(() => labelListControls(this.rootRef.el));
    }
}

registry.category("views").add("connector_bound_record_list", {
    ...listView,
    Renderer: BoundRecordListRenderer,
});
