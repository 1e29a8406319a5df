# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import component_definition
from . import component_lookup
from . import waiting_import
from . import base_partner_merge
from . import webhook_check
from . import monitoring
from . import backend_activation
from . import backend_deletion
