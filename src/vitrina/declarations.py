"""Reads and checks declaration files: TOML against JSON Schema, errors that name file, line, field and remedy."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from vitrina.errors import ConfigurationError


def read_toml(path: Path) -> dict[str, Any]:
    """Return the TOML document at *path*; ConfigurationError when absent, not UTF-8 or badly written."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"Falta {where(path)}", "Cree la declaración; vea docs/declaraciones.md."
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{where(path)}: no está en UTF-8 (byte {error.start})", "Guárdelo como UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line = f", línea {place.group(1)}, columna {place.group(2)}" if place else " (al final)"
        raise ConfigurationError(f"{where(path)}{line}: TOML mal escrito", "Corrija esa línea.") from error


def where(path: Path) -> str:
    """Return *path* as people know it: its last three parts."""
    return "/".join(path.parts[-3:])


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads(resources.files("vitrina").joinpath("schemas", name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def check(raw: Any, schema: str, path: Path) -> None:
    """Raise ConfigurationError for the first finding of *schema* (a file of vitrina/schemas) in *raw*."""
    errors = sorted(
        _validator(schema).iter_errors(raw), key=lambda e: (list(map(str, e.absolute_path)), e.message)
    )
    if not errors:
        return
    first = errors[0]
    field = ".".join(map(str, first.absolute_path)) or _missing_name(first.message) or "(archivo)"
    line = line_of(path, [str(p) for p in first.absolute_path if not isinstance(p, int)])
    more = f" (y {len(errors) - 1} más)" if len(errors) > 1 else ""
    raise ConfigurationError(
        f"{where(path)}{f', línea {line}' if line else ''}: campo {field}: {_spanish(first)}{more}",
        f"Corrija {field} en {path.name}; las reglas están en docs/declaraciones.md.",
    )


def _missing_name(message: str) -> str:
    match = re.match(r"'([^']+)' is a required property", message)
    return match.group(1) if match else ""


def _spanish(error: Any) -> str:
    """Return jsonschema's finding in Spanish, for the keywords our declarations use."""
    value = json.dumps(error.instance, ensure_ascii=False, default=str)[:60]
    expected = error.validator_value
    messages = {
        "required": f"falta {_missing_name(error.message)!r}",
        "additionalProperties": "hay claves que no existen: "
        + ", ".join(re.findall(r"'([^']+)'", error.message)),
        "enum": f"{value} no es uno de {', '.join(map(str, expected)) if isinstance(expected, list) else expected}",
        "pattern": f"{value} no tiene la forma pedida ({expected})",
        "type": f"{value} debe ser de tipo {expected}",
        "minLength": f"{value} es demasiado corto (mínimo {expected} caracteres)",
        "maxLength": f"{value} es demasiado largo (máximo {expected} caracteres)",
        "minItems": "la lista está vacía",
        "minimum": f"{value} es menor que {expected}",
        "maximum": f"{value} es mayor que {expected}",
        "oneOf": "falta la tabla del protocolo elegido (p. ej. [folder] con path)",
    }
    return messages.get(str(error.validator), str(error.message))


def line_of(path: Path, keys: list[str]) -> int:
    """Return the line of the last of *keys* written in the file as `key =`, `"key":` or `[key]`; 0 if not found."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for key in reversed(keys):
        pattern = re.compile(rf'^\s*(\[+\s*(\w+\.)*)?"?{re.escape(key)}"?\s*(=|:|\])')
        for number, line in enumerate(lines, 1):
            if pattern.search(line):
                return number
    return 0


def wrong(path: Path, field: str, what: str) -> ConfigurationError:
    """Return the error for *field* of the declaration at *path*."""
    line = line_of(path, field.split("."))
    place = f"{where(path)}{f', línea {line}' if line else ''}"
    return ConfigurationError(f"{place}: campo {field}: {what}", f"Corrija {field} en {path.name}.")


def no_secrets(raw: Any, path: Path, trail: str = "") -> None:
    """Refuse a declaration that holds a secret in the clear: secrets live in the environment only (design §5)."""
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        if isinstance(value, Mapping):
            no_secrets(value, path, f"{trail}{key}.")
        elif re.search(r"(password|secret|token|contrasena|api_?key)$", key.lower()):
            line = line_of(path, [key])
            raise ConfigurationError(
                f"{where(path)}, línea {line}: campo {trail}{key}: aquí no va un secreto",
                f'Ponga el valor en una variable de entorno y escriba {key}_env = "NOMBRE_DE_LA_VARIABLE".',
            )
