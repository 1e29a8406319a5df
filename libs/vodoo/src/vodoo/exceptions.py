# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ._errors import *  # noqa: F403
from ._errors import __all__ as __all__
from ._errors import __doc__ as __doc__
