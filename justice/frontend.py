"""Fills static/vendor/ from the npm packages: their styles, icons and modules, without the brand that is not ours.

GOV.UK Frontend and MoJ Frontend are free to use; the GDS Transport typeface, the crown and the crests are not. They are
left out or replaced here, and what must be gone is looked for afterwards, so that an upgrade of a package that brings
something back stops the set-up instead of reaching a page. Run by `./run`; uses the standard library only.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
FONTS = '"Inter",system-ui,arial,sans-serif'
INTER_SUBSETS = ("latin", "latin-ext")  # latin-ext is for Polish, Czech and Turkish names
INTER_WEIGHTS = ("400", "700")


class UnexpectedPackage(Exception):
    """A package is not as it was when this was written: look at what changed before letting it through."""


def unbranded(css: str, name: str) -> str:
    """A style sheet with our typeface, no crest, and addresses that are right wherever it is served from."""
    css = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", css)
    css, changed = re.subn(r"GDS Transport,arial,sans-serif", lambda _: FONTS, css)
    if not changed:
        raise UnexpectedPackage(f"{name} no longer names its typeface as expected")
    css = re.sub(r"url\(/assets/images/[\w-]*(?:crest|crown)[\w-]*\.\w+\)", "none", css)
    css = re.sub(r"url\(/assets/images/(icon-[\w-]+\.svg)\)", r"url(images/\1)", css)
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    for left in ("GDS Transport", "url(/", "sourceMappingURL", "crest", "crown"):
        # The word may stand in the name of a class; what counts is a file or a typeface.
        if left in css and (left not in ("crest", "crown") or re.search(rf"url\([^)]*{left}", css)):
            raise UnexpectedPackage(f"{name} still has {left!r} in it")
    return css


def script(text: str) -> str:
    """A module without the line that sends browsers looking for its source map."""
    return re.sub(r"//# sourceMappingURL=\S*", "", text)


def inter(package: Path, to: Path) -> None:
    """The two weights of Inter that the pages use, with the rules that name them."""
    (to / "files").mkdir(parents=True)
    rules = []
    for weight in INTER_WEIGHTS:
        css = (package / f"{weight}.css").read_text(encoding="utf-8")
        for subset in INTER_SUBSETS:
            name = f"inter-{subset}-{weight}-normal"
            found = re.search(rf"@font-face \{{[^}}]*\./files/{name}\.woff2[^}}]*\}}", css)
            if not found:
                raise UnexpectedPackage(f"Inter has no rule for {name}")
            rules.append(re.sub(rf", url\(\./files/{name}\.woff\) format\('woff'\)", "", found.group()))
            shutil.copyfile(package / "files" / f"{name}.woff2", to / "files" / f"{name}.woff2")
    (to / "inter.css").write_text("\n".join(rules) + "\n", encoding="utf-8")
    shutil.copyfile(package / "LICENSE", to / "LICENSE")


def fill(packages: Path, vendor: Path) -> None:
    """Make static/vendor/ anew. Raises UnexpectedPackage, and leaves the old folder, if a package has changed shape."""
    new = vendor.with_name("vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    govuk, moj = packages / "govuk-frontend/dist/govuk", packages / "@ministryofjustice/frontend/moj"
    for source, folder, name in ((govuk, "govuk", "govuk-frontend"), (moj, "moj", "moj-frontend")):
        to = new / folder
        to.mkdir(parents=True)
        css = unbranded((source / f"{name}.min.css").read_text(encoding="utf-8"), name)
        (to / f"{name}.min.css").write_text(css, encoding="utf-8")
        module = script((source / f"{name}.min.js").read_text(encoding="utf-8"))
        (to / f"{name}.min.js").write_text(module, encoding="utf-8")
        for icon in sorted((source / "assets/images").glob("icon-*.svg")):
            (to / "images").mkdir(exist_ok=True)
            shutil.copyfile(icon, to / "images" / icon.name)
        for named in re.findall(r"url\((images/[^)]+)\)", css):
            if not (to / named).exists():
                raise UnexpectedPackage(f"{name} names {named}, which is not in the package")
    inter(packages / "@fontsource/inter", new / "inter")
    shutil.rmtree(vendor, ignore_errors=True)
    new.rename(vendor)


if __name__ == "__main__":
    try:
        fill(BASE / "node_modules", BASE / "static" / "vendor")
    except (UnexpectedPackage, FileNotFoundError) as problem:
        sys.exit(f"The front-end files could not be made: {problem}")
