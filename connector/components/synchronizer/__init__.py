from .synchronizer import Deleter, Exporter, Importer, Synchronizer
from .chunk import ChunkOutcome, ImportItem
from .record_importer import GenericImporter
from .batch_importer import BatchImporter, DelayedBatchImporter, DirectBatchImporter
