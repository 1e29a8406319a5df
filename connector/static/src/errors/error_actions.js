/**
 * What a person does with errors: retry, ignore, assign.
 *
 * Each method takes the ids of the errors concerned and calls one method of the server,
 * then says what happens to how many errors, and refreshes the view and the counter.
 */
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { AssignDialog } from "./assign_dialog";

export const ERROR_MODEL = "connector.sync.error";

/** Return a text with the number of errors: "Retry", "Retry 6". */
export function countedLabel(label, count) {
    return count === 1 ? label : `${label} ${count.toLocaleString()}`;
}

/**
 * @param {() => Promise} refresh called after each action
 * @param {() => Array} getAssignees returns the domain of users who may be assigned
 */
export function useErrorActions(refresh, getAssignees) {
    const orm = useService("orm");
    const action = useService("action");
    const dialog = useService("dialog");
    const notification = useService("notification");
    const counter = useService("connector_error_counter");

    async function perform(method, ids, args, message) {
        const result = await orm.call(ERROR_MODEL, method, [ids, ...args]);
        if (result && typeof result === "object") {
            await action.doAction(result);
        } else {
            notification.add(message, { type: "success" });
        }
        await Promise.all([refresh(), counter.refresh()]);
    }

    return {
        retry(ids) {
            const message =
                ids.length === 1
                    ? _t("The record is synchronized again.")
                    : _t("%s records are synchronized again.", ids.length);
            return perform("action_retry", ids, [], message);
        },
        ignore(ids) {
            const message =
                ids.length === 1
                    ? _t("The error is ignored. The filter Ignored finds it.")
                    : _t(
                          "%s errors are ignored. The filter Ignored finds them.",
                          ids.length,
                      );
            return perform("action_ignore", ids, [], message);
        },
        assign(ids) {
            dialog.add(AssignDialog, {
                count: ids.length,
                domain: getAssignees(),
                assign: (userId, name) =>
                    perform(
                        "action_assign",
                        ids,
                        [userId],
                        ids.length === 1
                            ? _t("The error is assigned to %s.", name)
                            : _t("%(count)s errors are assigned to %(name)s.", {
                                  count: ids.length,
                                  name,
                              }),
                    ),
            });
        },
    };
}
