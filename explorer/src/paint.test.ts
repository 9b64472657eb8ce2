import { describe, expect, test } from "vitest";
import { density, paint, radiusOf, toPixel, type Image } from "./paint";
import { random } from "./random";

const SIZE = { width: 60, height: 40 };
const VIEW = { x: 0, y: 0, scale: 20 };
const ALL = { mask: null, wanted: 1 } as const;
const WHITE = 0xffffffff;

const image = (fill: number, ratio = 1): Image => {
  const [width, height] = [SIZE.width * ratio, SIZE.height * ratio];
  return { width, height, pixels: new Uint32Array(width * height).fill(fill) };
};
const channels = (pixel: number) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24];
const at = (...points: [number, number][]) => ({
  x: Float32Array.from(points, ([x]) => x),
  y: Float32Array.from(points, ([, y]) => y),
});

test("a color is one number whose bytes stand as those of an image", () => {
  const bytes = new Uint8Array(Uint32Array.of(toPixel("#12ab0f")).buffer); // where the lowest byte is first
  expect([...bytes]).toEqual([0x12, 0xab, 0x0f, 0xff]);
});

test("points grow with zoom, shrink with their number, and stay within bounds", () => {
  const counts = [0, 1, 100, 5_000, 100_000, 1_000_000];
  for (const zoom of [0.01, 1, 4, 1000]) {
    const radii = counts.map((count) => radiusOf(count, zoom));
    radii.slice(1).forEach((radius, after) => expect(radius).toBeLessThanOrEqual(radii[after]!));
    for (const radius of radii) expect(radius > 0 && radius <= 7).toBe(true);
  }
  for (const count of counts) expect(radiusOf(count, 2)).toBeGreaterThanOrEqual(radiusOf(count, 1));
});

describe("paint", () => {
  test("agrees with blending in floating point", () => {
    const draw = random(1);
    const positions = at(...Array.from({ length: 60 }, (): [number, number] => [3 * draw() - 1.5, 2 * draw() - 1]));
    const colors = Uint32Array.from({ length: 60 }, () => (0xff000000 | (draw() * 0x1000000)) >>> 0);
    const [ground, radius] = [0xff1c1714, 3.2];
    const painted = image(ground);
    paint(painted, positions, VIEW, SIZE, 1, radius, colors, ALL);

    const expected = Float64Array.from({ length: 4 * painted.pixels.length }, (_, place) => channels(ground)[place % 4]!);
    positions.x.forEach((x, point) => {
      const [px, py] = [Math.floor(30.5 + 20 * x), Math.floor(20.5 - 20 * positions.y[point]!)];
      const margin = Math.ceil(radius);
      if (px < margin || py < margin || px >= 60 - margin || py >= 40 - margin) return;
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const share = 0.85 * Math.min(Math.max(radius + 0.5 - Math.hypot(dx, dy), 0), 1);
          if (share <= 0.02) continue;
          channels(colors[point]!).forEach((value, channel) => {
            const place = 4 * ((py + dy) * 60 + px + dx) + channel;
            expected[place] = expected[place]! + share * (value - expected[place]!);
          });
        }
      }
    });
    let worst = 0;
    painted.pixels.forEach((pixel, place) => {
      channels(pixel).forEach((value, channel) => {
        worst = Math.max(worst, Math.abs(value - expected[4 * place + channel]!));
      });
    });
    expect(worst).toBeLessThan(8); // shares are 256ths and every blend rounds down: a few of 255, with overlaps
  });

  test("every pixel stays opaque, and a color on itself is itself", () => {
    const painted = image(toPixel("#8040c0"));
    paint(painted, at([0, 0], [0.05, 0], [0.3, -0.2]), VIEW, SIZE, 1, 5, toPixel("#8040c0"), ALL);
    expect(new Set(painted.pixels)).toEqual(new Set([toPixel("#8040c0")]));
  });

  test("a disc is as wide as it is high, and where its point is", () => {
    for (const ratio of [1, 2]) {
      const painted = image(WHITE, ratio);
      paint(painted, at([0.5, 0.25]), VIEW, SIZE, ratio, 3, 0xff000000, ALL);
      const touched = [...painted.pixels.keys()].filter((place) => painted.pixels[place] !== WHITE);
      const xs = touched.map((place) => place % painted.width);
      const ys = touched.map((place) => Math.floor(place / painted.width));
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      expect(right - left).toBe(bottom - top);
      expect(Math.abs(right - left + 1 - 2 * 3 * ratio)).toBeLessThanOrEqual(1);
      expect([(left + right) / 2, (top + bottom) / 2]).toEqual([40 * ratio, 15 * ratio]);
    }
  });

  test("draws those whose mask is wanted, and no others", () => {
    const positions = at([-1, 0], [0, 0], [1, 0]);
    const mask = Uint8Array.of(1, 0, 1);
    const isDrawn = (wanted: 0 | 1) => {
      const painted = image(WHITE);
      paint(painted, positions, VIEW, SIZE, 1, 2, 0xff000000, { mask, wanted });
      return [10, 30, 50].map((x) => painted.pixels[20 * 60 + x] !== WHITE);
    };
    expect(isDrawn(1)).toEqual([true, false, true]);
    expect(isDrawn(0)).toEqual([false, true, false]);
  });

  test("points at the edge, outside or nowhere touch nothing on the other side", () => {
    const painted = image(WHITE);
    const corners = [-1.6, -1.5, 1.45, 1.5, 5, -1e9, NaN, Infinity];
    paint(painted, at(...corners.map((x): [number, number] => [x, x])), VIEW, SIZE, 1, 4, 0xff000000, ALL);
    expect(painted.pixels.every((pixel) => pixel === WHITE)).toBe(true);
  });

  test("an image smaller than a disc stays as it is", () => {
    const tiny = { width: 3, height: 3, pixels: new Uint32Array(9).fill(WHITE) };
    paint(tiny, at([0, 0]), VIEW, { width: 3, height: 3 }, 1, 5, 0xff000000, ALL);
    expect(tiny.pixels.every((pixel) => pixel === WHITE)).toBe(true);
  });
});

