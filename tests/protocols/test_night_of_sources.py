"""Many sources at once: order, isolation, deadlines; and the archive they leave."""

from __future__ import annotations

import email.utils
import errno
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vitrina import config, snapshots
from vitrina.errors import RefusedError
from vitrina.protocols import PROTOCOLS
from vitrina.storage import read_json

from .conftest import Pdn, Portal, Reply, Request, Server, pdn, records, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]


def folder(portal: Portal, name: str = "fuente", **files: bytes) -> Any:
    base = portal.root / "entrada" / name
    base.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (base / f"{file}.json").write_bytes(content)
    return source("folder", name, path=f"entrada/{name}")


def test_a_slow_source_does_not_hold_the_others_and_results_keep_the_declared_order(
    portal: Portal, serve: Start
) -> None:
    def answer(request: Request) -> Reply:
        return Reply(reply([{"id": 1}]).raw, wait=30 if request.path == "/0" else 0.2)

    servers = [serve(answer) for _ in range(12)]
    sources = [source("http_file", f"f-{n}", "json", url=f"{s.url}/{n}") for n, s in enumerate(servers)]
    started = time.monotonic()
    results = portal.pull(*sources, request_seconds=2)
    assert time.monotonic() - started < 3
    assert [r["weather"] for r in results.values()] == ["none"] + ["fresh"] * 11
    assert [line.split(":")[0] for line in portal.said] == [s.id for s in sources]


def test_one_host_is_not_crowded(portal: Portal, serve: Start) -> None:
    inside: list[int] = []
    now = 0

    def answer(_: Request) -> Reply:
        nonlocal now
        now += 1
        inside.append(now)
        time.sleep(0.1)
        now -= 1
        return reply([{"id": 1}])

    server = serve(answer)
    portal.pull(*(source("http_file", f"f-{n}", "json", url=f"{server.url}/{n}") for n in range(20)))
    assert 1 < max(inside) <= 6


