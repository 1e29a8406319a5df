import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, useState } from "@odoo/owl";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const LOCAL = "local";
const REMOTE = "remote";

/** Return the version that is chosen first: of the side that alone changed a field. */
export function initialChoice(field) {
    if (!field.is_exported) {
        return REMOTE;
    }
    return field.changed_by === "both" ? null : field.changed_by;
}

/**
 * Both versions of a record that both sides changed, to choose from by field.
 *
 * It is a window over the record, or a page that an activity links to. If a side changes
 * while it is open, nothing is applied: it shows the new versions.
 */
export class Conflict extends Component {
    static template = "connector.Conflict";
    static props = { ...standardActionServiceProps };
    static displayName = _t("Choose a version");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        const { binding_model: model, binding_id: id } = this.props.action.params;
        this.binding = [model, [Number(id)]];
        if (this.isPage) {
            // the address keeps them when the page is loaded again
            this.props.updateActionState?.({ binding_model: model, binding_id: id });
        }
        this.state = useState({
            conflict: null,
            choices: {},
            isOutdated: false,
            isBusy: false,
        });
        onWillStart(async () => this.show(await this.call("get_conflict")));
    }

    /** Return whether it is a page, not a window over another one. */
    get isPage() {
        return this.props.action.target !== "new";
    }

    call(method, ...args) {
        const [model, ids] = this.binding;
        return this.orm.call(model, method, [ids, ...args]);
    }

    show(conflict) {
        this.state.conflict = conflict;
        this.state.choices = Object.fromEntries(
            conflict.fields.map((field) => [field.name, initialChoice(field)]),
        );
    }

    get fields() {
        return this.state.conflict.fields;
    }

    /** Return the labels of the fields without a choice. */
    get missing() {
        return this.fields
            .filter((field) => !this.state.choices[field.name])
            .map((field) => field.label);
    }

    get missingText() {
        return _t("Choose a version of: %s", this.missing.join(", "));
    }

    hint(field) {
        const backend = this.state.conflict.backend;
        if (!field.is_exported) {
            return _t("Not exported: the version of %s is used", backend);
        }
        return {
            both: _t("Changed on both sides"),
            local: _t("Changed only in this Odoo"),
            remote: _t("Changed only in %s", backend),
        }[field.changed_by];
    }

    choose(field, side) {
        this.state.choices[field.name] = side;
    }

    keep(side) {
        const choices = this.fields.map((field) => [
            field.name,
            field.is_exported ? side : REMOTE,
        ]);
        return this.apply(Object.fromEntries(choices));
    }

    keepLocal() {
        return this.keep(LOCAL);
    }

    keepRemote() {
        return this.keep(REMOTE);
    }

    applySelection() {
        return this.apply({ ...this.state.choices });
    }

    async apply(choices) {
        this.state.isBusy = true;
        try {
            const answer = await this.call(
                "decide_conflict",
                choices,
                this.state.conflict.version,
            );
            if (answer.is_applied) {
                await this.close();
            } else {
                this.state.isOutdated = true;
                this.show(answer);
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    /** Close the window, or leave the page for the record. */
    async close() {
        this.notification.add(
            _t("Your choice is applied to %s.", this.state.conflict.record),
            { type: "success" },
        );
        await this.leave();
    }

    leave() {
        if (!this.isPage) {
            return this.action.doAction({ type: "ir.actions.act_window_close" });
        }
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: this.state.conflict.res_model,
                res_id: this.state.conflict.res_id,
                views: [[false, "form"]],
            },
            { clearBreadcrumbs: true },
        );
    }
}

registry.category("actions").add("connector_conflict", Conflict);
