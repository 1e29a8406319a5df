import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import {
    Component,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    status,
    useState,
} from "@odoo/owl";

/** Milliseconds until an entry that waits for a job is read again */
export const DELAY = 3000;

/** Colors of the badges; the words say the same */
const BADGES = {
    in_sync: "text-bg-success",
    waiting: "text-bg-info",
    conflict: "text-bg-warning",
    failing: "text-bg-danger",
};

/**
 * The Connectors tab: where a record is bound, whether it is in sync, and what to do.
 *
 * While a job of the record waits, the entries are read again and again; once it has
 * ended, the record is read, too, unless the user edits it.
 */
export class RecordTab extends Component {
    static template = "connector.RecordTab";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ entries: [], isBusy: false });
        this.resId = this.props.record.resId;
        onWillStart(() => this.load());
        onWillUpdateProps(async (props) => {
            if (props.record.resId !== this.resId) {
                this.resId = props.record.resId;
                await this.load();
            }
        });
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    async load() {
        browser.clearTimeout(this.timer);
        const waited = this.isWaiting;
        this.state.entries = this.resId
            ? await this.orm.call("connector.record.tab", "get_tab", [
                  this.props.record.resModel,
                  this.resId,
              ])
            : [];
        if (this.isWaiting) {
            this.timer = browser.setTimeout(() => this.refresh(), DELAY);
        } else if (waited) {
            await this.reloadRecord();
        }
    }

    refresh() {
        if (document.visibilityState === "hidden") {
            this.timer = browser.setTimeout(() => this.refresh(), DELAY);
            return;
        }
        return this.load();
    }

    async reloadRecord() {
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await record.load();
        }
    }

    get isWaiting() {
        return this.state.entries.some((entry) => entry.has_jobs);
    }

    badge(entry) {
        return BADGES[entry.status];
    }

    // -- buttons ----------------------------------------------------------------

    /** Call a method of the server, show its answer, and read the entries again. */
    async run(model, method, id) {
        this.state.isBusy = true;
        try {
            const { record } = this.props;
            if (!(await record.save())) {
                return; // the form shows the invalid fields
            }
            const action = await this.orm.call(model, method, [[id]]);
            if (action?.type) {
                await this.action.doAction(action, { onClose: () => this.reload() });
            }
            if (status(this) !== "destroyed") {
                await this.load();
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    async reload() {
        if (status(this) === "destroyed") {
            return;
        }
        await this.load();
        await this.reloadRecord();
    }

    confirm(title, body, confirmLabel, confirm) {
        this.dialog.add(ConfirmationDialog, {
            title,
            body,
            confirmLabel,
            confirm,
            cancel: () => {},
        });
    }

    update(entry) {
        const update = () => this.run(entry.model, "button_synchronize", entry.id);
        if (!entry.waiting_fields) {
            return update();
        }
        this.confirm(
            _t("Update from %s", entry.backend),
            _t(
                "These edits are not exported yet, and are replaced by the version of %(backend)s: %(fields)s.",
                { backend: entry.backend, fields: entry.waiting_fields },
            ),
            _t("Update"),
            update,
        );
    }

    push(entry) {
        const push = () => this.run(entry.model, "button_push", entry.id);
        if (entry.status !== "conflict") {
            return push();
        }
        this.confirm(
            _t("Push to %s", entry.backend),
            _t("The local version replaces all changes made in %s.", entry.backend),
            _t("Push"),
            push,
        );
    }

    unbind(entry) {
        this.confirm(
            _t("Unbind from %s", entry.backend),
            _t(
                "Both records are kept and not synchronized any more. The next complete import creates a new record for the remote one, unless it recognizes this one.",
            ),
            _t("Unbind"),
            () => this.run(entry.model, "button_unbind", entry.id),
        );
    }

    accept(entry) {
        this.confirm(
            _t("Same record"),
            _t(
                "The record with the ID %(id)s in %(backend)s was created again. It is synchronized with this one from now on.",
                { id: entry.external_id, backend: entry.backend },
            ),
            _t("Same record"),
            () => this.run(entry.model, "button_same_record", entry.id),
        );
    }

    retry(entry) {
        return this.run("connector.sync.error", "action_retry", entry.error.id);
    }

    decide(entry) {
        return this.run(entry.model, "button_decide", entry.id);
    }

    async openHistory(entry) {
        const rows = [[entry.row_id]];
        return this.action.doAction(
            await this.orm.call("connector.bound.record", "action_open_history", rows),
        );
    }
}

registry.category("view_widgets").add("connector_tab", { component: RecordTab });
