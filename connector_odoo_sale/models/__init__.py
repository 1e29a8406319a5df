from . import odoo_backend
from . import sale_order