describe("density", () => {
  test("is 1 where most points lie, 0 where none is near, and nowhere outside", () => {
    const positions = at(...Array.from({ length: 50 }, (): [number, number] => [0, 0]), [1.4, 0.9]);
    const { shares, columns, rows } = density(positions, VIEW, SIZE, 4, ALL);
    expect([columns, rows]).toEqual([15, 10]);
    expect(Math.max(...shares)).toBeCloseTo(1, 6);
    expect(shares.indexOf(Math.max(...shares))).toBe(5 * 15 + 7);
    expect(shares[0]).toBe(0);
    expect(Math.min(...shares)).toBe(0);
  });

  test("one point is spread evenly to all sides, and less the further away", () => {
    const { shares, columns } = density(at([0, 0]), VIEW, SIZE, 4, ALL);
    const amount = (dx: number, dy: number) => shares[(5 + dy) * columns + 7 + dx]! ** 2; // of the most
    for (let dy = 0; dy < 4; dy++) {
      for (let dx = 0; dx < 4; dx++) {
        expect(amount(dx, dy)).toBeCloseTo(amount(dx, 0) * amount(0, dy), 6); // along one axis, then the other
        for (const other of [amount(-dx, dy), amount(dx, -dy), amount(dy, dx)]) expect(amount(dx, dy)).toBeCloseTo(other, 6);
        expect(amount(dx + 1, dy) < amount(dx, dy) || amount(dx, dy) === 0).toBe(true);
      }
    }
  });

  test("four times as many points are twice as dark", () => {
    const positions = at([-1, 0], [1, 0], [1, 0], [1, 0], [1, 0]);
    const { shares, columns } = density(positions, VIEW, SIZE, 4, ALL);
    expect(shares[5 * columns + 12]! / shares[5 * columns + 2]!).toBeCloseTo(2, 5);
  });

  test("counts those whose mask is wanted", () => {
    const positions = at([-1, 0], [1, 0]);
    const { shares, columns } = density(positions, VIEW, SIZE, 4, { mask: Uint8Array.of(0, 1), wanted: 1 });
    expect(shares[5 * columns + 2]).toBe(0);
    expect(shares[5 * columns + 12]).toBeCloseTo(1, 6);
  });

  test("of no points is 0 everywhere", () => {
    const { shares } = density(at(), VIEW, SIZE, 4, ALL);
    expect(shares.every((share) => share === 0)).toBe(true);
  });
});
