"""A session in Tryton: logged in when it is needed, again when it has ended.

Without one each call would prove the password anew, which is made slow on purpose.
"""

import base64
import threading
from http import HTTPStatus
from typing import Any

from adapters.erp.tryton.faults import Call, refused_log_in, status_fault, told_fault, unreadable
from adapters.erp.tryton.settings import TrytonSettings
from adapters.erp.tryton.transport import Answer, Transport
from adapters.erp.tryton.wire import UnreadableAnswerError, from_json, to_json

_LOG_IN = Call("common.db.login")
_LANGUAGE = "en"
_SESSION_PARTS = 2


class Session:
    """Calls under a session. Several threads may share it."""

    def __init__(self, settings: TrytonSettings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._logging_in = threading.Lock()
        self._authorization: str | None = None

    def call(self, call: Call, params: list[Any]) -> Any:
        """The result of the call; raises PortError.

        A session that has ended is refused before anything is carried out: the call is made
        again under a new one.
        """
        body = _request(call, params)
        known = self._authorization or self._log_in(None)
        answer = self._transport.post(call, body, known)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = self._transport.post(call, body, self._log_in(known))
        return _result(call, answer)

    def _log_in(self, ended: str | None) -> str:
        """What shows who we are, unless another thread has renewed it already."""
        with self._logging_in:
            if self._authorization is None or self._authorization == ended:
                self._authorization = self._logged_in()
            return self._authorization

    def _logged_in(self) -> str:
        login, database = self._settings.login, self._settings.database
        secret = {"password": self._settings.password.get_secret_value()}
        body = _request(_LOG_IN, [login, secret, _LANGUAGE])
        answer = self._transport.post(_LOG_IN, body, None)
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise refused_log_in(login, database)
        told = _result(_LOG_IN, answer)
        if not isinstance(told, list) or len(told) < _SESSION_PARTS:
            raise unreadable(_LOG_IN, UnreadableAnswerError("it names no session"))
        user, token, *_ = told
        session = base64.b64encode(f"{login}:{user}:{token}".encode()).decode("ascii")
        return f"Session {session}"


def _request(call: Call, params: list[Any]) -> bytes:
    return to_json({"id": 1, "method": call.method, "params": params})


def _result(call: Call, answer: Answer) -> Any:
    fault = status_fault(call, answer.status, answer.wait, answer.body)
    if fault:
        raise fault
    try:
        told = from_json(answer.body)
    except UnreadableAnswerError as why:
        raise unreadable(call, why) from why
    if not isinstance(told, dict) or not {"result", "error"} & told.keys():
        raise unreadable(call, UnreadableAnswerError("it has neither result nor error"))
    if "error" in told:
        raise told_fault(call, told["error"])
    return told["result"]
