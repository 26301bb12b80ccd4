"""Reads and checks declaration files: TOML against JSON Schema, errors that name file, line, field and remedy."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
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
    line = line_of(path, list(first.absolute_path))
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
        "oneOf": _one_of(error),
        "anyOf": _one_of(error),
        "minProperties": "está vacía",
        "format": f"{value} no está bien escrito ({expected})",
    }
    return messages.get(str(error.validator), str(error.message))


def _one_of(error: Any) -> str:
    """Return what to write where a declaration wrote none, or more than one, of several things."""
    written = error.validator_value if isinstance(error.validator_value, list) else []
    options = [o for o in written if isinstance(o, Mapping)]
    names = [n for option in options for n in option.get("required", ())]
    if names and all(set(o) == {"required"} for o in options):
        return (
            f"escriba {'uno solo' if error.validator == 'oneOf' else 'al menos uno'} de: {', '.join(names)}"
        )
    if error.validator == "oneOf":
        return "falta la tabla del protocolo elegido (p. ej. [folder] con path)"
    return "el valor no es de los que se admiten aquí"


def line_of(path: Path, keys: Sequence[str | int]) -> int:
    """Return the line of the last of *keys* written in the file as `key =`, `"key":` or `[key]`; 0 if not found.

    A number after a name picks that table of an array of tables: ["rules", 3, "first"] is `first` under the fourth
    `[[rules]]`.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    for position, part in enumerate(keys):
        if isinstance(part, int) and position:
            heads = [n for n, text in enumerate(lines, 1) if text.strip() == f"[[{keys[position - 1]}]]"]
            if len(heads) > part:
                end = next(
                    (n for n in range(heads[part], len(lines)) if lines[n].lstrip().startswith("[")),
                    len(lines),
                )
                inside = line_in(
                    lines, heads[part], end, [k for k in keys[position + 1 :] if isinstance(k, str)]
                )
                return inside or heads[part]
    return line_in(lines, 0, len(lines), [k for k in keys if isinstance(k, str)])


def line_in(lines: Sequence[str], start: int, end: int, keys: Sequence[str]) -> int:
    """Return the line of the last of *keys* written in *lines* after *start* and up to *end*; 0 if none is."""
    for key in reversed(keys):
        pattern = re.compile(rf'^\s*(\[+\s*(\w+\.)*)?"?{re.escape(key)}"?\s*(=|:|\])')
        for number in range(start, end):
            if pattern.search(lines[number]):
                return number + 1
    return 0


def wrong(path: Path, field: str, what: str, keys: Sequence[str | int] = ()) -> ConfigurationError:
    """Return the error for *field* of the declaration at *path*; *keys*: where it is (line_of), else its own name."""
    line = line_of(path, keys or field.split("."))
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
