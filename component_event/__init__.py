# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import core
from . import components
from . import models

from .components.event import skip_if
from .marks import after_commit, before_commit, isolated, keep_values
