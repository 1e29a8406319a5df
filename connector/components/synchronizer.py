# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Published names of importers, exporters and deleters."""

from .core import Deleter, Exporter, Importer, Synchronizer
from .exporter.batch import BatchExporter, DelayedBatchExporter, DirectBatchExporter
from .exporter.deleter import ExportDeleter, RecordDeleter
from .exporter.exporter import GenericExporter, GenericRecordExporter
from .importer.batch import BatchImporter, DelayedBatchImporter, DirectBatchImporter
from .importer.dry_run import DryRun
from .importer.hooks import GenericImporter
from .importer.images import ImageImporter
from .importer.incremental import ChangesImporter
from .importer.items import ChunkOutcome, ImportItem
from .importer.removal_limit import TooManyRemoved
from .importer.removed import RemovedRecordsFinder
from .importer.translations import TranslationImporter
from .two_way.kept_edits import EditKeepingImporter

__all__ = [
    "BatchExporter",
    "BatchImporter",
    "ChunkOutcome",
    "DelayedBatchExporter",
    "DelayedBatchImporter",
    "Deleter",
    "DirectBatchExporter",
    "DirectBatchImporter",
    "DryRun",
    "ExportDeleter",
    "Exporter",
    "GenericExporter",
    "GenericImporter",
    "GenericRecordExporter",
    "ImageImporter",
    "EditKeepingImporter",
    "ImportItem",
    "Importer",
    "ChangesImporter",
    "RecordDeleter",
    "RemovedRecordsFinder",
    "Synchronizer",
    "TooManyRemoved",
    "TranslationImporter",
]
