"""The one HTTP client: every answer arrives whole, in time, from a host the declaration names, or not at all.

A wall-clock deadline and a byte budget per request and per source; four tries with jittered back-off; redirects
followed by hand; proof of completeness (Content-Length or final chunk, gzip end mark, JSON that closes); nothing
that leaves it carries a secret. It only reads: searches by POST and token requests may be repeated safely.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpcore2
import httpx2
import orjson

from vitrina.config import Settings
from vitrina.errors import BadContentError, EmptyContentError, SourceError, SourceUnavailableError
from vitrina.formats.decoding import refuse_html
from vitrina.model import Source
from vitrina.protocols import answers, bodies, declared
from vitrina.protocols.base import Job
from vitrina.protocols.network import Clock, Forbidden, Late, OverBudget, Transport

TRIES = 4
REDIRECTS = 3
RETRY_AFTER_CAP = 120.0
PAGE_BYTES = 64 << 20
SOURCE_SECONDS = 3600
_FIRST_WAIT_MS = 1000
_HEAD = 512
_ERROR_BYTES = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})
_jitter = random.SystemRandom()
_LATE_REMEDY = "Se intentará mañana; si siempre tarda, suba request_seconds o source_seconds en la fuente."


@dataclass(frozen=True)
class Answer:
    """A whole answer. `body` is empty when it went to a file; `document` is the JSON when it was asked for."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    document: Any = None
    proven: bool = True
    """False when only the closing of the connection marked the end: the content must prove itself."""

    @property
    def validators(self) -> dict[str, str]:
        """The headers worth keeping in a snapshot."""
        kept = ("content-type", "etag", "last-modified")
        return {name: self.headers[name] for name in kept if name in self.headers}


