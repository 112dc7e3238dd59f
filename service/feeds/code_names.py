"""One name for several codes."""


def name_of(*codes: str) -> str:
    """``codes`` with a slash between them; different codes never make the same name.

    A slash within a code is written %2F, and a percent sign %25.
    """
    return "/".join(code.replace("%", "%25").replace("/", "%2F") for code in codes)


def codes_of(name: str) -> tuple[str, ...]:
    """The codes that ``name_of`` put into a name."""
    return tuple(part.replace("%2F", "/").replace("%25", "%") for part in name.split("/"))
