/**
 * What is pasted, made ready for the schema: without offence to the content security policy, with the lists
 * of Microsoft Word (paragraphs with a drawn bullet) rebuilt and its spacing paragraphs removed.
 */
import { Extension } from "@tiptap/core";
import { DOMParser } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";

const STYLE_SHEETS = /<style\b.*?<\/style\s*>/gis;
const TAGS = /<[a-z][^>]*>/gi;
const INLINE_CODE = /([\s"'])(style|on[a-z]+)(?=\s*=)/gi;

const LEVEL = /mso-list:[^;]*\blevel(\d)/i;
const NUMBER = /^[\s(]*(\d+|[a-z]{1,4})[.)]/i;
const MARKER = '[data-style*="mso-list:ignore" i]';

/** The HTML with inline styles and handlers as data: merely parsing them is reported as a violation. */
function defuse(html) {
  return html
    .replace(STYLE_SHEETS, "")
    .replace(TAGS, (tag) => tag.replace(INLINE_CODE, "$1data-$2"));
}

function closes(open, level, kind) {
  return open.level > level || (open.level === level && open.list.localName !== kind);
}

function rebuildLists(body) {
  let open = []; // the lists around the last item, outermost first
  for (const paragraph of body.querySelectorAll('p[data-style*="mso-list:" i]')) {
    const level = Number(LEVEL.exec(paragraph.dataset.style)?.[1]);
    if (!level) continue;
    const kind = NUMBER.test(paragraph.querySelector(MARKER)?.textContent ?? "") ? "ol" : "ul";
    if (paragraph.previousElementSibling !== open[0]?.list) open = [];
    while (open.length && closes(open[open.length - 1], level, kind)) open.pop();
    let inner = open[open.length - 1];
    if (!inner || inner.level < level) {
      const list = document.createElement(kind);
      if (inner) inner.list.lastElementChild.append(list);
      else paragraph.before(list);
      inner = { level, list };
      open.push(inner);
    }
    const item = document.createElement("li");
    inner.list.append(item);
    item.append(paragraph);
  }
}

function repairWord(body) {
  for (const paragraph of body.querySelectorAll("p[class^=Mso]")) {
    if (!paragraph.textContent.trim()) paragraph.remove();
  }
  rebuildLists(body);
  body.querySelectorAll(MARKER).forEach((marker) => marker.remove());
}

/** Styles set by script are allowed, and tell the schema what is bold and what only looks like it. */
function restoreStyles(body) {
  for (const node of body.querySelectorAll("[data-style]")) node.style.cssText = node.dataset.style;
}

function clipboardParser(schema) {
  const parser = DOMParser.fromSchema(schema);
  const parseSlice = (body, options) => {
    repairWord(body);
    restoreStyles(body);
    return parser.parseSlice(body, options);
  };
  return { parseSlice };
}

/** The extension through which everything pasted or dropped goes. */
export const Paste = Extension.create({
  name: "pressroomPaste",
  addProseMirrorPlugins() {
    const props = { transformPastedHTML: defuse, clipboardParser: clipboardParser(this.editor.schema) };
    return [new Plugin({ props })];
  },
});
