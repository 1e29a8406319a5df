import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";
import { useLiveReload } from "./live_reload";

/** Return the view, reloading automatically. */
function live(view) {
    class LiveController extends view.Controller {
        setup() {
            super.setup();
            useLiveReload(this.model);
        }
    }
    return { ...view, Controller: LiveController };
}

registry
    .category("views")
    .add("connector_live_form", live(formView))
    .add("connector_live_kanban", live(kanbanView))
    .add("connector_live_list", live(listView));
