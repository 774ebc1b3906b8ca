"""What every page is held to beside axe, in the browser: what axe and the grammar of HTML cannot see.

`unseen` reads the page as it stands; `walked` goes through it with the Tab key; `faults` is all that a page is held to.
Each says every fault in one line.
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import (
    NARROW,
    bare_statuses,
    cut_off,
    found_by_axe,
    space_out,
    too_wide,
)

# What each error of the page says, where its link lands, and whether the field says the same.
ERRORS = """() => {
  const said = [...document.querySelectorAll(".govuk-error-message")].map((one) => one.textContent);
  return [...document.querySelectorAll(".govuk-error-summary__list li")].map((item) => {
    const link = item.querySelector("a");
    const target = link && document.getElementById(link.hash.slice(1));
    if (link && !target) return `no such field: ${link.outerHTML}`;
    if (target && !target.matches("input, select, textarea")) return `not a control: ${link.outerHTML}`;
    const words = item.textContent.trim();
    if (link && !said.some((one) => one.includes(words))) return `not at its field: ${words}`;
    const described = (target?.getAttribute("aria-describedby") ?? "").split(/\\s+/).filter(Boolean);
    const lost = described.filter((id) => !document.getElementById(id));
    return lost.length ? `describes nothing: ${lost.join(", ")}` : "";
  }).filter(Boolean);
}"""

UNSEEN = """() => {
  const found = [];
  const fault = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 160)}`);
  const shown = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility());
  const CONTROLS = "a[href], button, input, select, textarea, summary, label, option, [tabindex]";
  const words = (one) => (one.getAttribute("aria-label") ?? one.textContent).trim().replace(/\\s+/g, " ");

  for (const one of shown) {
    const style = getComputedStyle(one);
    const points = style.cursor === "pointer" && getComputedStyle(one.parentElement).cursor !== "pointer";
    const role = ["button", "link", "checkbox", "radio", "switch", "tab"].includes(one.getAttribute("role"));
    if ((points || role || one.hasAttribute("onclick")) && !one.closest(CONTROLS)) fault("no key reaches", one);

    const box = one.getBoundingClientRect();
    const small = box.width >= 4 && box.height >= 4 && box.width <= 32 && box.height <= 32;
    const plain = !one.children.length && !one.textContent.trim() && !one.matches("input, img, svg *, canvas, option");
    const filled = style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none";
    if (small && plain && filled && !one.closest("button, a, svg") && !one.hasAttribute("aria-label"))
      fault("a colour that says nothing", one);
  }
  for (const one of document.querySelectorAll("a[href]"))
    if (/^(click here|here|this|link|more|read more|view|edit|details)$/i.test(words(one)))
      fault("a link that does not say where it leads", one);
  for (const one of document.querySelectorAll("img[alt]"))
    if (/\\.(png|jpe?g|gif|svg|webp)$|^(image|picture|icon|logo)$/i.test(one.alt.trim()))
      fault("words for an image that are no words", one);
  for (const one of document.querySelectorAll("table")) {
    if (!one.querySelector("th")) fault("a table without heads", one);
    if (!one.caption?.textContent.trim()) fault("a table without a caption", one);
    for (const head of one.querySelectorAll("th:not([scope])")) fault("a head of neither row nor column", head);
  }
  const listed = new Set([...document.querySelectorAll(".govuk-error-summary a")].map((one) => one.hash.slice(1)));
  for (const one of document.querySelectorAll("form .govuk-form-group--error"))
    if (![...one.querySelectorAll("[id]")].some((field) => listed.has(field.id)))
      fault("an error that the summary does not lead to", one);
  return found;
}"""

# Notes each control that the Tab key can come to and how it looked before; then each it came to and how it looks.
WATCH = """() => {
  // From the top, wherever the page has put the focus.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  const LINES = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor",
    "borderTopWidth", "borderBottomWidth", "borderTopColor", "borderBottomColor"];
  const looks = (one) => {
    // The box of a radio button or a tick is drawn by its label.
    const label = one.matches("[type=radio], [type=checkbox]") && one.labels?.[0];
    const style = label ? getComputedStyle(label, "::before") : getComputedStyle(one);
    const bars = ["::before", "::after"].map((part) => getComputedStyle(one, part).backgroundColor);
    return {...Object.fromEntries(LINES.map((line) => [line, style[line]])), bars, wide: one.offsetWidth};
  };
  const named = new Set();
  const stops = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]"
  )].filter((one) => {
    if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== "radio") return true;
    const name = `${one.name} ${[...document.forms].indexOf(one.form)}`;
    const group = [...document.querySelectorAll("[type=radio]")].filter(
      (other) => other.name === one.name && other.form === one.form);
    const first = group.find((other) => other.checked) ?? group[0];
    return named.has(name) ? false : one === first && Boolean(named.add(name));
  });
  const before = new Map(stops.map((one) => [one, looks(one)]));
  window.walk = {stops, before, came: []};
  document.addEventListener("focusin", (event) => {
    window.walk.came.push([event.target, before.has(event.target) ? looks(event.target) : null]);
  });
  return stops.length;
}"""

WALKED = """() => {
  const {stops, before, came} = window.walk;
  const found = [];
  const fault = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 160)}`);
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const clear = (colour) => numbers(colour)[3] === 0;
  const differs = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) >= 3;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!clear(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  // A line or a ground that was not there before, at three to one against what is behind it.
  const seen = (one, was, is) => {
    const ground = behind(one.parentElement);
    const stands = (colour) => !clear(colour) && (differs(colour, ground) || differs(colour, is.backgroundColor));
    if (was.wide <= 1 && is.wide > 1) return true;
    const changed = (...lines) => lines.some((line) => was[line] !== is[line]);
    if (changed("outlineStyle", "outlineWidth", "outlineColor") && is.outlineStyle !== "none" &&
        parseFloat(is.outlineWidth) >= 1 && !clear(is.outlineColor) && differs(is.outlineColor, ground)) return true;
    if (changed("boxShadow") && (is.boxShadow.match(/rgba?\\([^)]*\\)/g) ?? []).some(stands)) return true;
    for (const edge of ["borderTop", "borderBottom"])
      if (changed(`${edge}Width`, `${edge}Color`) && parseFloat(is[`${edge}Width`]) && stands(is[`${edge}Color`]))
        return true;
    if (is.bars.some((bar, at) => bar !== was.bars[at] && stands(bar))) return true;
    return changed("backgroundColor") && !clear(is.backgroundColor) &&
      differs(is.backgroundColor, clear(was.backgroundColor) ? ground : was.backgroundColor);
  };
  const reached = new Set(came.map(([one]) => one));
  const order = came.map(([one]) => stops.indexOf(one)).filter((at) => at >= 0);
  for (const one of stops) {
    if (!reached.has(one)) fault("Tab does not come to", one);
  }
  for (let at = 1; at < Math.min(order.length, stops.length); at += 1)
    if (order[at] < order[at - 1]) fault("Tab goes back to", stops[order[at]]);
  const told = new Set();
  for (const [one, is] of came) {
    if (!is || told.has(one)) continue;
    told.add(one);
    if (one.matches("iframe")) continue;
    if (!seen(one, before.get(one), is)) fault("the focus is not seen on", one);
  }
  return found;
}"""


def unseen(page: Page) -> list[str]:
    """Faults in how the page stands, that a person would meet and axe does not know."""
    found: list[str] = page.evaluate(UNSEEN)
    return found + [f"an error {one}" for one in page.evaluate(ERRORS)]


def walked(page: Page) -> list[str]:
    """Faults met on the way through the page with Tab: what is never come to, and where the focus is not seen."""
    for _ in range(int(page.evaluate(WATCH))):
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate(WALKED)
    return found


def faults(page: Page) -> list[str]:
    """What is wrong at a desk, with the keyboard, on a phone (which is also a desk at 400 %), and spaced out."""
    found = found_by_axe(page) + unseen(page) + walked(page)
    found += [f"no words: {one}" for one in bare_statuses(page)]
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 1280 px: {wide}")
    page.set_viewport_size(NARROW)
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px: {wide}")
    space_out(page)
    found += [f"cut off when spaced out: {one}" for one in cut_off(page)]
    if wide := too_wide(page):
        found.append(f"scrolls sideways at 320 px when spaced out: {wide}")
    return found
