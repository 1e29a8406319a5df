from . import test_import
from . import test_later_changes
from . import test_webhook
