"""Two hundred strings that would do harm wherever text is taken for something else."""

# ruff: noqa: E501  (a line holds what belongs together)

MARK = "window.__pwned = 1"
EVENTS = (
    "onerror",
    "onload",
    "onclick",
    "onmouseover",
    "onfocus",
    "ontoggle",
    "onbegin",
    "onwheel",
)
TAGS = ("img src=x", "svg", "video", "details open", "iframe", "body", "input autofocus", "math")
OPENERS = (
    "</script>", "</style>", "</title>", "</textarea>", "-->", "]]>", "</template>", "</noscript>",
    "\"'>", "'>", "`>", "</iframe>", "\\u003c/script\\u003e", "</svg>", "</option></select>",
)  # fmt: skip
TEMPLATES = (
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% raw %}", "{{constructor.constructor('" + MARK + "')()}}",
    "[[${7*7}]]", "@(7*7)", "%{7*7}", "{{{7*7}}}", "*{7*7}", "~{7*7}",
)  # fmt: skip
URLS = (
    f"javascript:{MARK}", f"JaVaScRiPt:{MARK}", f"data:text/html,<script>{MARK}</script>",
    f"\tjavascript:{MARK}", f"java\nscript:{MARK}", "vbscript:msgbox(1)", "file:///etc/passwd",
    "//evil.example/x.js", "https://evil.example/?q=", "../../../../etc/passwd",
)  # fmt: skip
ODD = (
    "\u202eright to left\u202c", "\u2066isolated\u2069", "\u200bzero\u200bwidth", "\ufeffbom",
    "\ufffd\ufffd", "Z\u0351\u036b\u0343a\u0344\u0367l\u0348g\u0341o\u0333", "👩🏽‍🚀👨‍👩‍👧‍👦🏴‍☠️", "ﷺ" * 20, "\u2028line\u2029",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x07bell", "\x7f", "\x85", "a\tb\r\nc", "W" * 3_000, "i" * 300 + " end",
    "null", "undefined", "NaN", "Infinity", "true", "[object Object]", "__proto__", "constructor", "toString", "hasOwnProperty",
    "-0", "1e309", "0x41", "٣٤٥", "%00", "%3Cscript%3E", "&lt;script&gt;", "&#60;script&#62;", "&amp;amp;", "\\", "\\\\", "\\u0000",
    "'", '"', "`", "''", '""', "';--", "' OR 1=1 --", "'; DROP TABLE passages; --", "\") or true", "`year` = 1 or `", "%' --",
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://evil.example")', "|calc", ";semicolon", ",comma", "\tTab",
)  # fmt: skip


def strings() -> list[str]:
    """Return the 200 strings, each once."""
    found = [f"<{tag} {event}='{MARK}'>" for tag in TAGS for event in EVENTS]
    found += [f"{opener}<script>{MARK}</script>" for opener in OPENERS]
    found += [f"{opener}<img src=x onerror={MARK}>" for opener in OPENERS]
    found += [*TEMPLATES, *URLS, *ODD]
    found += [f"<style>@import '//evil.example/{at}.css'</style> {at}" for at in range(50)]
    return list(dict.fromkeys(found))[:200]
