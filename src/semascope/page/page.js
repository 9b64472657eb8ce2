// The map on the page: one state, views that follow it, and the hand that moves it.
// Everything from the collection is put on the page as text, never parsed as HTML.

const FEW = 100; // rows in a list: more is nothing to read, and slow
const find = (id) => document.getElementById(id);
const data = JSON.parse(find("data").textContent);
const points = unpack(Float32Array, data.coordinates);
const labels = unpack(Int32Array, data.labels);
const anchors = unpack(Float32Array, data.anchors);
const neighbors = unpack(Int32Array, data.neighbors.indices);
const total = labels.length;
const sizes = new Array(data.names.length).fill(0);
for (const label of labels) sizes[label]++;
const folded = data.texts.map((text) => text.toLowerCase());
const honesty = data.honesty && unpack(Uint8Array, data.honesty);
// What a point is painted in: by its cluster, or by what the page was asked to show.
const painted = data.coloring ? data.coloring.palette : data.colors;
const paints = data.coloring ? unpack(Uint8Array, data.coloring.index) : labels;
const colors = painted.map(channels);

document.documentElement.classList.add("scripted");
const stage = find("stage");
const canvas = find("canvas");
const pen = canvas.getContext("2d");
const dark = document.documentElement.dataset.theme === "dark"
  ? Object.assign(new EventTarget(), { matches: true })
  : matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 720px)");
const state = { view: null, words: "", group: -1, selected: -1, hovered: -1, shown: null, matches: 0, far: new Set() };
let size, ratio, image, whole, names;

// ---- small helpers -------------------------------------------------------------------------

function make(tag, text = "", more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...more });
}

function count(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

function row(text, color, note, act) {
  const button = make("button", "", { type: "button", onclick: act });
  const dot = make("i");
  dot.style.background = color;
  button.append(dot, make("span", text.slice(0, 300)), make("small", note));
  const item = make("li");
  item.append(button);
  return item;
}

function valuesOf(point, most = Infinity) {
  const list = make("dl");
  for (const [name, values] of data.columns.filter(([, values]) => values[point]).slice(0, most)) {
    list.append(make("dt", name), make("dd", values[point]));
  }
  return list;
}

function neighborsOf(point) {
  const { k } = data.neighbors;
  return [...neighbors.subarray(point * k, (point + 1) * k)].filter((near) => near >= 0 && near !== point);
}

const colorOf = (point) => painted[paints[point]];
const pixelsOf = (point) => toPixels(state.view, size, points[2 * point], points[2 * point + 1]);

/** The part of the map that no panel covers. */
function room() {
  const [key, list, details] = ["key", "list", "details"].map(find);
  const top = key.hidden ? 48 : key.offsetTop + key.offsetHeight + 16;
  const space = { left: 16, top, right: size.width - 16, bottom: size.height - 48 };
  if (narrow.matches) return { ...space, bottom: list.offsetTop - 16 };
  const right = details.hidden ? size.width - 72 : details.offsetLeft - 24;
  return { ...space, left: list.offsetLeft + list.offsetWidth + 24, right };
}

// ---- drawing -------------------------------------------------------------------------------

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(draw);
}

function draw() {
  waiting = false;
  drawPoints();
  drawLines();
  placeNames();
}

/** Dots grow with zoom, and shrink with their number. */
function radius() {
  const base = Math.min(Math.max(130 / Math.sqrt(total || 1), 0.7), 5);
  return Math.min(base * (state.view.scale / whole.scale) ** 0.4, 7);
}

function drawPoints() {
  const { view, shown } = state;
  const style = getComputedStyle(document.documentElement);
  const [red, green, blue] = channels(style.getPropertyValue("--ground").trim());
  const dim = channels(style.getPropertyValue("--dim").trim());
  new Uint32Array(image.data.buffer).fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
  const put = (dot, colorOf) => paint(image, points, view, size, ratio, dot * ratio, 0.85, colorOf);
  if (shown) put(radius(), (point) => (shown[point] ? null : dim));
  const dot = shown && state.matches < 1000 ? Math.max(radius(), 3) : radius();
  put(dot, (point) => (!shown || shown[point] ? colors[paints[point]] : null));
  pen.putImageData(image, 0, 0);
}

