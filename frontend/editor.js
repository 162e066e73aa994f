/** Turns every `<textarea data-editor>` into a rich text editor. Without it the textarea itself is edited. */
import { Editor } from "@tiptap/core";

import { element } from "./dom.js";
import { extensions } from "./schema.js";
import { buildToolbar } from "./toolbar.js";

const COPIED = ["aria-describedby", "aria-invalid"];

/** The attributes of the editable area, which stands in for the textarea: same id, label, hint and error. */
function attributes(textarea, label) {
  const result = {
    id: textarea.id,
    class: "editor-content",
    role: "textbox",
    "aria-multiline": "true",
    "aria-labelledby": label.id,
    lang: textarea.dataset.language,
  };
  for (const name of COPIED) {
    if (textarea.hasAttribute(name)) result[name] = textarea.getAttribute(name);
  }
  if (textarea.required) result["aria-required"] = "true";
  return result;
}

/** Keeps the textarea in step. A text that is back where it began is sent byte for byte as it came. */
function synchronise(editor, textarea) {
  const original = { html: textarea.value, doc: editor.state.doc };
  const write = () => {
    if (editor.state.doc.eq(original.doc)) textarea.value = original.html;
    else textarea.value = editor.isEmpty ? "" : editor.getHTML();
  };
  editor.on("update", () => {
    write();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
  textarea.form.addEventListener("submit", write);
}

function replace(textarea) {
  const [label] = textarea.labels;
  label.id ||= `${textarea.id}-label`;
  const container = element("div", { class: "editor" });
  const editor = new Editor({
    element: container,
    extensions: extensions(textarea.dataset.language),
    content: textarea.value,
    injectCSS: false,
    enableInputRules: false,
    enablePasteRules: false,
    editorProps: { attributes: attributes(textarea, label) },
  });
  const labels = JSON.parse(textarea.dataset.labels);
  const languages = JSON.parse(textarea.dataset.languages);
  container.prepend(...buildToolbar(editor, { labels, languages, labelId: label.id, prefix: textarea.id }));
  synchronise(editor, textarea);
  label.addEventListener("click", () => editor.view.focus());
  // Hidden and required, it would stop the form without a word; its id now names the editable area.
  textarea.required = false;
  textarea.removeAttribute("id");
  textarea.hidden = true;
  textarea.after(container);
}

document.querySelectorAll("textarea[data-editor]").forEach(replace);
