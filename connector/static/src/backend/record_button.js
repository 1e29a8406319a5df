import { useEnv } from "@odoo/owl";

/**
 * Return a function that calls a method of the record of a form, as a button of the
 * form does: it saves first, asks, and reloads afterwards.
 *
 * @param {Object} props with the record
 */
export function useRecordButton(props) {
    const env = useEnv();
    return ({ name, confirm, confirmLabel, label }) =>
        env.onClickViewButton({
            clickParams: {
                type: "object",
                name,
                ...(confirm && {
                    confirm,
                    "confirm-title": label,
                    "confirm-label": confirmLabel || label,
                }),
            },
            getResParams: () => ({
                context: props.record.context,
                evalContext: props.record.evalContext,
                resModel: props.record.resModel,
                resId: props.record.resId,
                resIds: props.record.resIds,
            }),
        });
}
