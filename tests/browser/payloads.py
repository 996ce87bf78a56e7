"""Forty texts that would run a script, or change a page, if one place of one template forgot what it holds.

Each that could run sets ``window.ran``, so that a page tells whether one did.
"""

from __future__ import annotations

from typing import Final

PAYLOADS: Final = [
    # Tags that run by themselves.
    "<script>ran=1</script>",
    "<ScRiPt>ran=1</sCrIpT>",
    "<script src=data:text/javascript,ran=1></script>",
    "<script/x>ran=1</script>",
    "<scr<script>ipt>ran=1</scr</script>ipt>",
    # Handlers.
    "<img src=x onerror=ran=1>",
    "<img/src=x/onerror=ran=1//",
    "<svg onload=ran=1>",
    "<svg><animate onbegin=ran=1 attributeName=x dur=1s>",
    "<body onload=ran=1>",
    "<input autofocus onfocus=ran=1>",
    "<details open ontoggle=ran=1>",
    "<video><source onerror=ran=1></video>",
    "<marquee onstart=ran=1>",
    # Ways out of what a text stands in.
    '"><script>ran=1</script>',
    "'><img src=x onerror=ran=1>",
    '" autofocus onfocus="ran=1',
    "' autofocus onfocus='ran=1",
    " onmouseover=ran=1 style=position:fixed;inset:0 x=",
    "</textarea><script>ran=1</script>",
    "</title><script>ran=1</script>",
    "</option></select><svg onload=ran=1>",
    "</script><script>ran=1</script>",
    "--><script>ran=1</script><!--",
    "]]><script>ran=1</script>",
    "</desc></svg><script>ran=1</script>",
    # Addresses.
    "javascript:ran=1",
    "<a href=javascript:ran=1 autofocus>x</a>",
    "<iframe src=javascript:parent.ran=1></iframe>",
    '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
    "[x](javascript:ran=1) ![x](x onerror=ran=1)",
    "<meta http-equiv=refresh content=0;url=javascript:ran=1>",
    "<base href=//invalid.test/><form action=javascript:ran=1><button>x",
    # Templates.
    "{{ request.user.password }}{% debug %}",
    "${ran=1}#{ran=1}<%= ran=1 %>",
    # Encodings, and marks that turn or hide text.
    "&lt;script&gt;ran=1&lt;/script&gt;&#60;svg onload=ran=1&#62;",
    "\\u003cscript\\u003eran=1\\u003c/script\\u003e %3Cscript%3Eran=1%3C/script%3E",
    "\uff1cscript\uff1eran=1\uff1c/script\uff1e \u202e<script>ran=1</script>\u2066\ufeff",
    # Styles.
    "<style>@import'javascript:ran=1';*{display:none}</style>",
    "</style><link rel=stylesheet href=//invalid.test/x.css><p style=background:url(//invalid.test/x)>",
]
