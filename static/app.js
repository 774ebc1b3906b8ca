// Everything works without this file. It starts the components of GOV.UK and MoJ Frontend, keeps a form from being sent
// twice, reads a date back in words, and renews a progress bar.

import * as govuk from "govuk-frontend";
import * as moj from "moj-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
govuk.initAll();
moj.initAll();

// ---------------------------------------------------------------- reveals: the fields of a radio button

// GOV.UK Frontend would do it, but says "expanded" of a radio button, which ARIA does not allow.
for (const group of document.querySelectorAll('[data-module~="govuk-radios"]')) {
  const choices = [...group.querySelectorAll("input[data-reveals]")];
  const show = () => {
    for (const choice of choices) {
      const fields = document.getElementById(choice.dataset.reveals);
      fields.classList.toggle("govuk-radios__conditional--hidden", !choice.checked);
    }
  };
  if (choices.length) {
    group.addEventListener("change", show);
    window.addEventListener("pageshow", show);
    show();
  }
}

// ---------------------------------------------------------------- once: a form goes out once

for (const form of document.querySelectorAll('[data-module~="app-once"]')) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.setAttribute("aria-busy", "true");
  });
  // Coming back to the page by the browser's Back button must leave a form that can be sent.
  window.addEventListener("pageshow", () => {
    sent = false;
    form.removeAttribute("aria-busy");
  });
}

// ---------------------------------------------------------------- date: paste, today and yesterday, said back

const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function monthNumber(text) {
  const typed = text.trim().toLowerCase().replace(/\.$/, "");
  if (/^\d{1,2}$/.test(typed)) return Number(typed);
  return typed.length < 3 ? 0 : MONTHS.findIndex((name) => name.toLowerCase().startsWith(typed)) + 1;
}

// The server reads the date and is right; this only says back what is plainly a day.
function readBack(day, month, year) {
  const number = monthNumber(month);
  if (!/^\d{1,2}$/.test(day) || !number || !/^\d{4}$/.test(year)) return "";
  const found = new Date(Date.UTC(Number(year), number - 1, Number(day)));
  if (found.getUTCMonth() !== number - 1 || found.getUTCDate() !== Number(day)) return "";
  return `${WEEKDAYS[found.getUTCDay()]} ${Number(day)} ${MONTHS[number - 1]} ${year}`;
}

function split(text) {
  const parts = text.trim().split(/[\s/.,\-–—]+/).filter(Boolean);
  if (parts.length !== 3) return null;
  return /^\d{4}$/.test(parts[0]) ? parts.reverse() : parts;
}

