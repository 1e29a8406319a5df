from .synchronizer import Deleter, Exporter, Importer, Synchronizer
from .chunk import ChunkOutcome, ImportItem
from .import_errors import ImportErrors
from .import_dependencies import ImportDependencies
from .import_line_edits import ImportLineEdits
from .import_conflicts import ImportConflicts
from .import_aliases import ImportAliases
from .import_writes import ImportWrites
from .record_importer import GenericImporter
from .batch_importer import BatchImporter, DelayedBatchImporter, DirectBatchImporter
from .translation_importer import TranslationImporter
from .image_importer import ImageImporter
from .changes_importer import ChangesImporter
from .dry_run import DryRun
from .removed_records import RemovedRecordsFinder, TooManyRemoved
from .export_dependencies import ExportDependencies
from .export_confirmation import ExportConfirmation
from .exporter import GenericExporter, GenericRecordExporter
from .batch_exporter import BatchExporter, DelayedBatchExporter, DirectBatchExporter
from .deleter import ExportDeleter, RecordDeleter
