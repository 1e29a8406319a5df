# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import vodoo

from odoo.tests.common import BaseCase

from odoo.addons.connector.exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
)

from ..remote import RemoteRefusal, find_connector_error


def all_errors(error_class):
    yield error_class
    for below in error_class.__subclasses__():
        yield from all_errors(below)


class TestRemoteErrors(BaseCase):
    def decide(self, error_class):
        return find_connector_error(error_class.__new__(error_class))

    def test_every_error_of_the_client_has_one_of_ours(self):
        for error_class in all_errors(vodoo.VodooError):
            with self.subTest(error_class.__name__):
                self.assertTrue(issubclass(self.decide(error_class), Exception))

    def test_what_passes_by_itself_is_tried_again(self):
        for error_class in (
            vodoo.ConnectionFailedError,
            vodoo.ServerUnavailableError,
            vodoo.RequestTimeoutError,
            vodoo.ConnectionLostError,
            vodoo.ConcurrencyError,
            vodoo.DatabaseLostError,
            vodoo.DatabaseNotFoundError,
            vodoo.ProtocolError,
        ):
            with self.subTest(error_class.__name__):
                self.assertIs(self.decide(error_class), NetworkRetryableError)

    def test_a_create_that_may_have_been_done_is_not_tried_again(self):
        self.assertIs(self.decide(vodoo.OutcomeUnknownError), RemoteRefusal)

    def test_what_is_wrong_with_a_record_or_with_us_fails(self):
        for error_class, expected in (
            (vodoo.OdooMissingError, IDMissingInBackend),
            (vodoo.OdooValidationError, InvalidDataError),
            (vodoo.AuthenticationError, RemoteRefusal),
            (vodoo.OdooAccessError, RemoteRefusal),
            (vodoo.UnknownModelError, RemoteRefusal),
        ):
            with self.subTest(error_class.__name__):
                self.assertIs(self.decide(error_class), expected)
