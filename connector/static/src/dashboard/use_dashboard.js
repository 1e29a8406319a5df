/**
 * The data of the dashboard, loaded again and again.
 *
 *     visible, something runs   every 2 s
 *     visible, nothing runs     every 10 s
 *     hidden                    never; immediately when it is shown again
 *     unreachable               after 2, 4, 8 … 60 s; `failure` says so on the screen
 */

import {
    markRaw,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { keepUnchanged } from "./keep_unchanged";

/** In milliseconds */
export const DELAYS = { live: 2000, idle: 10000, failed: 2000, longest: 60000 };

const SESSION_EXPIRED = "odoo.http.SessionExpiredException";

function isHidden() {
    return document.visibilityState === "hidden";
}

/**
 * @returns {{data: Object|null, now: number, failure: Object|null, refresh: Function}}
 *     `now` is the time of the server: the clock of the browser may be wrong
 */
export function useDashboard() {
    const orm = useService("orm");
    const state = useState({ data: null, now: Date.now(), failure: null });
    let timer = null;
    let isMounted = false;
    let failures = 0;
    let serverAhead = 0;
    let lastRequest = 0;

    async function load() {
        const request = ++lastRequest;
        let data = null;
        try {
            data = await orm.silent.call("connector.dashboard", "get_data", []);
        } catch (error) {
            if (request === lastRequest) {
                fail(error);
            }
            return;
        }
        if (request === lastRequest) {
            show(data);
        }
    }

    function show(data) {
        failures = 0;
        serverAhead = deserializeDateTime(data.now).toMillis() - Date.now();
        state.data = markRaw(keepUnchanged(state.data, data));
        state.now = Date.now() + serverAhead;
        state.failure = null;
    }

    function fail(error) {
        if (!state.data || error.exceptionName === SESSION_EXPIRED) {
            throw error; // Odoo shows it
        }
        failures += 1;
        const delay = Math.min(DELAYS.failed * 2 ** (failures - 1), DELAYS.longest);
        state.failure = {
            isConnection: error instanceof ConnectionLostError,
            message: error.data?.message || error.message,
            since: state.data.now,
            seconds: Math.round(delay / 1000),
        };
    }

    function nextDelay() {
        if (state.failure) {
            return state.failure.seconds * 1000;
        }
        return state.data?.is_live ? DELAYS.live : DELAYS.idle;
    }

    async function refresh() {
        browser.clearTimeout(timer);
        if (!isHidden()) {
            await load();
        }
        schedule();
    }

    function schedule() {
        browser.clearTimeout(timer);
        if (isMounted && !isHidden()) {
            timer = browser.setTimeout(refresh, nextDelay());
        }
    }

    useExternalListener(document, "visibilitychange", () => {
        if (isHidden()) {
            browser.clearTimeout(timer);
        } else if (isMounted) {
            refresh();
        }
    });
    onWillStart(load);
    onMounted(() => {
        isMounted = true;
        schedule();
    });
    onWillUnmount(() => {
        isMounted = false;
        browser.clearTimeout(timer);
    });
    return Object.assign(state, { refresh });
}
