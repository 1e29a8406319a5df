import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";
import { LiveListRenderer } from "./live_list_renderer";
import { useLiveReload } from "./live_reload";

/** Kanban whose cards stay in the document when its records are read again. */
class LiveKanbanRenderer extends KanbanRenderer {
    getGroupsOrRecords() {
        return super
            .getGroupsOrRecords()
            .map((each) =>
                each.record?.resId ? { ...each, key: String(each.record.resId) } : each,
            );
    }
}

/** Return the view, reloading automatically. */
function live(view, parts = {}) {
    class LiveController extends view.Controller {
        setup() {
            super.setup();
            useLiveReload(this.model);
        }
    }
    return { ...view, ...parts, Controller: LiveController };
}

registry
    .category("views")
    .add("connector_live_form", live(formView))
    .add("connector_live_kanban", live(kanbanView, { Renderer: LiveKanbanRenderer }))
    .add("connector_live_list", live(listView, { Renderer: LiveListRenderer }));
