// While somebody writes a release: the words are kept as a draft every few seconds, and who else is writing is said.
// Words that cannot be sent are held in this browser until they can, each opened editor's own.

const PAUSE = 2500, RETRY = 5_000, BEAT = 30_000; // milliseconds
const form = document.querySelector("form[data-draft]");
const { draft: address, what, labels } = form?.dataset ?? {};
const said = form?.querySelector("[data-said]");
const others = document.querySelector("[data-others]");
const opened = form?.elements.window.value;
let unsent = false; // something was typed that no draft has
let leaving = false; // the form itself carries the words
let sending = false;
let timer;

class Ended extends Error {}

/** Everything that the form would send. */
function words() {
  return new URLSearchParams(new FormData(form));
}

function say(place, sentence) {
  if (place.textContent !== sentence) place.textContent = sentence; // what has not changed is not read out again
}

function hold(body) {
  try {
    localStorage.setItem(`writing:${what}:${opened}`, body.toString());
  } catch { /* no room, or not allowed: the words are still on the page */ }
}

/** The keys of what is held here, of every text, or of this one. */
function held(prefix = "writing:") {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

/** After signing in again, the page's own token is another one: take it over. */
async function renewToken() {
  const answer = await fetch(location.pathname, { redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Ended();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[name=csrf_token]")?.value;
  for (const input of document.getElementsByName("csrf_token")) input.value = token ?? input.value;
}

async function post(body, renewed = false) {
  body.set("csrf_token", form.elements.csrf_token.value);
  const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Ended();
  if (answer.status === 400 && !renewed) {
    await renewToken();
    return post(body, true);
  }
  if (!answer.ok) throw new Error(answer.status);
  const heard = await answer.json();
  say(others, heard.others);
  others.parentElement.hidden = !heard.others;
  return heard;
}

async function keep() {
  if (sending) return;
  clearTimeout(timer);
  [sending, unsent, timer] = [true, false, undefined];
  const body = words();
  let wait = PAUSE;
  try {
    const heard = await post(body);
    say(said, heard.said);
    if (heard.fate === "other") hold(body);
    else localStorage.removeItem(`writing:${what}:${opened}`);
  } catch (error) {
    [unsent, wait] = [true, RETRY];
    hold(body);
    say(said, JSON.parse(labels)[error instanceof Ended ? "ended" : "offline"]);
  }
  sending = false;
  if (unsent && !leaving) timer = setTimeout(keep, wait);
}

/** What an earlier page could not send goes first; the page then offers it. */
async function sendHeld() {
  for (const key of held(`writing:${what}:`)) {
    if (key.endsWith(`:${opened}`)) { // refused by the server a moment ago: it stands in the form
      unsent = true;
      keep();
      continue;
    }
    const { fate } = await post(new URLSearchParams(localStorage.getItem(key)));
    if (fate === "other") continue;
    localStorage.removeItem(key);
    if (fate === "kept" && !unsent && !document.getElementById("unsaved")) location.reload();
  }
}

function beat() {
  if (document.visibilityState === "visible" && !sending && !unsent) post(new URLSearchParams()).catch(() => {});
}

/** The address says which editor's words have just been saved: what this browser holds of them goes. */
function forgetSaved() {
  const [, saved] = location.hash.split("#saved-");
  if (!saved) return;
  for (const key of held()) if (key.endsWith(`:${saved}`)) localStorage.removeItem(key);
  history.replaceState(null, "", location.pathname + location.search);
}

function listen() {
  form.addEventListener("input", () => {
    unsent = true;
    timer ??= setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    leaving = true;
    hold(words());
  });
  addEventListener("pagehide", () => {
    if (!unsent) return;
    hold(words());
    if (!leaving) navigator.sendBeacon(address, words());
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) [leaving, timer] = [false, undefined];
  });
  addEventListener("online", () => unsent && keep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") beat();
    else if (unsent && !leaving) keep();
  });
}

forgetSaved();
if (form) {
  listen();
  sendHeld().catch(() => {}).then(beat);
  setInterval(beat, BEAT);
}
