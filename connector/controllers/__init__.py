from . import webhook
from . import run_job
