# The order matters: a component is defined after those that it inherits.
from . import core
from . import backend_adapter
from . import http_adapter
from . import webhook_subscriptions
from . import rest_adapter
from . import graphql
from . import binder
from .two_way import conflict
from . import mapper
from . import listener
from . import locker
from .two_way import kept_edits
from .importer import hooks
from .importer import batch
from .importer import translations
from .importer import images
from .importer import incremental
from .importer import dry_run
from . import files
from .importer import removed
from .exporter import exporter as record_exporter
from .exporter import batch as export_batch
from .exporter import deleter
from .exporter import dry_run as export_dry_run
from . import synchronizer
from .two_way import adapter
from .two_way import mappers
from .two_way import natural_keys
from .two_way import first_import
from .two_way import creation
from .two_way import versions
from .two_way import parents_first