for (const group of document.querySelectorAll('[data-module~="app-date"]')) {
  const boxes = [...group.querySelectorAll("input")];
  if (boxes.length !== 3) continue;

  const below = document.createElement("div");
  below.className = "app-day-buttons";
  const words = document.createElement("span");
  words.className = "app-day-words";
  words.setAttribute("role", "status");
  group.after(below);

  const say = () => {
    words.textContent = readBack(...boxes.map((box) => box.value.trim()));
  };
  const fill = (parts) => {
    boxes.forEach((box, index) => {
      box.value = parts[index];
    });
    say();
  };

  boxes[0].addEventListener("paste", (event) => {
    const parts = split(event.clipboardData.getData("text"));
    if (parts) {
      event.preventDefault();
      fill(parts);
    }
  });
  boxes.forEach((box) => box.addEventListener("change", say));

  if (group.dataset.today) {
    const today = new Date(`${group.dataset.today}T12:00:00Z`);
    for (const [label, back] of [["Today", 0], ["Yesterday", 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "app-day-button";
      button.textContent = label;
      const legend = group.closest("fieldset")?.querySelector("legend")?.textContent.trim();
      if (legend) button.setAttribute("aria-label", `${label}: ${legend}`);
      button.addEventListener("click", () => {
        const day = new Date(today);
        day.setUTCDate(day.getUTCDate() - back);
        fill([day.getUTCDate(), day.getUTCMonth() + 1, day.getUTCFullYear()].map(String));
      });
      below.append(button);
    }
  }
  below.append(words);
  say();
}

// ---------------------------------------------------------------- progress: ask again until it is done

// The address answers {"value": 12, "maximum": 40, "words": "12 of 40 …", "done": false, "next": "/…"}.
for (const panel of document.querySelectorAll('[data-module~="app-progress"]')) {
  const bar = panel.querySelector("progress");
  const words = panel.querySelector("[data-words]");
  const ask = async () => {
    try {
      const answer = await fetch(panel.dataset.poll, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      if (now.maximum) {
        bar.max = now.maximum;
        bar.value = now.value ?? 0;
      }
      if (now.words && words.textContent !== now.words) words.textContent = now.words;
      if (now.done) {
        if (now.next) window.location.assign(now.next);
        else window.location.reload();
        return;
      }
    } catch {
      // A lost answer is no reason to stop: the work goes on without the page.
    }
    window.setTimeout(ask, 1500);
  };
  window.setTimeout(ask, 1000);
}

// ---------------------------------------------------------------- try: a call of the API from its page

for (const form of document.querySelectorAll('[data-module~="app-try"]')) {
  const status = form.querySelector("[data-status]");
  const answer = form.querySelector("[data-answer]");
  const { method, address, version, body, csrfmiddlewaretoken: token } = form.elements;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = { Accept: "application/json" };
    const sends = method.value === "POST";
    if (sends) {
      headers["Content-Type"] = "application/json";
      headers["X-CSRFToken"] = token.value;
      headers["Idempotency-Key"] = crypto.randomUUID();
      if (version.value.trim()) headers["If-Match"] = version.value.trim();
    }
    // Only the path of what was typed: nothing goes to another site.
    const path = new URL(address.value, window.location.origin);
    const call = { method: method.value, headers, credentials: "same-origin", body: sends ? body.value || "{}" : undefined };
    const got = await fetch(path.pathname + path.search, call).catch(() => null);
    status.textContent = got ? `Answer: ${got.status} ${got.statusText}` : "No answer";
    const text = got ? await got.text() : "";
    try {
      answer.textContent = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      answer.textContent = text.slice(0, 2000);
    }
    answer.hidden = !text;
  });
  for (const place of document.querySelectorAll("[data-fill]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = "Put into the form";
    button.setAttribute("aria-label", `Put into the form: ${place.dataset.words}`);
    button.addEventListener("click", () => {
      method.value = place.dataset.method;
      address.value = place.dataset.address;
      body.value = place.dataset.body;
      address.focus();
    });
    place.append(button);
    place.hidden = false;
  }
}

// ---------------------------------------------------------------- idle: a warning before the session ends

// Two minutes before the end somebody may go on by one key; afterwards what they typed is still on the page.
const IDLE = Number(document.body.dataset.idle || 0);
if (IDLE > 180) {
  const KEY = "justice-last-request"; // shared by the tabs of one browser: work in one keeps the others
  const note = () => {
    try {
      localStorage.setItem(KEY, String(Date.now()));
    } catch {
      // A browser that keeps nothing warns by this tab alone.
    }
  };
  const opened = Date.now();
  const last = () => {
    try {
      return Number(localStorage.getItem(KEY)) || opened;
    } catch {
      return opened;
    }
  };
  let panel = null;
  let before = null; // where the person was when the warning came
  const close = () => {
    panel?.remove();
    panel = null;
    before?.focus();
    before = null;
  };
  const show = (words, button) => {
    if (panel?.dataset.words === words) return;
    close();
    before = document.activeElement;
    panel = document.createElement("div");
    panel.className = "app-idle";
    panel.setAttribute("role", "alertdialog");
    panel.setAttribute("aria-label", "Your session");
    panel.setAttribute("aria-describedby", "idle-words");
    panel.dataset.words = words;
    const text = document.createElement("p");
    text.id = "idle-words";
    text.textContent = words;
    panel.append(text);
    if (button) {
      const stay = document.createElement("button");
      stay.type = "button";
      stay.className = "govuk-button";
      stay.textContent = "Stay signed in";
      stay.addEventListener("click", async () => {
        const answer = await fetch(document.body.dataset.stay, { credentials: "same-origin" }).catch(() => null);
        if (answer?.ok) {
          note();
          close();
        }
      });
      panel.append(stay);
      document.body.append(panel);
      stay.focus();
    } else {
      document.body.append(panel);
    }
  };
  note();
  window.setInterval(() => {
    const left = IDLE - (Date.now() - last()) / 1000;
    if (left > 120) close();
    else if (left > 5) show("You will be signed out in two minutes, because nothing was sent for a while.", true);
    else show("You were signed out. What you typed is still here: copy it, then open the page again and sign in.", false);
  }, 5000);
}
