"""The face of the portal: reads what the stages left in build/ and writes every page through Pelican."""

from vitrina.portal.assets import bundle
from vitrina.portal.pelican_run import render

__all__ = ["bundle", "render"]
