/**
 * Details of one error beside the list: reason, suggested fix, values, attempts.
 *
 * It reads the error again when the list is refreshed. Escape closes it.
 */
import {
    Component,
    onMounted,
    onWillStart,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { countedLabel, ERROR_MODEL } from "./error_actions";

const NAME = { fields: { display_name: {} } };
const SPECIFICATION = {
    display_name: {},
    record_name: {},
    model_description: {},
    backend_name: {},
    direction: {},
    external_id: {},
    cause: {},
    cause_id: { fields: { display_name: {}, error_count: {} } },
    reason: {},
    suggested_fix: {},
    values_text: {},
    traceback: {},
    attempts: {},
    first_seen: {},
    last_seen: {},
    resolved_at: {},
    user_id: NAME,
    state: {},
    local_url: {},
    remote_url: {},
};

export class ErrorPanel extends Component {
    static template = "connector.ErrorPanel";
    static props = {
        errorId: Number,
        /** changes when the error must be read again */
        version: [Number, String],
        fields: Object,
        actions: Object,
        openLocal: Function,
        openJobs: Function,
        openForm: Function,
        retryCause: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.state = useState({ error: null });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((nextProps) => this.load(nextProps));
        onMounted(() => this.focus());
    }

    async load({ errorId, version }) {
        const { errorId: shownId, version: shownVersion } = this.loaded || {};
        if (errorId === shownId && version === shownVersion) {
            return;
        }
        const [error] = await this.keepLast.add(
            this.orm.silent.webRead(ERROR_MODEL, [errorId], {
                specification: SPECIFICATION,
            }),
        );
        this.loaded = { errorId, version };
        this.state.error = error || null;
    }

    focus() {
        this.root.el?.focus({ preventScroll: true });
    }

    get error() {
        return this.state.error;
    }

    get title() {
        const { record_name, cause } = this.error;
        return record_name || this.labelOf("cause", cause);
    }

    get isUnresolved() {
        return this.error.state !== "resolved";
    }

    get othersOfCause() {
        const { cause_id, state } = this.error;
        const isOpen = ["open", "retrying"].includes(state);
        return isOpen && cause_id && cause_id.error_count > 1
            ? cause_id.error_count
            : 0;
    }

    labelOf(fieldName, value) {
        const { selection } = this.props.fields[fieldName];
        return selection.find(([key]) => key === value)?.[1] || "";
    }

    countedLabel(label, count) {
        return countedLabel(label, count);
    }

    time(value) {
        return value ? toLocaleDateTimeString(deserializeDateTime(value)) : "";
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.close();
        }
    }
}
