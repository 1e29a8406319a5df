from . import webhook
from . import oauth
from . import run_job
from . import health
