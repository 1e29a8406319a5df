# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Say by its type what whoever catches an error must do.

==========  ==========================================================
retry       :class:`RetryableJobError` and the errors below it
fail        :class:`MappingError`, :class:`InvalidDataError`,
            :class:`ReusedExternalId`, :class:`DependencyFailed`,
            :class:`ManyIDSInBackend`
act         :class:`AccessRefused`, :class:`CredentialsRefused`: fail, and stop
            the schedule until a person acted
skip        :class:`IDMissingInBackend`
==========  ==========================================================
"""

from odoo.addons.queue_job.exception import JobError, RetryableJobError

__all__ = [
    "AccessRefused",
    "BackendPaused",
    "ConnectorException",
    "CredentialsRefused",
    "DependencyFailed",
    "IDMissingInBackend",
    "InvalidDataError",
    "JobError",
    "ManyIDSInBackend",
    "MappingError",
    "NetworkRetryableError",
    "NoConnectorUnitError",
    "NoExternalId",
    "PartlyRead",
    "RetryableJobError",
    "ReusedExternalId",
]


class ConnectorException(Exception):
    """Root of the errors that a synchronization cannot mend by itself."""


class NoConnectorUnitError(ConnectorException):
    """No class of the connector does the requested work."""


class InvalidDataError(ConnectorException):
    """The values are not fit to be created or written."""


class MappingError(ConnectorException):
    """A record could not be converted."""


class NetworkRetryableError(RetryableJobError):
    """The network or the remote server failed for a while."""


class PartlyRead(NetworkRetryableError):
    """The backend asked to wait when some of several records were read.

    :param found: these, ``{external id: external record}``
    :param error: what it asked
    """

    def __init__(self, found: dict, error: RetryableJobError) -> None:
        super().__init__(
            str(error), seconds=error.seconds, ignore_retry=error.ignore_retry
        )
        self.found = found


class NoExternalId(RetryableJobError):
    """A record that must have an external id has none yet."""


class IDMissingInBackend(JobError):
    """The external id does not exist in the backend."""


class ManyIDSInBackend(JobError):
    """Several external records answer where one was expected."""


class BackendPaused(RetryableJobError):
    """The backend of a job is off: the job waits until it is activated."""


class ReusedExternalId(InvalidDataError):
    """The external id of a binding was given to another external record.

    A backend that was restored from a backup gives ids a second time. A person decides
    by the buttons of the binding whether it is the same record.
    """


class AccessRefused(ConnectorException):
    """The backend refuses access to some records, until a person grants it.

    Raised by a search, it stops the schedule of the backend.
    """


class CredentialsRefused(AccessRefused):
    """The backend refuses the credentials, or there are none: nothing can work.

    Raised by any job, it stops the schedule of the backend.
    """


class DependencyFailed(ConnectorException):
    """A record was not imported, because one that it needs was not."""
