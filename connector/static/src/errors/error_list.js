/**
 * The screen *Errors*: causes with their errors, and the details of one beside them.
 *
 *     ErrorListController     what is shown in the panel, refreshes, selection
 *       ├─ ErrorListRenderer  rows, on a wide screen (error_rows.js)
 *       ├─ ErrorCards         cards, on a small one
 *       └─ ErrorPanel         details, over the cards on a small screen
 *
 * All parts act through `env.connectorErrors.actions` (error_actions.js).
 */
import { markup, useState, useSubEnv } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { refreshModel, usePolling } from "../live_reload/live_reload";
import { countedLabel, ERROR_MODEL, useErrorActions } from "./error_actions";
import { ErrorCards } from "./error_cards";
import { ErrorPanel } from "./error_panel";
import { ErrorListRenderer } from "./error_rows";

export class ErrorListController extends ListController {
    static template = "connector.ErrorList";
    static components = { ...ListController.components, ErrorPanel };

    setup() {
        super.setup();
        const { errorId = null } = this.props.state || {};
        this.panel = useState({ errorId, version: 0 });
        this.counter = useState(useService("connector_error_counter"));
        this.errorActions = useErrorActions(
            () => this.refresh(),
            () => this.assignees,
        );
        useSubEnv({
            connectorErrors: {
                actions: this.errorActions,
                panel: this.panel,
                openLocal: this.openLocal.bind(this),
            },
        });
        useSetupAction({ getLocalState: () => ({ errorId: this.panel.errorId }) });
        useHotkey("escape", () => this.closePanel(), {
            area: () => this.rootRef.el?.querySelector(".o_connector_errors"),
            isAvailable: () => Boolean(this.panel.errorId),
        });
        const isRetried = (record) => record.data.state === "retrying";
        usePolling(
            () => this.refresh(),
            () => this.model.isReady && this.model.root.records.some(isRetried),
        );
    }

    get renderer() {
        return this.env.isSmall ? ErrorCards : this.props.Renderer;
    }

    /** Return the users who may take care of an error. */
    get assignees() {
        const { domain } = this.props.fields.user_id;
        const isUser = [["share", "=", false]];
        const own = domain ? new Domain(domain).toList(user.context) : [];
        return Domain.and([isUser, own]).toList();
    }

    /** A search without a result is no reason to say that nothing fails. */
    get noContentHelp() {
        return this.counter.count
            ? markup`<p class="o_view_nocontent_empty_folder">${_t(
                  "No error matches this search",
              )}</p>`
            : this.props.info.noContentHelp;
    }

    // -- refresh ---------------------------------------------------------------

    async refresh() {
        if (this.model.isReady) {
            await refreshModel(this.model);
            this.panel.version++;
        }
    }

    // -- panel -----------------------------------------------------------------

    async openRecord(record, options = {}) {
        if (options.newWindow || options.force) {
            return super.openRecord(record, options);
        }
        this.origin = { element: document.activeElement };
        this.panel.errorId = record.resId;
    }

    /** Close the panel, and return the focus to the row of its error. */
    closePanel() {
        const row = this.rootRef.el.querySelector(".o_connector_shown .o_data_cell");
        const { element } = this.origin || {};
        this.panel.errorId = null;
        const isThere = element?.isConnected && element !== document.body;
        const first = this.rootRef.el.querySelector(".o_connector_toggle");
        (isThere ? element : row || first)?.focus();
    }

    /** Open the record in Odoo; a click with Ctrl is left to the browser. */
    openLocal(errorId, ev) {
        if (ev.ctrlKey || ev.metaKey || ev.shiftKey) {
            return;
        }
        ev.preventDefault();
        return this.openBy("action_open_local", errorId);
    }

    async openBy(method, errorId) {
        const action = await this.orm.call(ERROR_MODEL, method, [[errorId]]);
        return this.actionService.doAction(action);
    }

    openForm(errorId) {
        this.props.selectRecord(errorId, { activeIds: [errorId] });
    }

    async retryCause(causeId) {
        const ids = await this.orm.search(ERROR_MODEL, [
            ["cause_id", "=", causeId],
            ["state", "in", ["open", "retrying"]],
        ]);
        return this.errorActions.retry(ids);
    }

    // -- selection -------------------------------------------------------------

    get selectedCount() {
        const { root } = this.model;
        if (!root.isDomainSelected) {
            return root.selection.length;
        }
        return root.isGrouped ? root.recordCount : root.count;
    }

    get selectionButtons() {
        const buttons = [
            { name: "retry", label: _t("Retry"), class: "btn-primary" },
            { name: "ignore", label: _t("Ignore"), class: "btn-secondary" },
            { name: "assign", label: _t("Assign"), class: "btn-secondary" },
        ];
        if (this.isExportEnable) {
            buttons.push({
                name: "export",
                label: _t("Export"),
                class: "btn-secondary",
            });
        }
        return buttons;
    }

    countedLabel(label) {
        return countedLabel(label, this.selectedCount);
    }

    async performOnSelection(name) {
        if (name === "export") {
            return this.exportRecords();
        }
        const { root } = this.model;
        const ids = root.isDomainSelected
            ? await this.orm.search(ERROR_MODEL, root.domain)
            : root.selection.map((record) => record.resId);
        return this.errorActions[name](ids);
    }
}

registry.category("views").add("connector_error_list", {
    ...listView,
    Controller: ErrorListController,
    Renderer: ErrorListRenderer,
});
