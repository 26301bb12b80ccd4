"""Every error Vitrina raises on purpose, and the exit code each one means.

VitrinaError
├── UsageError           2   the command line asks for something that does not exist
├── RefusedError        20   the night's result may not be published; the site stays as it was
│   └── RenderError     20   a page could not be written
├── ConfigurationError  30   a declaration or setting is missing or wrong
├── PrivacyError        40   private data was found in what was about to be published
├── BusyError           50   another build holds the lock
├── StorageError        60   no space left, or the disk failed
└── SourceError          —   one source failed; the night goes on (exit 10 at the end)
    ├── SourceUnavailableError   absent or unreachable
    └── BadContentError          arrived, but is not the data it should be
        └── EmptyContentError    arrived whole, without a single record
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_KEPT_LAST_GOOD = 10
EXIT_REFUSED = 20
EXIT_CONFIGURATION = 30
EXIT_PRIVACY = 40
EXIT_BUSY = 50
EXIT_STORAGE = 60


class VitrinaError(Exception):
    """Root of all. `message` says what and where; `remedy` says what to do next (both in Spanish)."""

    exit_code = EXIT_REFUSED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} → {self.remedy}" if self.remedy else self.message


class UsageError(VitrinaError):
    """Raised by the command line when a named system, source or file does not exist."""

    exit_code = EXIT_USAGE


class RefusedError(VitrinaError):
    """Raised when nothing may be published tonight; the current site is left untouched."""

    exit_code = EXIT_REFUSED


class RenderError(RefusedError):
    """Raised by render when Pelican, a template or the asset bundler reports any error."""


class ConfigurationError(VitrinaError):
    """Raised by the registry and config when a declaration is missing, malformed or contradictory."""

    exit_code = EXIT_CONFIGURATION


class PrivacyError(VitrinaError):
    """Raised by publish when the staged bytes hold private data. Never repeats the value found."""

    exit_code = EXIT_PRIVACY


class BusyError(VitrinaError):
    """Raised when another build of the same root is running."""

    exit_code = EXIT_BUSY


class StorageError(VitrinaError):
    """Raised when the disk is full or refuses to write."""

    exit_code = EXIT_STORAGE


class SourceError(VitrinaError):
    """Raised by pull and normalize for one source; caught there, recorded, and the source keeps its last good copy."""

    code = "fuente"
    condition = "down"
    """The weather this failure means for its source (see vitrina.weather)."""


class SourceUnavailableError(SourceError):
    """Raised when a source's file or address does not answer."""

    code = "fuente-no-disponible"


class BadContentError(SourceError):
    """Raised when what arrived is empty, truncated, HTML, badly encoded or otherwise not the declared data."""

    code = "contenido-invalido"
    condition = "partial"


class EmptyContentError(BadContentError):
    """Raised when what arrived is well formed but holds no record at all."""

    code = "sin-registros"
    condition = "empty"


class BadValueError(VitrinaError, ValueError):
    """Raised by the strict parsers of `values` for one value that cannot be read."""
