/**
 * Views whose records are read again and again, in place.
 *
 *     every 2 s while a record is live, else every 5 s
 *       └─ refreshModel(model): read with the current search, order and open groups
 *            ├─ the user changed something meanwhile ─► discard what was read
 *            └─ else: new datapoints, the same selection, the same rows
 *
 * A row has the id of its record as key (`live_list_renderer.js`), so that elements
 * stay in the document: focus, scroll positions and open menus are kept.
 */
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { onMounted, onWillUnmount } from "@odoo/owl";

/** How long to wait before the next look, in milliseconds */
export const DELAYS = { live: 2000, idle: 5000 };

function shownRecords(root) {
    return root.records || [root];
}

function hasLiveRecord(root) {
    return shownRecords(root).some((record) => record.data.is_live);
}

/** Return whether a refresh would lose an edit. */
function isEdited(root) {
    return Boolean(root.editedRecord || root.dirty);
}

/** Return what the user chose to see: another text means that it was changed. */
function describeLayout(root) {
    const describeList = (list) => [
        list.offset,
        list.limit,
        list.isDomainSelected,
        (list.groups || []).map((group) => [
            group.value,
            group.isFolded,
            describeList(group.list),
        ]),
        list.groups ? [] : list.records.map((record) => record.selected),
    ];
    return root.records ? JSON.stringify(describeList(root)) : String(root.resId);
}

/** Copy what loading changes, so that what is read can be discarded. */
function copyGroups(groups = {}) {
    return Object.fromEntries(
        Object.entries(groups).map(([key, group]) => [
            key,
            {
                ...group,
                list: { ...group.list, groups: copyGroups(group.list.groups) },
            },
        ]),
    );
}

function restoreSelection(root, { ids, isDomainSelected }) {
    for (const record of root.records || []) {
        record.selected = ids.has(record.resId);
    }
    if (isDomainSelected) {
        root._selectDomain(true);
    }
}

/**
 * Read the records of a view again; keep selection, open groups, order and pages.
 *
 * What was read is discarded if the user searched, opened a group or selected
 * meanwhile. Unlike `model.load()` it never supersedes a search of the user.
 */
export async function refreshModel(model) {
    const root = model.root;
    const layout = describeLayout(root);
    const config = model._getNextConfig(model.config, {});
    if (config.groups) {
        config.groups = copyGroups(config.groups);
        delete config.currentGroups; // groups without records disappear
    }
    const data = await model._loadData(config);
    if (model.root !== root || isEdited(root) || describeLayout(root) !== layout) {
        return;
    }
    const selection = {
        ids: new Set((root.selection || []).map((record) => record.resId)),
        isDomainSelected: root.isDomainSelected,
    };
    const next = model._createRoot(config, data);
    restoreSelection(next, selection);
    model.root = next;
    model.config = config;
    await model.hooks.onRootLoaded(next);
}

/**
 * Call a function again and again: often while it is `live`, seldom otherwise, never
 * while nobody can see the page.
 *
 * @param {() => Promise} load rejects with ConnectionLostError to be tried again
 * @param {() => Boolean} isLive
 */
export function usePolling(load, isLive = () => false) {
    let timer = null;
    let mounted = false;

    async function look() {
        if (document.visibilityState !== "hidden") {
            try {
                await load();
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
            timer = browser.setTimeout(look, isLive() ? DELAYS.live : DELAYS.idle);
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

/**
 * Refresh the records of a view automatically, except while the user edits one.
 *
 * @param {(root) => Boolean} isLive default: a record `is_live`
 */
export function useLiveReload(model, isLive = hasLiveRecord) {
    usePolling(
        async () => {
            if (!isEdited(model.root)) {
                await refreshModel(model);
            }
        },
        () => isLive(model.root),
    );
}
