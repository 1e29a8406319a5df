from . import test_backend
from . import test_binding
from . import res_partner
from . import res_partner_category
from . import res_partner_industry
from . import res_country
from . import res_partner_bank
