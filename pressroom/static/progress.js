// While messages leave, or a file is brought in, the page that says how far it is brings itself up to date: sooner at first, never while nobody looks.
// Without this script the browser reloads the page by itself.

let pause = 2000;

async function refresh() {
  if (document.hidden) return setTimeout(refresh, pause);
  const answer = await fetch(location.href).catch(() => null);
  const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const moving = fresh?.querySelector("#progress[data-moving]");
  if (fresh && !moving) return location.reload();
  for (const part of fresh ? ["#progress", ".fates"] : []) {
    const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && now && !old.contains(document.activeElement)) old.replaceWith(now);
  }
  pause = Math.min(pause * 1.3, 15000);
  setTimeout(refresh, pause);
}

setTimeout(refresh, pause);
