/** Which addresses a link may have, and how a typed one is completed. */
const PROTOCOLS = ["http:", "https:", "mailto:"];

/** Whether `href` is an absolute address with a protocol that a link may use. */
export function isAllowed(href) {
  try {
    return PROTOCOLS.includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** The typed address with its protocol added where it was left out; null when no link can be made of it. */
export function complete(typed) {
  let href = typed.trim();
  if (!/^[a-z][a-z0-9+.-]*:/i.test(href)) {
    href = /^[^/]+@/.test(href) ? `mailto:${href}` : `https://${href}`;
  }
  // The URL parser is lenient: it takes blanks for %20, and the first folder of "https:///a/b" for the host.
  return isAllowed(href) && !/\s|:\/{3}/.test(href) ? href : null;
}
