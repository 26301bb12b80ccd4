"""Pelican's writer, for a site of a hundred thousand pages: bytes straight to disk, and nothing written twice.

A page equal to the one the last release has at the same place becomes a second name of that file (a hard link):
a quiet night writes only what changed. Releases are never edited in place, so the two stay equal for good.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.utils import sanitised_join
from pelican.writers import FileOverwriteFailedError, Writer

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
"""How a page is opened: the folder is new every night, so a name that is there belongs to another page of this one."""


class Drawn:
    """A page already drawn, in the form Pelican's writers take a template."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, _context: Any) -> str:
        """Return the page."""
        return self.text


class SiteWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Writes what is not yet in the last release (setting VITRINA_PREVIOUS, its folder or None)."""

    def __init__(self, output_path: str, settings: Any = None) -> None:
        super().__init__(output_path, settings)
        previous: Path | None = self.settings.get("VITRINA_PREVIOUS")
        self.previous = str(previous) if previous is not None and previous.is_dir() else ""
        self.linked = 0

    def write_file(
        self,
        name: str,
        template: Any,
        context: dict[str, Any],
        relative_urls: bool = False,
        paginated: Any = None,
        template_name: str | None = None,
        override_output: bool = False,
        url: str | None = None,
        **values: Any,
    ) -> None:
        """Render *template* and put it at *name*; FileOverwriteFailedError when another page has that place."""
        if not name or relative_urls or paginated or override_output:
            options = (relative_urls, paginated, template_name, override_output, url)
            super().write_file(name, template, context, *options, **values)
            return
        if type(template) is Drawn:
            local, text = context, template.text
        else:
            local = {**context, "localsiteurl": context.get("localsiteurl"), "output_file": name, **values}
            text = template.render(local)
        signals.content_written.send(self.write_bytes(name, text.encode()), context=local)

    def write_bytes(self, name: str, content: bytes) -> str:
        """Put *content* at *name* under the output folder and return its path; FileOverwriteFailedError when it is taken."""
        path: str = sanitised_join(self.output_path, name)
        if self.previous and self._link(f"{self.previous}{path[len(self.output_path) :]}", path, content):
            self.linked += 1
            return path
        try:
            handle = os.open(path, _NEW, 0o666)
        except FileNotFoundError:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, _NEW, 0o666)
        except FileExistsError as error:
            raise FileOverwriteFailedError(f"Two pages want the same place: {name}") from error
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
        finally:
            os.close(handle)
        return path

    def _link(self, old: str, new: str, content: bytes) -> bool:
        """Make *new* another name of *old* when that file holds *content*; False when it does not."""
        try:
            with open(old, "rb", buffering=0) as stream:  # noqa: PTH123  # the hot path: no Path object per page
                if stream.read() != content:
                    return False
            os.makedirs(os.path.dirname(new), exist_ok=True)  # noqa: PTH103, PTH120
            os.link(old, new)
        except OSError:
            return False
        return True