def test_two_nights_over_the_same_answers_leave_the_same_archive(
    tmp_path: Path, serve: Start, portal: Portal
) -> None:
    servers = [serve(Pdn(records(30 + n))) for n in range(4)]
    sources = [pdn(s, name=f"f-{n}", page_size=10) for n, s in enumerate(servers)]

    def archive(root: Path) -> dict[str, bytes]:
        portal.pull(*sources)
        found = {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        return {k: v for k, v in found.items() if "pull_seconds" not in k}

    first = archive(portal.root)
    assert archive(portal.root) == first
    portal.root = tmp_path / "otra"
    assert archive(portal.root) == first


def test_a_surprise_in_one_source_is_told_and_does_not_stop_the_others(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_job: Any) -> Any:
        raise KeyError("nadie lo esperaba")

    monkeypatch.setitem(PROTOCOLS, "http_file", broken)
    results = portal.pull(
        source("http_file", "rota", url="https://a.ejemplo.mx"), folder(portal, "sana", a=b'[{"id": 1}]')
    )
    assert (results["rota"]["weather"], results["sana"]["weather"]) == ("none", "fresh")
    assert "KeyError" in results["rota"]["message"] and "nadie" not in results["rota"]["message"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_failing_disk_stops_the_night_instead_of_blaming_a_source(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_job: Any) -> Any:
        raise OSError(number, "disco")

    monkeypatch.setitem(PROTOCOLS, "folder", full)
    with pytest.raises(OSError) as failed:
        portal.one(folder(portal))
    assert failed.value.errno == number


def test_an_abandoned_night_does_not_wait_for_a_slow_source(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda _: Reply(reply([{"id": 1}]).raw * 100, drip=0.05))

    def full(_job: Any) -> Any:
        while not server.seen:
            time.sleep(0.01)
        raise OSError(errno.ENOSPC, "disco")

    monkeypatch.setitem(PROTOCOLS, "folder", full)
    started = time.monotonic()
    with pytest.raises(OSError):
        portal.pull(folder(portal, "disco"), source("http_file", "lenta", url=f"{server.url}/a.json"))
    assert time.monotonic() - started < 3


def test_the_sidecar_says_where_when_and_how_much(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply([{"id": 1}, {"id": 2}], ETag='"v1"', Set_Cookie="s=1", X_Secreto="x"))
    result = portal.one(source("http_file", url=f"{server.url}/datos.json"))
    sidecar = read_json(portal.snapshot(result) / "snapshot.json")
    (file,) = sidecar.pop("files")
    assert file.pop("sha256") and file == {"name": "datos.json", "bytes": 22, "records": 2}
    assert sidecar.pop("tool").startswith("vitrina ")
    assert sidecar == {
        "source": "fuente", "run": result["snapshot"], "taken": "2026-03-01", "protocol": "http_file", "url": "",
        "addresses": [f"{server.url}/datos.json"], "status": 200, "claimed": None, "records": 2, "bytes": 22,
        "headers": {"content-type": "application/json", "etag": '"v1"'},
    }  # fmt: skip


def test_the_same_answer_is_kept_once_with_its_first_date(portal: Portal) -> None:
    first = portal.one(folder(portal, a=b'[{"id": 1}]'))
    again = portal.one(folder(portal), day="2026-03-02")
    assert (again["weather"], again["taken"], again["snapshot"]) == (
        "unchanged",
        "2026-03-01",
        first["snapshot"],
    )


def test_content_that_comes_back_is_current_since_that_night(portal: Portal) -> None:
    portal.one(folder(portal, a=b'[{"id": 1}]'))
    portal.one(folder(portal, a=b'[{"id": 2}]'), day="2026-03-02")
    back = portal.one(folder(portal, a=b'[{"id": 1}]'), day="2026-03-03")
    assert (back["weather"], back["taken"]) == ("fresh", "2026-03-03")


def test_seven_distinct_snapshots_stay_and_the_last_good_one_always(portal: Portal) -> None:
    for day in range(1, 13):
        result = portal.one(folder(portal, a=b'[{"id": %d}]' % day), day=f"2026-03-{day:02}")
    store = portal.snapshot(result).parent
    assert len([p for p in store.iterdir() if p.is_dir()]) == 7
    for day in range(13, 28):
        kept = portal.one(folder(portal, a=b"[{"), day=f"2026-03-{day:02}")
        assert (kept["weather"], kept["snapshot"]) == ("kept", result["snapshot"])
    assert portal.files(result) == {"a.json": b'[{"id": 12}]'}
    assert [p.name for p in store.iterdir() if p.name.startswith(".")] == []


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "changed-byte": lambda s: (s / "files" / "a.json").write_bytes(b'[{"id": 9}]'),
    "shorter": lambda s: (s / "files" / "a.json").write_bytes(b'[{"id"'),
    "file-gone": lambda s: (s / "files" / "a.json").unlink(),
    "sidecar-cut": lambda s: (s / "snapshot.json").write_bytes(b'{"source": "fu'),
    "sidecar-gone": lambda s: (s / "snapshot.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_last_copy_gives_way_to_the_one_before(portal: Portal, damage: str) -> None:
    older = portal.one(folder(portal, a=b'[{"id": 1}]'))
    newer = portal.one(folder(portal, a=b'[{"id": 2}]'), day="2026-03-02")
    DAMAGE[damage](portal.snapshot(newer))
    kept = portal.one(folder(portal, a=b""), day="2026-03-03")
    assert (kept["weather"], kept["snapshot"]) == ("kept", older["snapshot"])
    healed = portal.one(folder(portal, a=b'[{"id": 2}]'), day="2026-03-04")
    assert portal.files(healed) == {"a.json": b'[{"id": 2}]'}


def test_a_pointer_of_an_older_program_is_understood(portal: Portal) -> None:
    result = portal.one(folder(portal, a=b'[{"id": 1}]'))
    pointer = portal.snapshot(result).parent / "last_good.json"
    pointer.write_text(json.dumps({"run": result["snapshot"]}))
    assert portal.one(folder(portal, a=b""), day="2026-03-02")["weather"] == "kept"
    portal.one(folder(portal, a=b'[{"id": 2}]'), day="2026-03-03")
    assert read_json(pointer)["history"][0] == result["snapshot"]


def test_what_a_killed_night_left_is_cleared(portal: Portal) -> None:
    store = snapshots.Store(portal.root / "data" / "archive", "fuente")
    left = store.folder / ".work-abandonado"
    left.mkdir(parents=True)
    portal.one(folder(portal, a=b'[{"id": 1}]'))
    assert not left.exists()


def test_a_closed_source_is_not_asked(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply([{"id": 1}]))
    declared = source("http_file", url=f"{server.url}/a.json", token_env="YA_NO_EXISTE")
    closed = type(declared)(
        **{**vars(declared), "frozen": {"since": "2025-03-20", "reason": "El órgano se extinguió"}}
    )
    assert "2025-03-20" in portal.one(closed)["message"] and server.connections == 0


def test_a_drop_folder_takes_one_file_per_body_and_refuses_links(portal: Portal) -> None:
    base = portal.root / "entrada" / "fuente"
    for muni in ("a", "b"):
        (base / muni).mkdir(parents=True)
        (base / muni / "datos.json").write_bytes(b'[{"id": "%s"}]' % muni.encode())
    (base / "a" / "a-medias.json.part").write_bytes(b"[")
    (base / ".oculto").write_bytes(b"x")
    declared = source("folder", path="entrada/fuente")
    assert list(portal.files(portal.one(declared))) == ["a__datos.json", "b__datos.json"]

    (base / "c.json").symlink_to("/etc/hostname")
    result = portal.one(declared, day="2026-03-02")
    assert result["weather"] == "kept" and "enlace" in result["message"]


def telling(serve: Start, *ahead: float) -> list[Any]:
    """Sources on servers whose clocks are *ahead* of ours by so many seconds."""

    def dated(seconds: float) -> Callable[[Request], Reply]:
        told = email.utils.format_datetime(config.now() + timedelta(seconds=seconds))
        return lambda _: reply([{"id": 1}], Date=told)

    servers = [serve(dated(s)) for s in ahead]
    return [source("http_file", f"f-{n}", "json", url=f"{s.url}/a.json") for n, s in enumerate(servers)]


@pytest.mark.parametrize("ahead", [-40, 0, 500])
def test_a_clock_in_time_is_not_spoken_of(portal: Portal, serve: Start, ahead: float) -> None:
    portal.pull(*telling(serve, ahead, ahead, ahead))
    assert not any("reloj" in line for line in portal.said)


@pytest.mark.parametrize("ahead", [-1200, 1200, 80_000])
def test_a_clock_minutes_off_is_told(portal: Portal, serve: Start, ahead: float) -> None:
    portal.pull(*telling(serve, ahead, ahead, ahead, 0))
    assert "minutos" in portal.said[-1]


@pytest.mark.parametrize("days", [-3653, -2, 2, 3653])
def test_a_night_with_the_wrong_day_is_refused(portal: Portal, serve: Start, days: int) -> None:
    with pytest.raises(RefusedError, match="reloj") as refused:
        portal.pull(*telling(serve, *[days * 86_400] * 3))
    assert refused.value.exit_code == 20 and "timedatectl" in refused.value.remedy


def test_one_or_two_servers_with_a_wrong_clock_do_not_stop_a_night(portal: Portal, serve: Start) -> None:
    wrong = 9e7
    assert len(portal.pull(*telling(serve, wrong, wrong))) == 2
    assert len(portal.pull(*telling(serve, wrong, 0, 0, 0))) == 4
    odd = [
        source("http_file", f"r-{n}", url=f"{serve(lambda _: reply([{'id': 1}], Date='ayer')).url}/a.json")
        for n in range(3)
    ]
    portal.pull(*odd)
    assert not any("reloj" in line for line in portal.said)
