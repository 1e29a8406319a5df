import { useState } from "@odoo/owl";
import { LiveListRenderer } from "../live_reload/live_list_renderer";
import { CauseHeader } from "./cause_header";

/** Columns that are left beside the details of an error */
const BESIDE_PANEL = ["record_name", "reason", "attempts", "state", "local_url"];

/** List of errors: a header for each cause, with buttons for all its errors. */
export class ErrorListRenderer extends LiveListRenderer {
    static groupRowTemplate = "connector.ErrorList.GroupRow";
    static components = { ...LiveListRenderer.components, CauseHeader };

    setup() {
        this.panel = useState(this.env.connectorErrors.panel);
        super.setup();
    }

    getActiveColumns() {
        const columns = super.getActiveColumns();
        return this.panel.errorId
            ? columns.filter((column) => BESIDE_PANEL.includes(column.name))
            : columns;
    }

    getRowClass(record) {
        const isShown = record.resId === this.panel.errorId;
        return `${super.getRowClass(record)} ${isShown ? "o_connector_shown" : ""}`;
    }

    /** Leave Tab in headers, and Enter on buttons and links, to the browser. */
    onCellKeydownReadOnlyMode(hotkey, cell, group, record) {
        if (["tab", "shift+tab"].includes(hotkey)) {
            return false;
        }
        const isOnButton = document.activeElement.closest("td a, td button");
        if (hotkey === "enter" && record && isOnButton) {
            return false;
        }
        return super.onCellKeydownReadOnlyMode(hotkey, cell, group, record);
    }
}
