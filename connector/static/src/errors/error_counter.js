/**
 * The number of open errors in the menu entry *Errors*.
 *
 *     service: one count when the app is open, each minute, and after actions
 *       └─ NavBar: the entry is "Errors (6)", also in the menus of a small screen
 *
 * Users without the menu entry, and users of other apps, cause no request.
 */
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { NavBar } from "@web/webclient/navbar/navbar";
import { reactive, useEffect, useState } from "@odoo/owl";

export const MENU = "connector.menu_connector_sync_error";
export const REFRESH_MILLISECONDS = 60000;
/** More errors are shown as "9999+" */
const LIMIT = 9999;
const DOMAIN = [["state", "in", ["open", "retrying"]]];

function hasMenu(menu) {
    const app = menu.getCurrentApp();
    const sections = app ? menu.getMenuAsTree(app.id).childrenTree : [];
    return sections.some((section) => section.xmlid === MENU);
}

export const errorCounterService = {
    dependencies: ["menu", "orm"],
    start(env, { menu, orm }) {
        const counter = reactive({ count: 0, refresh });

        async function refresh() {
            if (document.visibilityState === "hidden" || !hasMenu(menu)) {
                return;
            }
            try {
                counter.count = await orm.silent.searchCount(
                    "connector.sync.error",
                    DOMAIN,
                    { limit: LIMIT + 1 },
                );
            } catch {
                // A number in a menu is no reason for a message: the next look is soon.
            }
        }

        env.bus.addEventListener("MENUS:APP-CHANGED", refresh);
        document.addEventListener("visibilitychange", refresh);
        browser.setInterval(refresh, REFRESH_MILLISECONDS);
        return counter;
    },
};
registry.category("services").add("connector_error_counter", errorCounterService);

/** Return the label of the menu entry. */
export function labelWithCount(name, count) {
    const shown = count > LIMIT ? `${LIMIT}+` : count;
    return count ? `${name} (${shown})` : name;
}

patch(NavBar.prototype, {
    setup() {
        super.setup();
        this.errorCounter = useState(this.env.services.connector_error_counter);
        // the width of the entry changes
        useEffect(
            () => {
                this.adapt();
            },
            () => [this.errorCounter.count],
        );
    },
    get currentAppSections() {
        const { count } = this.errorCounter;
        return super.currentAppSections.map((section) =>
            section.xmlid === MENU
                ? { ...section, name: labelWithCount(section.name, count) }
                : section,
        );
    },
    set currentAppSections(_) {
        // as in NavBar: other addons define the setter, too
    },
});