class _Passing(Exception):
    """A failure worth another try, after *wait* seconds if the source said so."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__()
        self.error, self.wait = error, wait


@dataclass(frozen=True)
class _Ask:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    accept: Collection[int]
    passing: Collection[int]
    path: Path | None = None
    token: bool = False


@dataclass
class Client:
    """One source's client. Use as a context manager; every failure is a SourceError whose text is clean."""

    job: Job
    requests: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        job, options = self.job, self.job.options
        self._source: Source = job.source
        self._settings: Settings = job.settings
        self._hosts = declared.hosts(options)
        self._clock = Clock(
            job.limit("source_seconds", SOURCE_SECONDS), job.limit("source_bytes", 2 << 30), job.gate.stop
        )
        ca_file = job.settings.root / options["ca_file"] if options.get("ca_file") else None
        self._transport = Transport(
            self._clock, private=bool(options.get("private_network")), ca_file=ca_file
        )

    def __enter__(self) -> Self:
        if self._settings.offline:
            raise SourceUnavailableError(
                f"{self._source.id}: la noche corre sin red (--offline)", "Se usa la última copia buena."
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────

    def json(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None,
        accept: Collection[int] = (200,), passing: Collection[int] = (), token: bool = False,
    ) -> Answer:  # fmt: skip
        """Return the answer with its JSON `document` (None for an accepted status that is not 200).

        *accept*: statuses handed back instead of raised; *passing*: more statuses worth another try. *token*: the
        answer is itself a secret; any other that repeats one of ours is refused, because pages are stored.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        return self._persist(_Ask(method, url, sent, content, accept, passing, token=token))

    def file(
        self, url: str, path: Path, *, headers: Mapping[str, str] | None = None, accept: Collection[int] = (200,)
    ) -> Answer:  # fmt: skip
        """Download *url* to *path* as it comes; the body never stays in memory."""
        return self._persist(_Ask("GET", url, headers or {}, None, accept, (), path))

    def _persist(self, ask: _Ask) -> Answer:
        self._clock.start(self.job.limit("request_seconds", 120))
        failure: _Passing | None = None
        try:
            for number in range(TRIES):
                if failure is not None:
                    self._back_off(number, failure)
                try:
                    return self._follow(ask)
                except _Passing as error:
                    failure = error
                    self._clock.left()
        except Late:
            raise self._late(failure) from None
        except OverBudget:
            raise self._bad("envió más bytes de los previstos", "Pida los datos por año.") from None
        except Forbidden:
            raise self._down(
                "su dirección lleva a una red privada o reservada; no se abrió la conexión",
                "Compruebe el nombre; si la fuente está en la red interna, declare private_network = true.",
            ) from None
        assert failure is not None
        raise failure.error from None

    def _back_off(self, number: int, failure: _Passing) -> None:
        first = self._settings.limits.get("backoff_ms", _FIRST_WAIT_MS) / 1000
        wait = (
            failure.wait if failure.wait is not None else first * 3 ** (number - 1) * _jitter.uniform(0.5, 1)
        )
        if wait >= self._clock.left():
            raise failure.error from None
        self._clock.sleep(wait)

    # ── one try ───────────────────────────────────────────────────────────────────────────────────────────

    def _follow(self, ask: _Ask) -> Answer:
        """Send *ask*, following up to three redirects, each checked like the first address."""
        url, headers = ask.url, dict(ask.headers)
        for _ in range(REDIRECTS + 1):
            answer = self._once(ask, self._checked(url), headers)
            if answer.status not in _MOVED:
                return answer
            target = declared.joined(url, answer.headers.get("location", ""))
            if target in ("", url):
                raise self._down("redirige sin decir a dónde", "Compruebe la dirección.")
            same = declared.origin(target) == declared.origin(url)
            if ask.method != "GET" and (answer.status not in (307, 308) or not same):
                raise self._down(
                    "la dirección cambió", "Escriba la nueva en la fuente: una búsqueda no se redirige."
                )
            if not same:  # whatever identifies us stays with the host it was meant for
                headers = {k: v for k, v in headers.items() if k.lower() in ("accept",)}
            url = target
        raise self._down(f"redirige más de {REDIRECTS} veces", "Escriba en la fuente la dirección final.")

    def _checked(self, url: str) -> httpx2.URL:
        problem = declared.problem(url, insecure=bool(self.job.options.get("insecure")))
        if problem:
            raise self._down(
                f"la dirección no se puede usar: {problem}", "Corrija la dirección en la fuente."
            )
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise self._down("la dirección está mal escrita", "Corrija la dirección en la fuente.") from None
        if declared.host(url) not in self._hosts:
            raise self._down(
                f"lleva a {declared.host(url)}, que la fuente no declara",
                "Si es correcto, añádalo a allow_hosts en la fuente.",
            )
        return parsed

    def _once(self, ask: _Ask, url: httpx2.URL, headers: Mapping[str, str]) -> Answer:
        request = httpx2.Request(
            ask.method, url, content=ask.content,
            headers={
                "User-Agent": "Vitrina (portal de datos abiertos)", "Accept": "*/*", **headers,
                "Accept-Encoding": "identity" if ask.path else "gzip, identity",
            },
        )  # fmt: skip
        port = url.port or (443 if url.scheme == "https" else 80)
        with self.job.gate.hold(url.host, port, self._clock.left()) as free:
            if not free:
                raise Late
            self.requests += 1
            try:
                response = self._sent(request)
                self.job.gate.hear(url.host, port, response.headers.get("date", ""))
                try:
                    return self._read(ask, response, str(url))
                finally:
                    response.close()
            except (httpcore2.TimeoutException, httpcore2.NetworkError) as error:
                self._clock.left()
                raise _Passing(self._down(*answers.network(error))) from None
            except (httpcore2.ProtocolError, bodies.Cut):
                raise _Passing(self._bad("la respuesta llegó cortada", "Se volverá a intentar.")) from None
            except httpx2.InvalidURL:
                raise self._down("la dirección está mal escrita", "Corrija la fuente.") from None
            except bodies.Damaged as error:
                raise self._bad(f"la compresión está dañada ({error})", "Avise a la institución.") from None
            except bodies.TooBig:
                raise self._bad(
                    "la respuesta se infla más de lo permitido", "Pida archivos por año."
                ) from None

    def _sent(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer as soon as its headers are here."""
        try:
            return self._transport.handle_request(request)
        except httpcore2.ProtocolError:
            raise _Passing(self._down("cerró la conexión sin contestar", "Avise a la institución.")) from None

    def _read(self, ask: _Ask, response: httpx2.Response, url: str) -> Answer:
        status, headers = response.status_code, {k.lower(): v for k, v in response.headers.items()}
        if status == 200:
            return self._whole(ask, response, Answer(status, url, headers))
        if status in _MOVED or status == 304:
            if status == 304 and 304 not in ask.accept:
                raise self._down("contestó 304 sin que se le preguntara", "Avise a la institución.")
            return Answer(status, url, headers)
        body = self._error_body(response)
        if status in ask.accept:
            return Answer(status, url, headers, body)
        said = answers.explanation(body)
        error = self._down(f"respondió con el código {status}{said}", answers.remedy(status))
        if status >= 500 or status in _PASSING or status in ask.passing:
            raise _Passing(error, answers.retry_after(headers, RETRY_AFTER_CAP))
        raise error

    def _whole(self, ask: _Ask, response: httpx2.Response, answer: Answer) -> Answer:
        """Read a 200 to its proven end, to memory or to the file."""
        limit = (
            self.job.limit("unpacked_bytes", 2 << 30)
            if ask.path
            else self.job.limit("page_bytes", PAGE_BYTES)
        )
        decoder = bodies.decoder(
            answer.headers.get("content-encoding", ""), limit, self._settings.limits.get("zip_ratio", 200)
        )
        if ask.path:
            with ask.path.open("wb") as out:
                head = self._pour(response, decoder, out.write)
            body = b""
        else:
            pieces: list[bytes] = []
            self._pour(response, decoder, pieces.append)
            body = b"".join(pieces)
            head = body[:_HEAD]
        refuse_html(head, self._source.id)
        framed = "content-length" in answer.headers or "transfer-encoding" in answer.headers
        document = None if ask.path else self._document(body)
        if not ask.token and self.job.credentials.leaked(body):
            raise self._bad(
                "la respuesta repite una credencial nuestra", "Avise a la institución y cámbiela."
            )
        proven = framed or decoder.ended or not ask.path
        return Answer(200, answer.url, answer.headers, body, document, proven)

    def _pour(
        self, response: httpx2.Response, decoder: bodies.Plain | bodies.Gunzip, sink: Callable[[bytes], Any]
    ) -> bytes:
        head = b""
        for block in response.iter_raw():
            for piece in decoder.feed(block):
                if len(head) < _HEAD:
                    head += piece[:_HEAD]
                sink(piece)
        decoder.finish()
        return head

    def _document(self, body: bytes) -> Any:
        try:
            return orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            message = "la respuesta no es JSON o llegó cortada" if body else "la respuesta llegó vacía"
            raise _Passing(self._bad(message, "Avise a la institución.")) from None

    def _error_body(self, response: httpx2.Response) -> bytes:
        """Return the start of an error's body; whatever goes wrong with it does not matter."""
        body = b""
        try:
            for block in response.iter_raw():
                body += block
                if len(body) > _ERROR_BYTES:
                    break
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
            pass
        return body[:_ERROR_BYTES]

    # ── failures ──────────────────────────────────────────────────────────────────────────────────────────

    def _late(self, failure: _Passing | None) -> SourceError:
        if failure is not None:
            return failure.error
        return self._down("no terminó de responder a tiempo", _LATE_REMEDY)

    def _down(self, message: str, remedy: str) -> SourceUnavailableError:
        return SourceUnavailableError(self.job.credentials.clean(f"{self._source.id}: {message}"), remedy)

    def _bad(self, message: str, remedy: str) -> BadContentError:
        return BadContentError(self.job.credentials.clean(f"{self._source.id}: {message}"), remedy)

    def empty(self, message: str, remedy: str) -> EmptyContentError:
        """Return the failure of a source that answered in order, without a single record."""
        return EmptyContentError(self.job.credentials.clean(f"{self._source.id}: {message}"), remedy)

    down, bad = _down, _bad
