// A few courtesies; every page works without them.

// After a refused form, reading starts at the list of what is to correct.
document.getElementById("error-summary")?.focus();

// A double click sends once. Three seconds later the same button may be tried again.
const sent = new WeakMap();

addEventListener("submit", (event) => {
  if (performance.now() - (sent.get(event.target) ?? -Infinity) < 3000) {
    event.preventDefault();
    return;
  }
  sent.set(event.target, performance.now());
  const button = event.submitter;
  button?.setAttribute("aria-disabled", "true");
  setTimeout(() => button?.removeAttribute("aria-disabled"), 3000);
});

// A page brought back by the Back button starts afresh.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) sent.delete(form);
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

// Whoever switches language is greeted in it next time; no other cookie is ever set for a reader.
addEventListener("click", (event) => {
  const language = event.target.closest?.("header a[hreflang]")?.hreflang;
  if (language) document.cookie = `language=${language};path=/;max-age=31536000;samesite=lax`;
});

// What can be copied, where the browser lets a page do that: elsewhere these buttons stay hidden.
for (const tools of document.querySelectorAll(".copying")) tools.hidden = !(navigator.clipboard && window.ClipboardItem);

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copied]");
  if (!button) return;
  const { copy, copyFile, copied } = button.dataset;
  const status = button.closest(".copying").querySelector("[role=status]");
  status.textContent = "";
  const text = async () => {
    const file = copyFile && (await fetch(copyFile));
    if (file && !file.ok) throw new Error(file.status);
    return new Blob([file ? await file.text() : copy], { type: "text/plain" });
  };
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text() })]);
    status.textContent = copied;
  } catch {
    status.textContent = status.dataset.failed;
  }
});
