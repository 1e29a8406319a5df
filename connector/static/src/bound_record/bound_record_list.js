import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { useEffect } from "@odoo/owl";

/** List of bindings whose boxes and menu of columns have names for screen readers. */
export class BoundRecordListRenderer extends ListRenderer {
    setup() {
        super.setup();
        useEffect(() => this.labelControls());
    }

    labelControls() {
        const root = this.rootRef.el;
        const label = (element, text) => element?.setAttribute("aria-label", text);
        label(
            root.querySelector("thead .o_list_record_selector input"),
            _t("Select all"),
        );
        label(root.querySelector(".o_optional_columns_dropdown button"), _t("Columns"));
        for (const row of root.querySelectorAll(".o_data_row")) {
            const name = row.querySelector(".o_data_cell")?.textContent.trim();
            label(
                row.querySelector(".o_list_record_selector input"),
                _t("Select %s", name),
            );
        }
    }
}

registry
    .category("views")
    .add("connector_bound_record_list", { ...listView, Renderer: BoundRecordListRenderer });
