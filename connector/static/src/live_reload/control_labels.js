import { _t } from "@web/core/l10n/translation";

/**
 * Name the controls of a list that Odoo leaves without a name for screen readers: the
 * boxes that select rows, and the menu of columns.
 */
export function labelListControls(root) {
    const label = (element, text) => element?.setAttribute("aria-label", text);
    label(root.querySelector("thead .o_list_record_selector input"), _t("Select all"));
    label(root.querySelector(".o_optional_columns_dropdown button"), _t("Columns"));
    for (const row of root.querySelectorAll(".o_data_row")) {
        const name = row.querySelector(".o_data_cell")?.textContent.trim();
        const box = row.querySelector(".o_list_record_selector input");
        label(box, name ? _t("Select %s", name) : _t("Select"));
    }
}
