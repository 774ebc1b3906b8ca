// Everything works without this file. It starts the components of GOV.UK and MoJ Frontend, keeps what is typed as it is
// typed and a form from being sent twice, reads a date back in words, and renews a progress bar.

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

// ---------------------------------------------------------------- drafts: what is typed is kept as it is typed

// On the server, for the person whose page it is; never in the browser's own storage. One saving is under way at a time
// and the newest state goes next, so that a slow server is asked less often. Each carries its number (the turn): one
// that arrives late never takes the place of a newer.
let answered = () => {}; // the server has answered: the session goes on (set by the idle warning below)
let signedOut = () => {};
const LARGEST = 60_000; // what a browser lets go out while a page closes
const LONGEST_ANSWER = 20_000;
const [NOT, AT_ONCE, LATER] = [0, 1, 2];
const UNDER_WAY = 10_000; // a form that was sent this long ago, and the page still there: it did not go

for (const form of document.querySelectorAll("form[data-draft]")) {
  const says = form.querySelector("[data-draft-says]");
  const when = form.querySelector("[data-draft-when]");
  const turn = form.elements["draft-turn"];
  const state = () => {
    const data = new FormData(form);
    for (const name of ["csrfmiddlewaretoken", "draft-turn"]) data.delete(name);
    for (const field of form.querySelectorAll('input[type="password"], input[type="file"]')) data.delete(field.name);
    return new URLSearchParams(data).toString();
  };
  const asItWas = form.dataset.draftFresh === undefined ? null : state();
  let kept = state(); // what the server has
  let flying = false;
  let sentAt = -Infinity;
  const sent = () => performance.now() - sentAt < UNDER_WAY; // the server keeps what the form itself brings
  let unreachable = false;
  let wait = 0;
  let timer = 0;

  const say = (words, time = "", lost = false) => {
    // The words are announced, the time is not: "Draft saved" once, and not every minute again.
    if (says.textContent !== words) says.textContent = words;
    when.textContent = time && ` at ${time}`;
    says.parentElement.classList.toggle("app-draft-line--lost", lost);
  };
  const send = (now) => {
    turn.value = String(Number(turn.value) + 1);
    const body = new URLSearchParams(now);
    body.set("draft-turn", turn.value);
    if (now === asItWas) body.set("draft-as-it-was", "1");
    return fetch(form.dataset.draft, {
      method: "POST",
      body,
      credentials: "same-origin",
      keepalive: body.toString().length < LARGEST,
      signal: AbortSignal.timeout(LONGEST_ANSWER),
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
  };
  // Signing in again, in another tab, makes every page's token old.
  const renew = async () => {
    const answer = await fetch(form.dataset.draft, {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    const { token } = answer.ok ? await answer.json() : {};
    if (!token) return answer;
    for (const field of document.querySelectorAll('[name="csrfmiddlewaretoken"]')) field.value = token;
    return null;
  };
  const save = async () => {
    const now = state();
    if (flying || now === kept) return;
    window.clearTimeout(timer);
    if (sent()) {
      timer = window.setTimeout(save, UNDER_WAY);
      return;
    }
    flying = true;
    let again = NOT;
    try {
      let answer = await send(now);
      if (answer.status === 403) answer = (await renew()) ?? (await send(now));
      unreachable = false;
      if (answer.ok) {
        const told = await answer.json();
        wait = 0;
        answered();
        if (told.sent) {
          // Carried out or discarded meanwhile, and this page is still typed into: it begins a draft of its own.
          form.elements["draft-page"].value = told.page;
          form.elements["draft-after"]?.remove();
          again = AT_ONCE;
        } else {
          kept = now;
          say(told.saved ? "Draft saved" : "", told.saved);
        }
      } else if (answer.status === 401) {
        again = LATER;
        signedOut();
        say("Not saved: you were signed out. Keep this page open and sign in in another tab", "", true);
      } else if (answer.status === 400 || answer.status === 422) {
        say(`Not saved. ${(await answer.json()).problem}`, "", true);
      } else {
        again = LATER;
        say("Not saved: the service does not answer. Keep this page open; it will be tried again", "", true);
      }
    } catch {
      again = LATER;
      unreachable = true;
      say("Not saved: no connection. Keep this page open; it will be tried again", "", true);
    }
    flying = false;
    if (again === LATER) {
      wait = Math.min(30_000, wait ? wait * 2 : 1000);
      timer = window.setTimeout(save, wait);
    } else if (again === AT_ONCE || state() !== now) {
      save();
    }
  };
  // The page goes out of sight, perhaps for good: what is newer than the last saving goes out now.
  const flush = () => {
    const now = state();
    if (sent() || now === kept) return;
    send(now).then((answer) => answer.ok && (kept = now), () => {});
  };
  const retry = () => {
    wait = 0;
    save();
  };

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      if (!wait) save();
    });
  }
  window.addEventListener("online", retry);
  window.addEventListener("focus", retry);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => (document.hidden ? flush() : retry()));

  form.addEventListener(
    "submit",
    async (event) => {
      if (navigator.onLine && (!unreachable || state() === kept)) {
        flush();
        sentAt = performance.now();
        return;
      }
      // Sent into nothing, the page would give way to the browser's own, without what was typed.
      event.preventDefault();
      event.stopImmediatePropagation();
      await save();
      if (navigator.onLine && !unreachable) form.requestSubmit(event.submitter);
      else say("Not sent: no connection. Keep this page open, and try again when there is one", "", true);
    },
    { capture: true },
  );
  for (const one of document.querySelectorAll("[data-draft-discard]")) {
    one.addEventListener("submit", () => {
      sentAt = performance.now();
    });
  }
  // Come back to by the Back button, as it was left: what became of it stands on the server.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && sentAt > 0) window.location.reload();
  });
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
    boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
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

// ---------------------------------------------------------------- security keys

// The form is sent once the key has answered; without JavaScript it says that keys need it.
for (const button of document.querySelectorAll("button[data-security-key]")) {
  button.addEventListener("click", (event) => event.preventDefault());
}

// ---------------------------------------------------------------- idle: a warning before the session ends

// Two minutes before the end somebody may go on by one key; afterwards what they typed is a draft of theirs.
const IDLE = Number(document.body.dataset.idle || 0);
if (IDLE > 180) {
  const KEY = "justice-last-request"; // shared by the tabs of one browser: work in one keeps the others
  const note = (at = Date.now()) => {
    try {
      localStorage.setItem(KEY, String(at));
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
  const over = () => {
    const words = "You were signed out. What you typed into a form is kept as a draft: sign in again and it is there.";
    show(words, false);
  };
  note();
  answered = () => note();
  signedOut = () => {
    note(1); // long ago: for every tab
    over();
  };
  window.setInterval(() => {
    const left = IDLE - (Date.now() - last()) / 1000;
    if (left > 120) close();
    else if (left > 5) show("You will be signed out in two minutes, because nothing was sent for a while.", true);
    else over();
  }, 5000);
}
