// What somebody in front of the page can make out: text that is shown, fields and buttons by their names. Looks through
// shadow roots. Runs in the page; `look` is what the last line gives.
const children = (node) => {
  if (node instanceof HTMLSlotElement) {
    const given = node.assignedNodes({ flatten: true });
    if (given.length > 0) return given;
  }
  return [...(node.shadowRoot ?? node).childNodes];
};

const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

const text = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\s+/g, " ");
  if (!(node instanceof Element) || node.matches("script, style, template")) return "";
  // An element without a box of its own, as one that only groups others, is judged by those.
  const display = getComputedStyle(node).display;
  if (display === "none" || (display !== "contents" && !shown(node))) return "";
  const inside = children(node).map(text).join("");
  return display.startsWith("inline") ? inside : `\n${inside}\n`;
};

const every = function* (node) {
  for (const child of children(node)) {
    if (child instanceof Element) yield child;
    yield* every(child);
  }
};

const name = (element) => {
  const labels = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const root = element.getRootNode();
  const named = labels.map((id) => root.getElementById?.(id)?.textContent ?? "").join(" ");
  const label = element.labels?.[0]?.textContent ?? "";
  const own = element.getAttribute("aria-label") || named || label || text(element) || element.title || "";
  return own.replace(/\s+/g, " ").trim();
};

const active = () => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element === document.body ? null : element;
};

// Any colour that CSS can name, as red, green, blue and opacity, each up to 1.
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const colour = (css) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = css;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
};
const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
const luminance = (parts) => {
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

// What lies behind an element: the backgrounds of all that hold it, one over the other.
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return layers.reduceRight((under, layer) => over(layer, under), dark ? [0, 0, 0, 1] : [1, 1, 1, 1]);
};

// Contrast of an element's own text as WCAG 2 defines it.
const contrast = (element) => {
  const ground = behind(element);
  let ink = colour(getComputedStyle(element).color);
  for (let at = element; at; at = at.parentElement) ink[3] *= Number(getComputedStyle(at).opacity);
  const [a, b] = [luminance(over(ink, ground)), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

const look = {
  // Text that is too faint for many: less than 4.5 to 1, or 3 to 1 where it is large (WCAG 2, AA).
  faint: () => [...every(document.body)].flatMap((it) => {
    const own = [...it.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join("");
    const { width, height } = it.getBoundingClientRect();
    if (own === "" || !shown(it) || width < 2 || height < 2 || it.closest("[disabled], svg, script, style")) return [];
    const { fontSize, fontWeight } = getComputedStyle(it);
    const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
    const ratio = contrast(it);
    return ratio < (large ? 3 : 4.5) ? [`${ratio.toFixed(2)} “${own}”`] : [];
  }),
  // Parts that stick out to the right, where only sideways scrolling leads.
  tooWide: () => document.documentElement.scrollWidth <= innerWidth ? [] : [...every(document.body)]
    .filter((it) => shown(it) && it.getBoundingClientRect().right > innerWidth + 1).map((it) => it.outerHTML.slice(0, 120)),
  // Text that is cut off without a sign that there is more, and text of these kinds that is cut off at all.
  cut: (whole) => [...every(document.querySelector("main"))].flatMap((it) => {
    const own = [...it.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    const holder = it.parentElement;
    if (!own || !shown(it) || it.clientWidth === 1 || holder.closest(".unseen")) return [];
    const { overflowX, textOverflow, display } = getComputedStyle(it);
    const clips = overflowX !== "visible" && display !== "inline" && it.scrollWidth > it.clientWidth + 1;
    const past = getComputedStyle(holder).overflowX === "hidden" && getComputedStyle(holder).display.includes("flex")
      && it.getBoundingClientRect().right > holder.getBoundingClientRect().right + 1;
    const silently = past || (clips && textOverflow !== "ellipsis");
    return silently || (clips && whole.test(it.textContent)) ? [it.textContent] : [];
  }),
  // Lines of text, without empty ones.
  text: () => text(document.body).split("\n").map((line) => line.trim()).filter(Boolean).join("\n"),
  // The first element of these kinds that is shown and whose name has these words in it.
  find: (kinds, words) =>
    [...every(document.body)].find((it) => it.matches(kinds) && shown(it) && name(it).includes(words)) ?? null,
  // The smallest element that is shown and has all these words in it.
  part: (words) => {
    const holds = (it) => shown(it) && words.every((word) => text(it).includes(word));
    return [...every(document.body)].filter(holds).at(-1) ?? null;
  },
  // What has the keyboard's attention.
  focused: () => (active() ? { name: name(active()), kind: active().localName } : null),
  // Whether it has a ring around it, or around a part that holds it.
  focusIsMarked: () => {
    for (let element = active(); element; element = element.parentElement) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      if ((outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none") return true;
      if (element.getBoundingClientRect().height > innerHeight / 3) return false;
    }
    return false;
  },
};
