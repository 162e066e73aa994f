/** The small forms below the toolbar: the address of a link, and the language of a phrase. */
import { getMarkRange } from "@tiptap/core";

import { complete } from "./address.js";
import { element } from "./dom.js";

function button(text, press, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", press);
  return node;
}

/** Marks the selection, or the whole marked phrase around the cursor, which stays where it is. */
function mark(editor, name, attributes) {
  const { empty, $from } = editor.state.selection;
  const type = editor.schema.marks[name];
  const range = empty && editor.isActive(name) && getMarkRange($from, type);
  if (range) {
    editor.view.dispatch(editor.state.tr.addMark(range.from, range.to, type.create(attributes)));
  } else {
    editor.commands.setMark(name, attributes);
  }
}

/** Removes a mark from the selection, or from the whole marked phrase around the cursor. */
export function unmark(commands, name) {
  return commands.unsetMark(name, { extendEmptyMarkRange: true });
}

function applyLink(editor, text, href) {
  if (editor.state.selection.empty && !editor.isActive("link")) {
    const marks = [{ type: "link", attrs: { href } }];
    editor.commands.insertContent({ type: "text", text, marks });
  } else {
    mark(editor, "link", { href });
  }
}

function linkPanel(editor, labels, close) {
  // An empty `form` keeps the field out of the form around it: it is neither sent nor checked with it.
  const input = element("input", { type: "text", inputmode: "url", autocomplete: "off", form: "" });
  const report = (message) => {
    input.setCustomValidity(message);
    input.setAttribute("aria-invalid", String(message !== ""));
  };
  const apply = () => {
    const href = complete(input.value);
    report(href ? "" : labels.linkPrompt);
    if (!input.reportValidity()) return;
    close();
    applyLink(editor, input.value.trim(), href);
  };
  input.addEventListener("input", () => report(""));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    apply();
  });
  const open = () => {
    report("");
    input.value = editor.getAttributes("link").href ?? "";
    input.focus();
    input.select();
  };
  const children = [
    element("label", {}, element("span", {}, labels.linkPrompt), input),
    button(labels.apply, apply),
    button(labels.cancel, close),
  ];
  return { children, open };
}

function languagePanel(editor, labels, languages, close) {
  const choose = (lang) => () => {
    close();
    if (lang === null || editor.isActive("foreign", { lang })) unmark(editor.commands, "foreign");
    else mark(editor, "foreign", { lang });
  };
  const choices = Object.entries(languages).map(
    ([lang, name]) => button(name, choose(lang), { lang }),
  );
  const open = () => {
    for (const choice of choices) {
      choice.setAttribute("aria-pressed", String(editor.isActive("foreign", { lang: choice.lang })));
    }
    choices[0].focus();
  };
  const children = [...choices, button(labels.none, choose(null)), button(labels.cancel, close)];
  return { children, open };
}

/** One panel and its opener: the opener shows and hides it, Escape hides it; both lead back to the text. */
function attach(editor, opener, build) {
  const node = element("div", { class: "editor-panel", role: "group", "aria-labelledby": opener.id });
  node.hidden = true;
  const hide = () => {
    node.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  };
  const close = () => {
    hide();
    editor.view.focus();
  };
  const { children, open } = build(close);
  node.append(...children);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  const show = () => {
    node.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    open();
  };
  return { node, hide, toggle: () => (node.hidden ? show() : close()) };
}

/** The panels by the key of the toolbar button that opens each; one is open at a time. */
export function buildPanels(editor, labels, languages, openers) {
  const panels = {
    link: attach(editor, openers.link, (close) => linkPanel(editor, labels, close)),
    language: attach(editor, openers.language, (close) => languagePanel(editor, labels, languages, close)),
  };
  for (const [key, panel] of Object.entries(panels)) {
    openers[key].setAttribute("aria-expanded", "false");
    openers[key].addEventListener("click", () => {
      Object.values(panels).forEach((other) => other !== panel && other.hide());
      panel.toggle();
    });
  }
  return Object.values(panels).map((panel) => panel.node);
}
