// The questions of other roles step aside. Without this they stay in sight, each group saying whom it is for.
const groups = document.querySelectorAll("[data-categories]");

function show() {
  const chosen = document.querySelector("input[name=category]:checked")?.value;
  for (const group of groups) group.hidden = !group.dataset.categories.split(" ").includes(chosen);
}

for (const role of document.querySelectorAll("input[name=category]")) role.addEventListener("change", show);
addEventListener("pageshow", show); // a page brought back by the Back button has its roles filled in by now
show();
