import { Component } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Return the address of a link, which the browser opens in another tab. */
export function addressOf(link) {
    if (link.xmlid) {
        return `/odoo/action-${link.xmlid}`;
    }
    const { res_model: model, res_id: id } = link.action;
    if (!model) {
        return "/odoo";
    }
    const path = model.includes(".") ? model : `m-${model}`;
    return id ? `/odoo/${path}/${id}` : `/odoo/${path}`;
}

/** Return the action of a link. */
export async function loadLink(actionService, link) {
    if (!link.xmlid) {
        return link.action;
    }
    const action = await actionService.loadAction(link.xmlid);
    return link.domain ? { ...action, domain: link.domain } : action;
}

/** A link to records: a click opens its action, with Ctrl or the middle button in a new tab. */
export class ActionLink extends Component {
    static template = "connector.ActionLink";
    static props = {
        link: Object, // {xmlid, domain} or {action}
        class: { type: String, optional: true },
        title: { type: String, optional: true },
        slots: Object,
    };

    setup() {
        this.action = useService("action");
    }

    get href() {
        return addressOf(this.props.link);
    }

    async onClick(ev) {
        if (ev.button > 1) {
            return;
        }
        ev.preventDefault();
        const newWindow = ev.ctrlKey || ev.metaKey || ev.button === 1;
        const action = await loadLink(this.action, this.props.link);
        await this.action.doAction(action, { newWindow });
    }
}