/** Lines from the selected point to its neighbors, wherever the map put them. */
function drawLines() {
  const style = getComputedStyle(document.documentElement);
  pen.save();
  pen.scale(ratio, ratio);
  pen.strokeStyle = pen.fillStyle = style.getPropertyValue("--ink");
  const ring = (point, width) => {
    const [x, y] = pixelsOf(point);
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(x, y, radius() + 3, 0, 7);
    pen.stroke();
  };
  if (state.selected >= 0) {
    const [x, y] = pixelsOf(state.selected);
    pen.lineWidth = 1;
    for (const near of neighborsOf(state.selected)) {
      const torn = state.far.has(near);
      pen.strokeStyle = style.getPropertyValue(torn ? "--torn" : "--ink");
      pen.setLineDash(torn ? [6, 4] : []);
      pen.lineWidth = torn ? 1.5 : 1;
      pen.globalAlpha = torn ? 0.9 : 0.6;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(...pixelsOf(near));
      pen.stroke();
      pen.globalAlpha = 1;
      pen.setLineDash([]);
      ring(near, 1);
    }
    pen.strokeStyle = style.getPropertyValue("--ink");
    ring(state.selected, 3);
  }
  if (state.hovered >= 0) ring(state.hovered, 2);
  pen.restore();
}

