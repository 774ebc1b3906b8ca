"""Faults of accessibility such as somebody might write into a template, each put into a page of ours as it is.

A plant is what stands in the page and what stands there instead; an address such as `</main>` takes it where the page
has no such thing yet. `found` is how the line begins with which the checks of every page have to tell of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LIST, FORM, SIGN_IN = "a list", "a form sent empty", "signing in"


@dataclass(frozen=True)
class Plant:
    """One fault: in which page, instead of what, and what tells of it."""

    fault: str
    found: str
    there: str
    instead: str
    page: str = LIST

    def put_into(self, html: str) -> str:
        """The page with the fault in it."""
        assert self.there in html, f"{self.page} has no {self.there}: the fault goes elsewhere now"
        return html.replace(self.there, self.instead, 1)


def put(fault: str, found: str, html: str, page: str = LIST) -> Plant:
    """One that stands at the end of the page's main part."""
    return Plant(fault, found, "</main>", f"{html}</main>", page)


PALE: Final = '<h1 style="color: #b8b8b8"'
UNSEEN_FOCUS: Final = (
    "<style>.app-sort:focus { outline: none; background: none; box-shadow: none }</style></head>"
)
TRAP: Final = """<label for="trap">Note</label> <input id="trap" type="text"><script>
document.getElementById("trap").addEventListener("keydown", (event) => event.key === "Tab" && event.preventDefault());
</script>"""

PLANTS: Final = (
    # What is read
    Plant("a heading too pale to read", "color-contrast", '<h1 class="govuk-heading-l"', PALE),
    Plant("a page in a language that is none", "html-lang-valid", '<html lang="en-GB"', '<html lang="english"'),
    Plant("a heading of a level too deep", "a heading of level 4 after one of 1",
          '<h2 class="govuk-heading-s app-filter__title">Filter</h2>', "<h4>Filter</h4>"),
    put("an image without words", "image-alt", '<img src="/static/icon.svg" width="40" height="40">'),
    put("an image with its file name for words", "words for an image that are no words",
        '<img src="/static/icon.svg" alt="icon.svg" width="40" height="40">'),
    put("a link that says where to press", "a link that does not say where it leads",
        '<p>To see the standards <a class="govuk-link" href="/help/">click here</a></p>'),
    put("two links of the same words to different pages", "links that read the same",
        '<p><a class="govuk-link" href="/a/">Open the plan</a> <a class="govuk-link" href="/b/">Open the plan</a></p>'),
    put("a link told from its sentence by colour alone", "link-in-text-block",
        '<p>Before that, read <a href="/help/" style="text-decoration: none">the rules</a> again.</p>'),
    put("a status that is a dot of colour", "a colour that says nothing",
        '<p>P-000001 <span style="display: inline-block; width: 12px; height: 12px; background: #c00"></span></p>'),
    put("a status without words", "no words", '<strong class="app-tag app-tag--red"></strong>'),
    # Tables and lists
    Plant("a column whose head is no head of it", "a head of neither row nor column",
          '<th scope="col" class="govuk-table__header"', '<th class="govuk-table__header"'),
    put("a table of bold cells", "a table without heads",
        "<table><caption>Hours</caption><tr><td><b>Week</b></td></tr><tr><td>1</td></tr></table>"),
    put("a list of paragraphs", "list:", "<ul><p>Keep the diary</p></ul>"),
    # What programs read for us
    put("a role that there is not", "aria-roles", '<p role="lozenge">Overdue</p>'),
    put("a state with a value that there is not", "aria-valid-attr-value", '<button aria-expanded="so">More</button>'),
    put("a list box without options", "aria-required-children",
        '<ul role="listbox" aria-label="Teams" tabindex="0"><li>North</li></ul>'),
    put("a control hidden from readers that the keyboard reaches", "aria-hidden-focus",
        '<p aria-hidden="true"><button>Reassign</button></p>'),
    put("a tick box of our own making without a name", "aria-toggle-field-name",
        '<span role="checkbox" aria-checked="false" tabindex="0" class="govuk-body"></span>'),
    put("an empty link", "link-name", '<a class="govuk-link" href="/help/"></a>'),
    put("an empty button", "button-name", '<button type="button" class="govuk-button"></button>'),
    put("a frame without a title", "frame-title", '<iframe srcdoc="&lt;p&gt;Map&lt;/p&gt;"></iframe>'),
    put("an identity given twice", "no-dup-id", '<p id="id_team">North</p>'),
    # The page as a whole
    Plant("a page that may not be enlarged", "meta-viewport", "initial-scale=1", "initial-scale=1, user-scalable=no"),
    Plant("a page that opens itself again", "meta-refresh", '<meta charset="utf-8">',
          '<meta charset="utf-8"><meta http-equiv="refresh" content="60">'),
    Plant("a page without a title", "document-title", "<title>Overdue – Justice social work",
          "<title>"),
    Plant("a way past the navigation that leads nowhere", "the first link leads to nothing",
          'href="#main-content"', 'href="#content"'),
    Plant("words that stand in no part of the page", "region:", "<footer", "<p>Two are overdue</p><footer"),
    put("a second main part", "landmark-no-duplicate-main", '<div role="main"><p>Two are overdue</p></div>'),
    # Fields and their errors
    Plant("a field without a label", "label:", '<label class="govuk-label govuk-label--s" for="id_at">',
          '<label class="govuk-label govuk-label--s">', FORM),
    put("a label of nothing", "no-missing-references", '<label class="govuk-label" for="id_gone">Time</label>', FORM),
    Plant("an error that the summary does not lead to", "an error that the summary does not lead to",
          '<li><a href="#id_on_0">Enter the date of the contact</a></li>', "", FORM),
    Plant("an error that leads to no field", "an error no such field", 'href="#id_on_0"', 'href="#id_gone"', FORM),
    Plant("a title that tells of no problem", "the title does not tell of a problem",
          "<title>Error: Record a contact", "<title>Record a contact", FORM),
    Plant("a browser told to fill in what there is not", "autocomplete-valid",
          'autocomplete="username"', 'autocomplete="user-name"', SIGN_IN),
    # The keyboard
    put("a paragraph to be clicked", "no key reaches", '<p style="cursor: pointer">Show all</p>'),
    put("a field that keeps the keyboard", "Tab does not come to", TRAP),
    put("a field that the keyboard comes to first", "tabindex",
        '<label for="first">Note</label> <input id="first" type="text" tabindex="3">'),
    Plant("a focus that is not seen", "the focus is not seen on", "</head>", UNSEEN_FOCUS),
    put("a key that stands for two things", "accesskeys", '<p><a href="/" accesskey="o">Home page</a></p>'),
    # The hand, the phone and the reader's own spacing
    put("targets too small for a finger", "target-size",
        '<p style="font-size: 8px; line-height: 8px"><a href="/a/">1</a><br><a href="/b/">2</a></p>'),
    put("a word wider than a phone", "scrolls sideways at 320 px", f"<p>{'Unbroken' * 12}</p>"),
    put("a box that cuts off what does not fit", "cut off",
        '<p style="height: 20px; overflow: hidden">Cut off at the end of its first line, whatever follows</p>'),
)  # fmt: skip
