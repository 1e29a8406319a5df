import { ListRenderer } from "@web/views/list/list_renderer";
import { onPatched, onWillPatch, useEffect } from "@odoo/owl";
import { labelListControls } from "./control_labels";

/** List whose rows stay in the document when its records are read again. */
export class LiveListRenderer extends ListRenderer {
    static rowsTemplate = "connector.LiveList.Rows";

    setup() {
        super.setup();
        let focused = null;
        onWillPatch(() => {
            focused = this.describeFocus();
        });
        onPatched(() => this.restoreFocus(focused));
        useEffect(() => labelListControls(this.rootRef.el));
    }

    /** Return the key of a group among the groups beside it. */
    getGroupKey(group) {
        return String(group.value ?? "");
    }

    /** Return the position of the focused cell, null if it is outside of the rows. */
    describeFocus() {
        const cell = document.activeElement.closest("td, th");
        const row = cell && cell.closest("tbody tr");
        if (!row || !this.tableRef.el?.contains(row)) {
            return null;
        }
        return {
            element: document.activeElement,
            cellIndex: [...row.children].indexOf(cell),
            rowIndex: [...row.parentElement.children].indexOf(row),
        };
    }

    /** Focus the element that had the focus, or the row that replaced its row. */
    restoreFocus(focused) {
        if (!focused || document.activeElement === focused.element) {
            return;
        }
        if (focused.element.isConnected) {
            // a row that is moved in the document loses the focus
            if (document.activeElement === document.body) {
                focused.element.focus({ preventScroll: true });
            }
            return;
        }
        const rows = this.tableRef.el?.querySelectorAll(
            "tbody .o_data_row, tbody .o_group_header",
        );
        const row = rows?.[Math.min(focused.rowIndex, rows.length - 1)];
        const cell = row && (row.children[focused.cellIndex] || row.children[0]);
        cell?.focus();
    }
}
