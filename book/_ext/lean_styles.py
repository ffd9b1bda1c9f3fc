"""Leaves of a style sheet what a site can use; helps `lean_pages`.

Goes in: a style sheet, and all words that stand in pages and scripts. Comes out: the sheet without comments and without
rules for classes that nothing there names.
"""

import re

import tinycss2

CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")


def used_rules(sheet, words):
    """A style sheet (str) without the selectors that ask for a class outside `words` (set of str)."""
    return _written(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), words)


def _written(rules, words):
    return "\n".join(filter(None, (_rule(rule, words) for rule in rules)))


def _rule(rule, words):
    if rule.type == "qualified-rule":
        asked = _selectors(tinycss2.serialize(rule.prelude))
        kept = [selector for selector in asked if _classes(selector) <= words]
        return f"{','.join(kept)}{{{tinycss2.serialize(rule.content).strip()}}}" if kept else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports") and rule.content:
        inner = _written(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), words)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else ""
    return tinycss2.serialize([rule])


def _selectors(prelude):
    """The parts between commas, but not between those in brackets, as in `:is(a, b)`."""
    parts, depth = [""], 0
    for char in prelude:
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _classes(selector):
    """The classes that an element must have; those in brackets after `:not`, `:is` and their like do not count."""
    bare = re.sub(r"\[[^\]]*\]", "", selector)
    while "(" in bare and (shorter := re.sub(r":[\w-]+\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return {name.replace("\\", "") for name in CLASS.findall(bare)}
