// What keeps people from using a page: returns a list of sentences, empty if nothing was found.
// Rules (WCAG 2.2): 1.1.1 alternatives, 1.3.1 labels, 1.4.3 contrast, 2.4.2 titles, 2.4.6 headings, 3.1.1 language, 4.1.2 names.
const found = [];
const text = (element) => (element.textContent || "").trim();
const name = (element) => {
  const by = (element.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean).map(text).join(" ");
  const labels = element.labels ? [...element.labels].map(text).join(" ") : "";
  return (by || element.getAttribute("aria-label") || labels || element.getAttribute("title") || "").trim();
};
const show = (element) => element.outerHTML.slice(0, 120).replace(/\s+/g, " ");
const visible = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";

if (!document.documentElement.lang) found.push("the page names no language");
if (!document.title.trim()) found.push("the page has no title");
const headings = document.querySelectorAll("h1").length;
if (headings !== 1) found.push(`the page has ${headings} first headings`);
if (!document.querySelector("main")) found.push("the page has no main part");

for (const control of document.querySelectorAll("input, select, textarea")) {
  if (["hidden", "submit", "button", "image"].includes(control.type) || !visible(control)) continue;
  if (!name(control)) found.push(`no label: ${show(control)}`);
}
for (const pressed of document.querySelectorAll("button, a[href], input[type=submit]")) {
  if (!visible(pressed)) continue;
  if (!text(pressed) && !name(pressed) && !pressed.value && !pressed.querySelector("img[alt], svg[aria-label], svg title")) found.push(`no name: ${show(pressed)}`);
}
for (const image of document.querySelectorAll("img:not([alt])")) found.push(`no alternative: ${show(image)}`);
for (const frame of document.querySelectorAll("fieldset")) {
  if (!frame.querySelector(":scope > legend")) found.push(`a group without a name: ${show(frame)}`);
}

const seen = new Set();
for (const element of document.querySelectorAll("[id]")) {
  if (seen.has(element.id)) found.push(`the id ${element.id} is there twice`);
  seen.add(element.id);
}
for (const attribute of ["for", "aria-describedby", "aria-labelledby", "aria-controls"]) {
  for (const element of document.querySelectorAll(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/).filter(Boolean)) {
      if (!seen.has(id)) found.push(`${attribute} names ${id}, which is not on the page`);
    }
  }
}

// Contrast of text against the nearest opaque background.
const colour = (value) => (value.match(/[\d.]+/g) || []).map(Number);
const light = ([red, green, blue]) => {
  const [r, g, b] = [red, green, blue].map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== "none") return null;
    const parts = colour(style.backgroundColor);
    if (parts.length === 3 || parts[3] > 0.99) return parts;
  }
  return [255, 255, 255];
};
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !visible(element) || element.closest("[disabled], svg, option")) continue;
  const back = behind(element);
  if (!back) continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(colour(style.color)), light(back)];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${show(element)}`);
}
return [...new Set(found)];
