from . import odoo_backend
from . import odoo_binding
from . import res_partner_category
from . import res_partner
from . import product