/** The largest clusters' names first; smaller ones appear where zooming in makes room. */
function placeNames() {
  const free = room();
  const boxes = names.flatMap((name, cluster) => {
    const [x, y] = toPixels(state.view, size, anchors[2 * cluster], anchors[2 * cluster + 1]);
    const [dx, dy] = [name.width / 2, name.height / 2];
    name.element.className = "";
    const inside = x - dx > free.left - 16 && x + dx < free.right + 16 && y - dy > free.top - 48 && y < size.height - dy;
    return inside && (state.group < 0 || state.group === cluster) ? [{ ...name, x, y }] : [];
  });
  for (const { element, x, y, width, height } of withoutCollisions(boxes, 4)) {
    element.className = "shown";
    element.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px)`;
  }
}

function makeNames() {
  const most = Math.max(...sizes, 1);
  const spans = data.names.map((name, cluster) => {
    const span = make("span", name);
    if (!data.coloring) span.style.color = (dark.matches ? data.inks.dark : data.inks.light)[cluster];
    span.style.fontSize = `${12 + 4 * Math.sqrt(sizes[cluster] / most)}px`;
    return span;
  });
  find("names").replaceChildren(...spans);
  names = spans.map((element) => ({ element, width: element.offsetWidth, height: element.offsetHeight }));
}

/** What the points' colours mean, where they are not those of the groups. */
function makeKey() {
  const { coloring } = data;
  find("key").hidden = !coloring;
  if (!coloring) return;
  const entry = (label, color) => {
    const span = make("span", "");
    const dot = make("i");
    dot.style.background = color;
    span.append(dot, label);
    return span;
  };
  const parts = [make("b", coloring.name)];
  if (coloring.ends) {
    const bar = make("span", "", { className: "bar" });
    bar.style.background = `linear-gradient(to right, ${coloring.palette.slice(0, -1).join(", ")})`;
    parts.push(make("span", coloring.ends[0]), bar, make("span", coloring.ends[1]));
  }
  find("key").replaceChildren(...parts, ...coloring.key.map(([label, color]) => entry(label, color)));
}

// ---- panels --------------------------------------------------------------------------------

/** Work out which points pass the words and the group, and list them; without either, the groups. */
function filter() {
  const { group } = state;
  const words = state.words.trim().toLowerCase();
  const active = words !== "" || group >= 0;
  state.shown = active ? new Uint8Array(total) : null;
  const matches = [];
  for (let point = 0; active && point < total; point++) {
    if ((group < 0 || labels[point] === group) && folded[point].includes(words)) {
      state.shown[point] = 1;
      matches.push(point);
    }
  }
  state.matches = matches.length;
  find("names").className = words ? "faint" : "";
  find("back").hidden = group < 0;
  find("status").textContent = active ? found(matches.length) : "";
  find("rows").replaceChildren(...(active
    ? matches.slice(0, FEW).map((point) => row(data.texts[point], colorOf(point), "", () => select(point)))
    : data.names.map((name, cluster) => row(name, data.coloring ? "transparent" : data.colors[cluster], sizes[cluster].toLocaleString("en"), () => choose(cluster)))));
  find("rows").scrollTop = 0;
  redraw();
}

function found(n) {
  const words = state.words.trim();
  const where = state.group < 0 ? "" : ` in “${data.names[state.group]}”`;
  if (!n) return `No passage${where} contains “${words}”. This box matches letters, not meaning.`;
  const first = n > FEW ? `; the first ${FEW}` : "";
  return `${count(n, "passage")}${where}${words ? ` with “${words}”` : ""}${first}:`;
}

function choose(group) {
  state.group = group;
  filter();
  (group < 0 ? find("filter") : find("back")).focus({ preventScroll: true });
}

function select(point) {
  state.selected = point;
  find("details").hidden = point < 0;
  hover(-1);
  if (point >= 0) {
    find("group").textContent = data.names[labels[point]];
    find("text").textContent = data.texts[point];
    const values = valuesOf(point);
    values.id = "values";
    find("values").replaceWith(values);
    const near = neighborsOf(point);
    state.far = new Set(farFrom(points, point, near, data.far));
    find("near").hidden = near.length === 0;
    find("kept").textContent = kept(point, near.length);
    find("neighbors").replaceChildren(...near.map((other) => {
      const far = state.far.has(other);
      const item = row(data.texts[other], colorOf(other), far ? "far" : "", () => select(other));
      item.className = far ? "far" : "";
      return item;
    }));
    find("details").scrollTop = 0;
    find("text").focus({ preventScroll: true });
    bringIntoView(point);
  }
  redraw();
}

/** How truly the map shows a point: what it kept of its neighbors, and what it tore away. */
function kept(point, total) {
  const torn = state.far.size ? `${state.far.size} of these ${total} lie far away on the map.` : "";
  if (!honesty) return torn;
  const beside = Math.round((honesty[point] / 255) * total);
  return `The map keeps ${beside} of these ${total} among the nearest. ${torn}`;
}

/** Move the map no more than it takes for a point to lie beside the panels. */
function bringIntoView(point) {
  const [x, y] = pixelsOf(point);
  const free = room();
  const outside = (value, low, high) => value - Math.min(Math.max(value, low), high);
  state.view.x += outside(x, free.left + 32, free.right - 32) / state.view.scale;
  state.view.y -= outside(y, free.top + 32, free.bottom - 32) / state.view.scale;
}

function hover(point) {
  if (point === state.hovered) return;
  state.hovered = point;
  const card = find("card");
  card.hidden = point < 0;
  canvas.classList.toggle("over", point >= 0);
  if (point >= 0) {
    card.replaceChildren(make("p", data.texts[point].slice(0, 600)), valuesOf(point, 4));
    const [x, y] = pixelsOf(point);
    const { offsetWidth, offsetHeight } = card;
    const left = x + 16 + offsetWidth < size.width ? x + 16 : x - 16 - offsetWidth;
    const top = Math.min(Math.max(y - offsetHeight / 2, 8), size.height - offsetHeight - 8);
    card.style.transform = `translate(${Math.max(left, 8)}px, ${top}px)`;
  }
  redraw();
}

// ---- the hand ------------------------------------------------------------------------------

function zoom(factor, x = size.width / 2, y = size.height / 2) {
  hover(-1);
  state.view = zoomAt(state.view, size, x, y, factor, [whole.scale / 2, whole.scale * 200]);
  redraw();
}

function pan(dx, dy) {
  state.view.x -= dx / state.view.scale;
  state.view.y += dy / state.view.scale;
  redraw();
}

function showAll() {
  state.view = { ...whole };
  redraw();
}

/** Let the map fill the window, or lie on the page again; meanwhile nothing else can be reached. */
function fill(full) {
  stage.classList.toggle("full", full);
  document.querySelector("[data-zoom=full]").setAttribute("aria-pressed", full);
  for (const other of document.querySelectorAll("header, footer, body > nav, main > :not(#map)")) other.inert = full;
}

let hinting = 0;
function hint(words) {
  find("hint").textContent = words;
  find("hint").hidden = false;
  clearTimeout(hinting);
  hinting = setTimeout(() => { find("hint").hidden = true; }, 1500);
}

function resize() {
  const [width, height] = [stage.clientWidth, stage.clientHeight];
  if (size && size.width === width && size.height === height) return;
  size = { width, height };
  ratio = Math.min(devicePixelRatio || 1, 2);
  [canvas.width, canvas.height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  image = pen.createImageData(canvas.width, canvas.height);
  const before = whole;
  whole = fit(points, size, room());
  state.view = before ? { ...state.view, scale: (state.view.scale * whole.scale) / before.scale } : { ...whole };
  draw(); // at once: a canvas of another size is empty
}

const fingers = new Map();
let travelled = 0;
const isFull = () => stage.classList.contains("full");

/** Where on the map an event is. */
function spot(event) {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

function press(event) {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, spot(event));
  travelled = 0;
}

function move(event) {
  const { pointerId, pointerType } = event;
  const [x, y] = spot(event);
  const last = fingers.get(pointerId);
  if (!last) return hover(pointAt(points, state.view, size, x, y, radius() + 4, state.shown));
  const other = [...fingers].find(([id]) => id !== pointerId)?.[1];
  travelled += Math.hypot(x - last[0], y - last[1]);
  if (travelled > 4) {
    hover(-1);
    canvas.classList.add("dragging");
  }
  if (other) {
    const spread = ([px, py]) => Math.hypot(px - other[0], py - other[1]) || 1;
    zoom(spread([x, y]) / spread(last), other[0], other[1]);
  } else if (pointerType !== "touch" || isFull()) { // else one finger scrolls the page
    pan(x - last[0], y - last[1]);
  }
  fingers.set(pointerId, [x, y]);
}

function release(event) {
  if (!fingers.delete(event.pointerId)) return;
  canvas.classList.remove("dragging");
  if (event.type === "pointerup" && travelled <= 4 && !fingers.size) {
    const reach = radius() + (event.pointerType === "touch" ? 16 : 4);
    select(pointAt(points, state.view, size, ...spot(event), reach, state.shown));
  }
}

function pressKey(event) {
  const keys = {
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: showAll,
    ArrowLeft: () => pan(64, 0), ArrowRight: () => pan(-64, 0),
    ArrowUp: () => pan(0, 64), ArrowDown: () => pan(0, -64),
    Enter: () => select(pointAt(points, state.view, size, size.width / 2, size.height / 2, Infinity, state.shown)),
  };
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function leave(event) {
  if (event.key !== "Escape") return;
  if (state.selected >= 0) select(-1);
  else if (state.group >= 0) choose(-1);
  else if (isFull()) fill(false);
}

/** The page scrolls under the wheel, unless a key says that the map is meant, or it is all there is. */
function turn(event) {
  const pinch = event.ctrlKey || event.metaKey;
  if (!pinch && !isFull()) return hint("To zoom, hold Ctrl or ⌘; or let the map fill the window");
  event.preventDefault();
  // A pinch on a touch pad comes as small steps with the control key; lines count as 16 pixels.
  const step = event.deltaY * (event.deltaMode ? 16 : 1);
  zoom(Math.exp((-step * (pinch && Math.abs(step) < 40 ? 8 : 1)) / 500), ...spot(event));
}

/** Passages that the report names are shown on the map. */
function follow(event) {
  const link = event.target.closest("[data-passage]");
  if (!link) return;
  event.preventDefault(); // following it would take the focus away again
  find("map").scrollIntoView();
  select(Number(link.dataset.passage));
}

canvas.addEventListener("pointerdown", press);
canvas.addEventListener("pointermove", move);
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("pointerleave", () => hover(-1));
canvas.addEventListener("keydown", pressKey);
canvas.addEventListener("wheel", turn, { passive: false });
find("zoom").addEventListener("click", ({ target }) => {
  const acts = { in: () => zoom(1.5), out: () => zoom(1 / 1.5), all: showAll, full: () => fill(!isFull()) };
  acts[target.dataset.zoom]?.();
});
find("filter").addEventListener("input", ({ target }) => {
  state.words = target.value;
  filter();
});
find("back").addEventListener("click", () => choose(-1));
find("close").addEventListener("click", () => select(-1));
addEventListener("keydown", leave);
document.addEventListener("click", follow);
new ResizeObserver(resize).observe(stage);
dark.addEventListener("change", () => { makeNames(); redraw(); });

find("counts").textContent = `${count(total, "passage")} in ${count(data.names.length, "group")}`;
find("empty").hidden = total > 0;
canvas.setAttribute("aria-label",
  `Map of ${count(total, "passage")}. Arrow keys move it, plus and minus zoom, Enter selects the passage in the middle.`);
makeNames();
makeKey();
resize();
filter();
