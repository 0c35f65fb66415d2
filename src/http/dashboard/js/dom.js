// Small helpers to make and patch elements. Text is only ever set as text.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. Attributes are set as attributes; `on…` are listeners; `false`, `null` and `undefined` are left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * Makes one of the page's own elements.
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...Child} children
 */
export function own(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * @template {HTMLElement} E
 * @param {E} element
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} attributes
 * @param {Child[]} children
 * @returns {E}
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(typeof child === 'number' ? String(child) : child);
    }
  }
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An icon of the page's set; decoration, so hidden from those who do not see it.
 * @param {string} path Path data on a grid of 16.
 * @param {string} [name] Class.
 */
export function icon(path, name = 'icon') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/**
 * Sets a text if it differs; a text that stays costs no layout.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | null | false | undefined} value Nothing removes it.
 */
export function setAttribute(element, name, value) {
  if (value === null || value === false || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Shows or hides.
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * Makes the children of `parent` those of `wanted`, in order, moving as few as possible and making only new ones.
 * @template T
 * @template {Element} E
 * @param {Element} parent
 * @param {T[]} wanted
 * @param {Map<string, E>} elements What is there by key; is changed.
 * @param {(item: T) => string} key
 * @param {(item: T) => E} make
 * @param {(element: E, item: T) => void} update
 */
export function reconcile(parent, wanted, elements, key, make, update) {
  const keys = new Set(wanted.map(key));
  for (const [name, element] of elements) {
    if (!keys.has(name)) {
      element.remove();
      elements.delete(name);
    }
  }
  let place = parent.firstElementChild;
  for (const item of wanted) {
    const name = key(item);
    let element = elements.get(name);
    if (!element) {
      element = make(item);
      elements.set(name, element);
    }
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
}
