"""What would be lost if a new result took the place of a recorded one.

Goes in: two results as JSON has them, the old and the new. Comes out: sentences, none where nothing is lost.
"""

GROUPS = ("runs", "raw_runs", "search", "rows")


def lost(old, new):
    """Say what the old result has that the new one lacks.

    Parameters
    ----------
    old, new : dict
        As `benchmarks.studies.run.session` writes them.

    Returns
    -------
    list of str
        Sentences without a full stop, such as "it has 3 seeds in runs, the new one 1".
    """
    if old.get("quick"):
        return []
    if new.get("quick"):
        return [f"it is a full recording {_size(old)}, the new one a quick try-out"]
    return _data(old.get("data"), new.get("data")) + _runs(old, new)


def _size(study):
    counts = [f"{len(study[group])} {group.replace('_', ' ')}" for group in GROUPS if study.get(group)]
    return f"({', '.join(counts)})" if counts else "(no single runs)"


def _data(old, new):
    if not old:
        return []
    if not new:
        return [f"it says which images it had ({old['name']}, with checksums), the new one does not"]
    if old["name"] != new["name"]:
        return [f"it is about {old['name']}, the new one about {new['name']}"]
    found = []
    for split, images in old["splits"].items():
        others = new["splits"].get(split, {})
        if images.get("sha256") and not others.get("sha256"):
            found.append(f"it has a checksum of the {split} images, the new one has none")
        elif images != others:
            found.append(
                f"its {images['images']:,} {split} images are not the {others.get('images', 0):,} of the new one "
                f"(checksums {_short(images)} and {_short(others)})"
            )
    return found


def _short(images):
    return str(images.get("sha256", "none"))[:8]


def _runs(old, new):
    found = []
    for group in GROUPS:
        before, after = old.get(group, []), new.get(group, [])
        seeds, fewer = (len({run.get("seed") for run in part}) for part in (before, after))
        if fewer < seeds:
            found.append(f"it has {seeds} seed{'s' * (seeds > 1)} in {group}, the new one {fewer}")
        elif len(after) < len(before):
            found.append(f"it has {len(before)} {group}, the new one {len(after)}")
    return found
