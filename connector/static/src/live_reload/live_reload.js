import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { onMounted, onWillUnmount } from "@odoo/owl";

/** How long to wait before the next look, in milliseconds */
export const DELAYS = { live: 2000, idle: 5000 };

function shownRecords(root) {
    return root.records || [root];
}

function isLive(root) {
    return shownRecords(root).some((record) => record.data.is_live);
}

/** Return whether reloading would lose a selection or an edit. */
function isInUse(root) {
    return Boolean(root.selection?.length || root.editedRecord || root.dirty);
}

/**
 * Load the records of a view again and again: often while one of them `is_live`,
 * seldom otherwise, never while nobody can see it or while the user works in it.
 */
export function useLiveReload(model) {
    let timer = null;
    let mounted = false;

    async function reload() {
        if (document.visibilityState !== "hidden" && !isInUse(model.root)) {
            try {
                await model.load();
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error; // and look no more
                }
            }
        }
        schedule();
    }

    function schedule() {
        if (mounted) {
            timer = browser.setTimeout(
                reload,
                isLive(model.root) ? DELAYS.live : DELAYS.idle,
            );
        }
    }

    onMounted(() => {
        mounted = true;
        schedule();
    });
    onWillUnmount(() => {
        mounted = false;
        browser.clearTimeout(timer);
    });
}
