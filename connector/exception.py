# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors by the reaction that they ask for.

========================  =================  ===========================================
base                      reaction           errors
========================  =================  ===========================================
:class:`RetryableError`   run the job again  :class:`NetworkRetryableError`,
                          later              :class:`RequestBudgetSpent`,
                                             :class:`PartlyRead`, :class:`NoExternalId`,
                                             :class:`BackendPaused`,
                                             :class:`BackendUnreachable`
:class:`FatalError`       fail: a person     :class:`MappingError`,
                          must correct       :class:`InvalidDataError`,
                          something          :class:`UnreadableAnswer`,
                                             :class:`ReusedExternalId`,
                                             :class:`PartlyUnreadable`,
                                             :class:`DependencyFailed`,
                                             :class:`NoConnectorUnitError`,
                                             :class:`ManyIDSInBackend`,
                                             :class:`AccessRefused`,
                                             :class:`CredentialsRefused`,
                                             :class:`InsecureConnection`
:class:`SkipError`        go on without      raised by hooks of connectors
                          the record: its
                          outcome is
                          *skipped*
========================  =================  ===========================================

:class:`IDMissingInBackend` means what its caller makes of it: a record that cannot be
read is missing, a deletion is done, any other call fails.

Retryable errors are queue_job's ``RetryableJobError``: ``seconds`` is the wait before
the next try, and with ``ignore_retry`` the try is not counted. ``AccessRefused`` and
``CredentialsRefused`` also stop the schedule of the backend until a person has acted.
:class:`NoConnection` is the base of errors without any answer of the backend: whichever
job raises one, it concerns the backend and not the record.
"""

from odoo.addons.queue_job.exception import JobError, RetryableJobError

#: the longest wait for a retry. A job with an absurd number of seconds would never run,
#: and would block the schedule behind it.
MAX_JOB_WAIT_SECONDS = 3600

__all__ = [
    "AccessRefused",
    "BackendPaused",
    "BackendUnreachable",
    "ConnectorException",
    "CredentialsRefused",
    "DependencyFailed",
    "FatalError",
    "IDMissingInBackend",
    "InsecureConnection",
    "InvalidDataError",
    "JobError",
    "ManyIDSInBackend",
    "MappingError",
    "NetworkRetryableError",
    "NoConnection",
    "NoConnectorUnitError",
    "NoExternalId",
    "PartlyRead",
    "PartlyUnreadable",
    "RetryableError",
    "RetryableJobError",
    "RequestBudgetSpent",
    "ReusedExternalId",
    "SkipError",
    "UnreadableAnswer",
]


class RetryableError(RetryableJobError):
    """The same job may succeed later."""


class FatalError(Exception):
    """The same job fails again until a person corrects data, mapping or settings."""


class SkipError(Exception):
    """The work on this record ends; nothing has to be corrected.

    The record gets the outcome *skipped*, with the message as its reason. An import
    rolls back what it has written of the record.
    """


class ConnectorException(Exception):
    """Base of the errors of a synchronization that are not errors of a job."""


class NoConnectorUnitError(FatalError, ConnectorException):
    """No class of the connector does the requested work."""


class InvalidDataError(FatalError, ConnectorException):
    """The values cannot be created or written."""


class UnreadableAnswer(InvalidDataError):
    """The backend has executed a request; its answer does not name the record.

    An idempotency key is kept: once the adapter reads the answer, the next export gets
    it again and creates nothing.
    """


class MappingError(FatalError, ConnectorException):
    """A record could not be converted."""


class NetworkRetryableError(RetryableError):
    """The network or the remote server failed temporarily."""


class NoConnection(Exception):
    """The backend did not answer at all: this concerns each of its jobs."""


class BackendUnreachable(NoConnection, NetworkRetryableError):
    """The address is unknown, nothing listens there, or no answer came in time."""


class InsecureConnection(NoConnection, FatalError, ConnectorException):
    """No secure connection: the certificate, or the proxy, has to be corrected."""


class RequestBudgetSpent(NetworkRetryableError):
    """The request budget has no slot for a job now: the job waits, not the backend."""

    #: other jobs may go on: the backend is not paused for this error
    pauses_backend = False
    #: nothing of the call was executed
    was_not_sent = True


class PartlyRead(NetworkRetryableError):
    """The backend asked to wait after some of several records were read.

    :param found: the records that were read, ``{external id: external record}``
    :param error: the error by which the backend asked to wait
    """

    def __init__(self, found: dict, error: RetryableJobError) -> None:
        super().__init__(
            str(error), seconds=error.seconds, ignore_retry=error.ignore_retry
        )
        self.found = found
        self.pauses_backend = getattr(error, "pauses_backend", True)


class PartlyUnreadable(InvalidDataError):
    """Some of several records cannot be read; each of them has an error.

    :param found: the records that were read, ``{external id: external record}``
    :param errors: ``{external id: error}`` of the others
    """

    def __init__(self, found: dict, errors: dict) -> None:
        super().__init__("; ".join(dict.fromkeys(map(str, errors.values()))))
        self.found = found
        self.errors = errors


class NoExternalId(RetryableError):
    """A record that must have an external id does not have one yet."""


class IDMissingInBackend(JobError):
    """The external id does not exist in the backend."""


class ManyIDSInBackend(FatalError, JobError):
    """Several external records match where one was expected."""


class BackendPaused(RetryableError):
    """The backend of a job is off: the job waits until it is activated."""


class ReusedExternalId(InvalidDataError):
    """The external id of a binding was given to another external record.

    A backend that was restored from a backup may give an id twice. A person decides,
    with the buttons of the binding, whether it is the same record.
    """


class AccessRefused(FatalError, ConnectorException):
    """The backend refuses access to some records until a person grants it.

    Raised by a search, it stops the schedule of the backend.
    """


class CredentialsRefused(AccessRefused):
    """The backend refuses the credentials, or they are missing: no job can succeed.

    Raised by any job, it stops the schedule of the backend.
    """


class DependencyFailed(FatalError, ConnectorException):
    """A record was not imported because a record that it needs was not."""
