/** The buttons above the text: one stop for Tab, arrow keys move between them, Escape leads to the text. */
import { element } from "./dom.js";
import { buildPanels, unmark } from "./panels.js";

const BUTTONS = {
  heading2: {
    run: (chain) => chain.toggleHeading({ level: 2 }),
    pressed: (editor) => editor.isActive("heading", { level: 2 }),
  },
  heading3: {
    run: (chain) => chain.toggleHeading({ level: 3 }),
    pressed: (editor) => editor.isActive("heading", { level: 3 }),
  },
  bold: {
    run: (chain) => chain.toggleBold(),
    pressed: (editor) => editor.isActive("bold"),
  },
  italic: {
    run: (chain) => chain.toggleItalic(),
    pressed: (editor) => editor.isActive("italic"),
  },
  bullets: {
    run: (chain) => chain.toggleBulletList(),
    pressed: (editor) => editor.isActive("bulletList"),
  },
  numbers: {
    run: (chain) => chain.toggleOrderedList(),
    pressed: (editor) => editor.isActive("orderedList"),
  },
  quote: {
    run: (chain) => chain.toggleBlockquote(),
    pressed: (editor) => editor.isActive("blockquote"),
  },
  link: { pressed: (editor) => editor.isActive("link") },
  unlink: {
    run: (chain) => unmark(chain, "link"),
    available: (editor) => editor.isActive("link"),
  },
  language: { pressed: (editor) => editor.isActive("foreign") },
  undo: {
    run: (chain) => chain.undo(),
    available: (editor) => editor.can().undo(),
  },
  redo: {
    run: (chain) => chain.redo(),
    available: (editor) => editor.can().redo(),
  },
};

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

function target(nodes, current, key) {
  if (key === "Home") return nodes[0];
  if (key === "End") return nodes[nodes.length - 1];
  return nodes[(current + STEPS[key] + nodes.length) % nodes.length];
}

function rove(toolbar, nodes) {
  toolbar.addEventListener("focusin", (event) => {
    nodes.forEach((node) => (node.tabIndex = node === event.target ? 0 : -1));
  });
  toolbar.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    target(nodes, nodes.indexOf(event.target), event.key).focus();
  });
}

/** Shows what holds at the cursor. `aria-disabled`, since a disabled button would lose the focus it has. */
function refresh(editor, buttons) {
  for (const [key, { pressed, available }] of Object.entries(BUTTONS)) {
    if (pressed) buttons[key].setAttribute("aria-pressed", String(pressed(editor)));
    if (available) buttons[key].setAttribute("aria-disabled", String(!available(editor)));
  }
}

function press(editor, button, run) {
  if (button.getAttribute("aria-disabled") === "true") return;
  run(editor.chain()).run();
  editor.view.focus();
}

function buildButton(editor, key, labels, prefix) {
  const button = element("button", { type: "button", id: `${prefix}-${key}`, tabindex: "-1" }, labels[key]);
  const { run } = BUTTONS[key];
  if (run) button.addEventListener("click", () => press(editor, button, run));
  return button;
}

/** The toolbar and its panels, to be put before the text; `prefix` keeps the ids of two editors apart. */
export function buildToolbar(editor, { labels, languages, labelId, prefix }) {
  const keys = Object.keys(BUTTONS);
  const buttons = Object.fromEntries(keys.map((key) => [key, buildButton(editor, key, labels, prefix)]));
  const nodes = Object.values(buttons);
  const toolbar = element(
    "div",
    { class: "editor-toolbar", role: "toolbar", "aria-labelledby": labelId, "aria-controls": prefix },
    ...nodes,
  );
  nodes[0].tabIndex = 0;
  rove(toolbar, nodes);
  toolbar.addEventListener("mousedown", (event) => event.preventDefault());
  toolbar.addEventListener("keydown", (event) => event.key === "Escape" && editor.view.focus());
  editor.on("transaction", () => refresh(editor, buttons));
  refresh(editor, buttons);
  return [toolbar, ...buildPanels(editor, labels, languages, buttons)];
}
