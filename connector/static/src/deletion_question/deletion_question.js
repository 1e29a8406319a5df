import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onWillStart, useState } from "@odoo/owl";

const MODEL = "connector.sync.run";

/** The question of a run whether to remove records that were deleted remotely. */
export class DeletionQuestion extends Component {
    static template = "connector.DeletionQuestion";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ question: null, isBusy: false });
        onWillStart(async () => {
            this.state.question = await this.call("get_question");
        });
    }

    call(method) {
        return this.orm.call(MODEL, method, [[this.props.record.resId]]);
    }

    get more() {
        return this.state.question.count - this.state.question.names.length;
    }

    get moreText() {
        return _t("and %s more", this.more);
    }

    href(name) {
        return `/odoo/${name.model}/${name.id}`;
    }

    async showAll() {
        return this.action.doAction(await this.call("action_open_question_records"));
    }

    remove() {
        this.dialog.add(ConfirmationDialog, {
            title: this.state.question.remove,
            body: _t(
                "Each record is looked up once more: those that exist again are kept. Continue?",
            ),
            confirmLabel: this.state.question.remove,
            confirm: () => this.answer("action_confirm_removal"),
            cancel: () => {},
        });
    }

    keep() {
        return this.answer("action_keep_deleted");
    }

    async answer(method) {
        this.state.isBusy = true;
        try {
            await this.call(method);
            await this.props.record.load();
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry
    .category("view_widgets")
    .add("connector_deletion_question", { component: DeletionQuestion });
