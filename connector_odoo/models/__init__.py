from . import odoo_backend
from . import odoo_backend_scope
from . import odoo_binding
from . import odoo_binding_company
from . import odoo_binding_first_import
from . import res_partner_category
from . import res_partner
from . import product
