# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Send a request to the token endpoint of a provider, once.

It is not repeated here: a repeated refresh would use a refresh token that the provider
may have replaced already. All its errors are about the backend, never about a record:
they are retryable, or :class:`RestCredentialsRefusal`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from ...exception import RetryableJobError
from ..budget.waits import WaitBudget
from ..errors import RestCredentialsRefusal
from ..secrets import redacted_logs
from ..session import RestSession
from .oauth import OAuth2, TokenRequest
from .oauth_answer import Tokens, read_tokens

#: other workers wait for the answer
TIMEOUT_SECONDS = (5.0, 20.0)
_MAX_BYTES = 256 * 1024
#: statuses whose JSON says why the provider refuses
_EXPLAINED = (400, 401, 403)


def request_tokens(auth: OAuth2, request: TokenRequest) -> Tokens:
    """Return the tokens that the provider gives.

    :raise NetworkRetryableError: the provider fails, or asks to wait
    :raise RestCredentialsRefusal: a person must act; see :func:`.read_tokens`
    """
    with _open(request) as session:
        response = _send(session, request)
        is_json = response.content.lstrip().startswith(b"{")
        is_explained = response.status_code in _EXPLAINED and is_json
        if response.status_code != 200 and not is_explained:
            raise _refusal(session, request, response)
        return read_tokens(
            request.url, response.content, auth.grant_errors, session.redact
        )


def revoke_token(request: TokenRequest) -> None:
    """End a token at the provider; the errors are those of :func:`request_tokens`."""
    with _open(request) as session:
        response = _send(session, request)
        if response.status_code != 200:
            raise _refusal(session, request, response)


def _open(request: TokenRequest) -> RestSession:
    parts = urlsplit(request.url)
    session = RestSession(
        f"{parts.scheme}://{parts.netloc}", TIMEOUT_SECONDS, WaitBudget(0)
    )
    session.redact.add(*request.secrets)
    return session


def _send(session: RestSession, request: TokenRequest) -> requests.Response:
    """Return the answer, whose content has been read."""
    failure = None
    with redacted_logs(session.redact):
        try:
            response = session.request(
                "POST",
                request.url,
                data=request.body,
                headers=dict(request.headers),
                allow_redirects=False,
                stream=True,
            )
            response._content = _read_at_most(response, _MAX_BYTES)
        except requests.RequestException as error:
            failure = session.failure("POST", request.url, error)
    if failure is not None:
        raise _of_backend(failure)
    return response


def _read_at_most(response: requests.Response, max_bytes: int) -> bytes:
    content = b""
    for part in response.iter_content(64 * 1024):
        content += part
        if len(content) > max_bytes:
            raise RestCredentialsRefusal(
                f"POST {response.url}: the answer is too long for a token endpoint."
            )
    return content


def _refusal(
    session: RestSession, request: TokenRequest, response: requests.Response
) -> Exception:
    failure = session._refusal("POST", request.url, response)
    if failure is None:  # another success than 200
        failure = RestCredentialsRefusal(
            f"POST {request.url}: expected 200, found {response.status_code}."
        )
    return _of_backend(failure)


def _of_backend(error: Exception) -> Exception:
    """Return an error that no flow takes for one of a record, as 404 would be."""
    if isinstance(error, RetryableJobError | RestCredentialsRefusal):
        return error
    refusal = RestCredentialsRefusal(str(error))
    refusal.answered_by = getattr(error, "answered_by", None)
    return refusal
