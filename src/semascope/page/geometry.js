// Where things are: pure functions over typed arrays and plain objects, free of the page.
// A view is {x, y, scale}: the map position at the middle of the window, and pixels per map unit.

/** Unpack little-endian numbers from base64. */
function unpack(Type, base64) {
  return new Type(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

/** The view that shows all points within a rectangle of the window. */
function fit(points, size, room) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 2) {
    left = Math.min(left, points[at]);
    right = Math.max(right, points[at]);
    low = Math.min(low, points[at + 1]);
    high = Math.max(high, points[at + 1]);
  }
  if (left > right) return { x: 0, y: 0, scale: 1 };
  const [width, height] = [room.right - room.left, room.bottom - room.top];
  const scale = Math.min(width / (right - left || 1e-6), height / (high - low || 1e-6));
  const x = (left + right) / 2 - ((room.left + room.right) / 2 - size.width / 2) / scale;
  const y = (low + high) / 2 + ((room.top + room.bottom) / 2 - size.height / 2) / scale;
  return { x, y, scale };
}

/** Map position to pixels; y grows downwards in the window, upwards on the map. */
function toPixels(view, size, x, y) {
  return [size.width / 2 + (x - view.x) * view.scale, size.height / 2 - (y - view.y) * view.scale];
}

/** The view after zooming by a factor, with the map under pixel (px, py) kept in place. */
function zoomAt(view, size, px, py, factor, [least, most]) {
  const scale = Math.min(Math.max(view.scale * factor, least), most);
  const shift = 1 / view.scale - 1 / scale;
  return {
    x: view.x + (px - size.width / 2) * shift,
    y: view.y - (py - size.height / 2) * shift,
    scale,
  };
}

/** The point nearest to a pixel, among those shown and no further than a reach; -1 if none. */
function pointAt(points, view, size, px, py, reach, shown) {
  const x = view.x + (px - size.width / 2) / view.scale;
  const y = view.y - (py - size.height / 2) / view.scale;
  let [best, least] = [-1, (reach / view.scale) ** 2];
  for (let point = 0; point < points.length / 2; point++) {
    const distance = (points[2 * point] - x) ** 2 + (points[2 * point + 1] - y) ** 2;
    if (distance < least && (!shown || shown[point])) [best, least] = [point, distance];
  }
  return best;
}

/**
 * Which of a point's neighbors lie far away: where more than a share of all points lies nearer,
 * and more than three times as many as it has neighbors.
 */
function farFrom(points, point, near, share) {
  const [x, y] = [points[2 * point], points[2 * point + 1]];
  const square = (other) => (points[2 * other] - x) ** 2 + (points[2 * other + 1] - y) ** 2;
  const distances = near.map(square);
  const nearer = new Array(near.length).fill(-1); // the point itself does not count
  for (let other = 0; other < points.length / 2; other++) {
    const distance = square(other);
    for (let at = 0; at < near.length; at++) if (distance < distances[at]) nearer[at]++;
  }
  const most = Math.max((share * points.length) / 2, 3 * near.length);
  return near.filter((_, at) => nearer[at] > most);
}

/** Which of some boxes, the most important first, can be shown so that none overlap. */
function withoutCollisions(boxes, gap) {
  const kept = [];
  for (const box of boxes) {
    const free = kept.every((other) =>
      Math.abs(box.x - other.x) > (box.width + other.width) / 2 + gap ||
      Math.abs(box.y - other.y) > (box.height + other.height) / 2 + gap);
    if (free) kept.push(box);
  }
  return kept;
}

/** The red, green and blue of "#rrggbb". */
function channels(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** How much of each pixel a disc covers, as a list of [dx, dy, share], its middle at (0, 0). */
function disc(radius) {
  const pixels = [];
  const reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(Math.max(radius + 0.5 - Math.hypot(dx, dy), 0), 1);
      if (share > 0) pixels.push([dx, dy, share]);
    }
  }
  return pixels;
}

/**
 * Blend one disc a point into an image: quicker than canvas paths by far, and the same on every
 * machine, with or without a GPU. `colorOf` gives a point's colour, or null to leave it out.
 */
function paint(image, points, view, size, ratio, radius, alpha, colorOf) {
  const { data, width, height } = image;
  const stamp = disc(radius).map(([dx, dy, share]) => [dx, dy, share * alpha]);
  const margin = Math.ceil(radius);
  for (let point = 0; point < points.length / 2; point++) {
    const [px, py] = toPixels(view, size, points[2 * point], points[2 * point + 1]);
    const [x, y] = [Math.round(px * ratio), Math.round(py * ratio)];
    if (x < margin || y < margin || x >= width - margin || y >= height - margin) continue;
    const color = colorOf(point);
    if (!color) continue;
    for (const [dx, dy, share] of stamp) {
      const at = 4 * ((y + dy) * width + x + dx);
      data[at] += (color[0] - data[at]) * share;
      data[at + 1] += (color[1] - data[at + 1]) * share;
      data[at + 2] += (color[2] - data[at + 2]) * share;
    }
  }
}
