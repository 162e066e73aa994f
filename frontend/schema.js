/**
 * What a text may contain. Everything else that is pasted or loaded is reduced to this, so the list has to
 * agree with what the server's sanitiser lets through.
 */
import { Mark } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { Italic } from "@tiptap/extension-italic";
import { BulletList } from "@tiptap/extension-list/bullet-list";
import { ListItem } from "@tiptap/extension-list/item";
import { OrderedList } from "@tiptap/extension-list/ordered-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { Selection } from "@tiptap/extensions/selection";
import { UndoRedo } from "@tiptap/extensions/undo-redo";

import { isAllowed } from "./address.js";
import { Paste } from "./paste.js";

/** The page's own title is its only h1: a pasted h1 comes in as h2, anything deeper than h3 as h3. */
const Headings = Heading.extend({
  parseHTML() {
    return [1, 2, 3, 4, 5, 6].map((level) => ({
      tag: `h${level}`,
      attrs: { level: Math.min(Math.max(level, 2), 3) },
    }));
  },
}).configure({ levels: [2, 3] });

const Numbers = OrderedList.extend({
  addAttributes() {
    return {};
  },
  renderHTML() {
    return ["ol", 0];
  },
});

/** Tab keeps moving the focus, also inside a list: nobody is trapped, and leaving changes nothing. */
const Item = ListItem.extend({
  addKeyboardShortcuts() {
    return { Enter: () => this.editor.commands.splitListItem(this.name) };
  },
});

/** Outermost of the marks: a link half in another language stays one link. */
const Link = Mark.create({
  name: "link",
  priority: 1000,
  inclusive: false,
  addAttributes() {
    return { href: {} };
  },
  parseHTML() {
    return [{ tag: "a[href]", getAttrs: (node) => isAllowed(node.getAttribute("href")) && null }];
  },
  renderHTML({ HTMLAttributes }) {
    return ["a", HTMLAttributes, 0];
  },
});

/** The two letters of a language tag such as "EN-GB", or null for what names no such language ("X-NONE"). */
function language(node) {
  const [, code] = /^([a-z]{2})(?:-|$)/.exec(node.getAttribute("lang").trim().toLowerCase()) || [];
  return code || null;
}

/** A phrase in a language other than `own`, the language of the text around it. */
function foreign(own) {
  return Mark.create({
    name: "foreign",
    priority: 900,
    addAttributes() {
      return { lang: { parseHTML: language } };
    },
    parseHTML() {
      // Not consuming: a quotation or an emphasis that carries `lang` keeps its own meaning too.
      return [
        {
          tag: "[lang]",
          consuming: false,
          getAttrs: (node) => ![null, own].includes(language(node)) && null,
        },
      ];
    },
    renderHTML({ HTMLAttributes }) {
      return ["span", HTMLAttributes, 0];
    },
  });
}

/** The extensions of an editor whose text is in the language `own` (two letters). */
export function extensions(own) {
  return [
    Document,
    Paragraph,
    Text,
    Headings,
    BulletList,
    Numbers,
    Item,
    Blockquote,
    HardBreak,
    Link,
    foreign(own),
    Bold,
    Italic,
    Paste,
    UndoRedo,
    Selection.configure({ className: "editor-selection" }),
  ];
}
