import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/** Ask who takes care of errors. */
export class AssignDialog extends Component {
    static template = "connector.AssignDialog";
    static components = { Dialog, RecordSelector };
    static props = {
        count: Number,
        domain: Array,
        assign: Function,
        close: Function,
    };

    setup() {
        this.names = useService("name");
        this.state = useState({ userId: user.userId, isBusy: false });
        const root = useRef("root");
        // Odoo's selector has no label, and its picture no text
        useEffect(() => {
            root.el
                ?.querySelector("input")
                ?.setAttribute("aria-label", _t("Assign to"));
            root.el?.querySelector("img")?.setAttribute("alt", "");
        });
    }

    get title() {
        return this.props.count === 1
            ? _t("Assign 1 error")
            : _t("Assign %s errors", this.props.count.toLocaleString());
    }

    async assign() {
        this.state.isBusy = true;
        try {
            const { userId } = this.state;
            const names = await this.names.loadDisplayNames("res.users", [userId]);
            await this.props.assign(userId, names[userId]);
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}
