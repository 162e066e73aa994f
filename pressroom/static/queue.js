// The review queue by keyboard: one key, one decision, and the page stays. Whatever it does, links and forms do too.
// Letters work only while the queue has the focus, and can be switched off.

const PARTS = "text/html; parts=queue"; // the answer is the parts of the page that changed
const LETTERS = { a: "approve", c: "ask", l: "waitlist", r: "decline" };
const queue = document.getElementById("queue");
const said = document.getElementById("queue-said");
let loading; // aborts the panel that is on its way
let deciding = false;

const panel = () => document.getElementById("queue-panel");
const row = () => document.getElementById(panel().dataset.row);
const link = (of) => of?.querySelector("th a");
const isBeside = () => panel().checkVisibility(); // on a narrow screen every request is a page of its own
const formOf = (action, place = panel()) => place.querySelector(`form[data-step=${action}]`);

/** Put what came into the page, each part in the place of the one with its id. */
function put(parts) {
  for (const part of parts.querySelectorAll("body > [id], body > table tr[id]")) {
    const here = document.getElementById(part.id);
    if (here === said) said.replaceChildren(...part.childNodes);
    else here?.replaceWith(part);
  }
}

async function ask(url, options) {
  const answer = await fetch(url, { ...options, headers: { Accept: PARTS }, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 400) return location.reload(); // signed out meanwhile
  const parts = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!parts.getElementById("queue-panel")) throw new Error(answer.status);
  put(parts);
  return answer;
}

/** Make the request in the panel the current one of the list; one that stands on another page is gone to. */
function settle(decided) {
  for (const old of queue.querySelectorAll("[data-row].current")) {
    old.classList.remove("current");
    link(old).removeAttribute("aria-current");
  }
  const address = new URL(location);
  address.searchParams.set("current", panel().dataset.row.slice(4));
  if (!row()) {
    if (decided) address.searchParams.set("decided", decided);
    address.searchParams.delete("page");
    address.hash = "queue";
    return location.assign(address);
  }
  row().classList.add("current");
  link(row()).setAttribute("aria-current", "true");
  history.replaceState(null, "", address);
}

async function open(there) {
  loading?.abort();
  const mine = loading = new AbortController();
  link(there).focus();
  try {
    await ask(link(there).href, { signal: mine.signal });
    settle();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link(there).href);
  }
  if (loading === mine) loading = undefined;
}

function move(by) {
  const rows = [...queue.querySelectorAll("[data-row]")];
  const there = rows[rows.indexOf(document.activeElement.closest?.("[data-row]") ?? row()) + by];
  if (there) open(there);
  else document.querySelector(`.pagination [rel=${by > 0 ? "next" : "prev"}]`)?.click();
}

async function send(form, button) {
  if (deciding || loading) return;
  deciding = true;
  try {
    const answer = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
    if (answer?.status === 422) {
      panel().querySelector(".field-invalid :is(input, textarea, select)")?.focus();
    } else if (answer) {
      settle(form.action.split("/").at(-2));
      const again = answer.status === 409 && formOf(form.dataset.step)?.closest("details[open]:not(.more)");
      // What is typed after a refusal must not be taken for a decision.
      (again ? again.querySelector("form :is(input:not([type=hidden]), textarea)") : link(row()))?.focus();
    }
  } catch {
    said.textContent = queue.dataset.lost;
  }
  deciding = false;
}

/** Take a step, or open what has to be said with it. */
function step(form) {
  const around = form?.closest("details:not(.more)");
  if (!form || deciding || loading) return;
  if (!around) return form.requestSubmit();
  around.open = true;
  form.querySelector("input:not([type=hidden]), textarea, select").focus();
}

/** In a list of reasons: the next one that begins with this letter. */
function choose(from, letter) {
  const options = [...from.form.querySelectorAll(`input[type=${from.type}]`)].filter((one) => one.name === from.name);
  const rest = options.splice(0, options.indexOf(from) + 1);
  const wanted = [...options, ...rest].find((one) => one.labels[0]?.textContent.trim().toLowerCase().startsWith(letter));
  if (!wanted) return;
  wanted.focus();
  wanted.checked = from.type === "radio" || !wanted.checked;
}

function inReasons(event, field) {
  const { key } = event;
  if (key === "Escape") {
    field.closest("details").open = false;
    link(row()).focus();
  } else if (key === "Enter" && field.type !== "textarea") field.form.requestSubmit();
  else if (/^\p{L}$/u.test(key) && ["radio", "checkbox"].includes(field.type)) choose(field, key.toLowerCase());
  else return;
  event.preventDefault();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  z: () => step(formOf("undo") ?? formOf("undo", said)),
  o: () => window.open(panel().querySelector("[data-proof]")?.href ?? "", "_blank", "noopener"),
  x: () => row().querySelector("[name=chosen]").click(),
  "/": () => document.getElementById("q").focus(),
  "?": () => {
    const help = document.getElementById("queue-keys");
    help.open = !help.open;
    help.firstElementChild.focus();
  },
};
for (const [letter, action] of Object.entries(LETTERS)) keys[letter] = () => step(formOf(action));

function press(event) {
  const { target } = event, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isOff() || !isBeside()) return;
  const field = target.closest("input, textarea, select");
  if (field && field.name !== "chosen") {
    if (field.closest("form[data-step]")) inReasons(event, field);
    return;
  }
  if (event.shiftKey && key !== "?" && key !== "/") return;
  const inList = target === queue || target.closest("[data-row]");
  const act = keys[inList ? { ArrowDown: "j", ArrowUp: "k" }[key] ?? key : key];
  if (!act || (key === "o" && !panel().querySelector("[data-proof]"))) return;
  event.preventDefault();
  act();
}

function isOff() {
  try {
    return localStorage.getItem("shortcuts") === "off";
  } catch {
    return false;
  }
}

function listen() {
  queue.addEventListener("keydown", press);
  said.addEventListener("keydown", press);
  addEventListener("submit", (event) => {
    const within = queue.contains(event.target) || said.contains(event.target);
    if (!within || !event.target.dataset.step) return;
    event.preventDefault();
    send(event.target, event.submitter);
  }, true);
  queue.addEventListener("click", (event) => {
    const there = event.target.closest("[data-row] th a")?.closest("[data-row]");
    if (!there || event.ctrlKey || event.metaKey || event.shiftKey || !isBeside()) return;
    event.preventDefault();
    open(there);
  });
}

function remember() {
  const wanted = new URLSearchParams(location.search).get("shortcuts");
  try {
    if (wanted) localStorage.setItem("shortcuts", wanted);
  } catch { /* not allowed to remember */ }
  for (const one of document.querySelectorAll("[data-shortcuts]")) {
    one.hidden = (one.dataset.shortcuts === "off") !== isOff();
  }
  document.querySelector(".keys").hidden = false;
  queue.classList.toggle("has-keys", !isOff()); // each button then shows its letter
}

if (queue) {
  remember();
  listen();
}
