r"""Text that every engine takes alike. Where they part is letter cases (each has its own Unicode) and regular expressions.

In patterns: `\z` for the end, since `$` is for Java before a last line break as well; `[^a-z0-9_]` for `\b`, which for Java
looks at letters of all scripts; no `.`, which stops at other breaks in each.
"""

from string import ascii_lowercase, ascii_uppercase

import ibis.expr.types as ir


def lower(text: ir.StringValue) -> ir.StringValue:
    """ASCII letters made small, others as they are."""
    return text.translate(ascii_uppercase, ascii_lowercase)


def upper(text: ir.StringValue) -> ir.StringValue:
    """ASCII letters made capital, others as they are."""
    return text.translate(ascii_lowercase, ascii_uppercase)


def after(text: ir.StringValue, prefix: str) -> ir.StringValue:
    """What comes after a prefix; null where it is not there, or nothing comes."""
    return text.startswith(prefix).ifelse(text.substr(len(prefix)), None).nullif("")
