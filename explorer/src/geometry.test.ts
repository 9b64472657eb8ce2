import { describe, expect, test } from "vitest";
import { bringInto, clamp, extent, fit, inPolygon, toMap, toPixels, torn, zoomAt, type Spot, type View } from "./geometry";
import { random } from "./random";

const SIZE = { width: 800, height: 600 };
const VIEW: View = { x: 0.25, y: -0.5, scale: 300 };

describe("map and window", () => {
  test("the middle of the window is where the view looks, and up is up", () => {
    expect(toPixels(VIEW, SIZE, 0.25, -0.5)).toEqual([400, 300]);
    expect(toPixels(VIEW, SIZE, 1.25, 0.5)).toEqual([700, 0]);
  });

  test("there and back is where one was", () => {
    const draw = random(1);
    for (let round = 0; round < 100; round++) {
      const view = { x: draw() - 0.5, y: draw() - 0.5, scale: 1 + 1e4 * draw() };
      const [px, py] = [800 * draw(), 600 * draw()];
      const back = toPixels(view, SIZE, ...toMap(view, SIZE, px, py));
      expect(back[0]).toBeCloseTo(px, 6);
      expect(back[1]).toBeCloseTo(py, 6);
    }
  });
});

describe("fit", () => {
  const room = { left: 320, top: 16, right: 780, bottom: 590 };

  test("all points lie in the room, and touch two of its sides", () => {
    const draw = random(2);
    for (let round = 0; round < 50; round++) {
      const x = Float32Array.from({ length: 20 }, () => 10 * draw() * draw());
      const y = Float32Array.from({ length: 20 }, () => draw());
      const view = fit({ x, y }, SIZE, room);
      const pixels = Array.from(x, (at, i) => toPixels(view, SIZE, at, y[i]!));
      const [left, right] = extent(pixels.map(([px]) => px));
      const [top, bottom] = extent(pixels.map(([, py]) => py));
      for (const gap of [left - room.left, room.right - right, top - room.top, room.bottom - bottom]) {
        expect(gap).toBeGreaterThan(-1e-6);
      }
      const touches = Math.min(left - room.left + (room.right - right), top - room.top + (room.bottom - bottom));
      expect(touches).toBeCloseTo(0, 6);
      expect(left - room.left).toBeCloseTo(room.right - right, 6); // in the middle of it
      expect(top - room.top).toBeCloseTo(room.bottom - bottom, 6);
    }
  });

  test("one point, or none, is shown too", () => {
    const one = fit({ x: Float32Array.of(0.5), y: Float32Array.of(0.25) }, SIZE, room);
    const [px, py] = toPixels(one, SIZE, 0.5, 0.25);
    expect([px, py]).toEqual([expect.closeTo(550, 3), expect.closeTo(303, 3)]);
    expect(fit({ x: new Float32Array(), y: new Float32Array() }, SIZE, room)).toEqual({ x: 0, y: 0, scale: 1 });
  });

  test("a room of no size gives a view with a scale above 0", () => {
    const view = fit({ x: Float32Array.of(0, 1), y: Float32Array.of(0, 1) }, SIZE, { left: 9, top: 9, right: 9, bottom: 9 });
    expect(view.scale).toBeGreaterThan(0);
  });
});

describe("zoom", () => {
  test("keeps what is under the pointer, whatever the limits make of the factor", () => {
    const draw = random(3);
    for (let round = 0; round < 100; round++) {
      const spot: Spot = [800 * draw(), 600 * draw()];
      const before = toMap(VIEW, SIZE, ...spot);
      const after = toMap(zoomAt(VIEW, SIZE, spot, 4 * draw() + 0.01, [100, 1000]), SIZE, ...spot);
      expect(after[0]).toBeCloseTo(before[0], 9);
      expect(after[1]).toBeCloseTo(before[1], 9);
    }
  });

  test("stays within its limits", () => {
    expect(zoomAt(VIEW, SIZE, [0, 0], 1e9, [100, 1000]).scale).toBe(1000);
    expect(zoomAt(VIEW, SIZE, [0, 0], 1e-9, [100, 1000]).scale).toBe(100);
  });
});

describe("bringInto", () => {
  const room = { left: 100, top: 50, right: 700, bottom: 550 };

  test("moves by no more than it takes", () => {
    const draw = random(4);
    for (let round = 0; round < 200; round++) {
      const [x, y] = [8 * draw() - 4, 8 * draw() - 4];
      const [px, py] = toPixels(VIEW, SIZE, x, y);
      const found = toPixels(bringInto(VIEW, SIZE, room, x, y), SIZE, x, y);
      expect(found[0]).toBeCloseTo(clamp(px, 100, 700), 6);
      expect(found[1]).toBeCloseTo(clamp(py, 50, 550), 6);
    }
  });

  test("leaves a view that shows the point as it is", () => {
    expect(bringInto(VIEW, SIZE, room, 0.25, -0.5)).toEqual(VIEW);
  });
});

test("extent leaves NaN out, and is empty of nothing", () => {
  expect(extent([NaN, 3, -1, NaN, 2])).toEqual([-1, 3]);
  expect(extent([])).toEqual([Infinity, -Infinity]);
  expect(extent([NaN])).toEqual([Infinity, -Infinity]);
});

describe("inPolygon", () => {
  test("agrees with the sum of angles on random polygons that do not cross themselves", () => {
    const draw = random(5);
    for (let round = 0; round < 50; round++) {
      const corners = 3 + Math.floor(8 * draw());
      const polygon = Array.from({ length: corners }, (_, at): Spot => {
        const [angle, radius] = [(2 * Math.PI * at) / corners, 0.2 + draw()];
        return [radius * Math.cos(angle), radius * Math.sin(angle)];
      });
      for (let point = 0; point < 40; point++) {
        const [x, y] = [2.4 * draw() - 1.2, 2.4 * draw() - 1.2];
        expect(inPolygon(polygon, x, y)).toBe(Math.abs(turns(polygon, x, y)) > 0.5);
      }
    }
  });

  test("where a line crosses itself, what is enclosed twice is outside", () => {
    const twice: Spot[] = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [3, 1], [3, 3], [1, 3], [1, 1]];
    expect(inPolygon(twice, 0.5, 2)).toBe(true);
    expect(inPolygon(twice, 2, 2.5)).toBe(false);
  });

  test("polygons side by side share no point and miss none", () => {
    for (const [x, y] of [[1, 0.5], [1, 0], [0.5, 0], [1, 0.25]] as const) {
      const left = inPolygon([[0, -1], [1, -1], [1, 1], [0, 1]], x, y);
      const right = inPolygon([[1, -1], [2, -1], [2, 1], [1, 1]], x, y);
      expect(Number(left) + Number(right)).toBe(1);
    }
  });

  test("nothing is inside a line or a point", () => {
    expect(inPolygon([[0, 0], [1, 1]], 0.5, 0.5)).toBe(false);
    expect(inPolygon([[0, 0]], 0, 0)).toBe(false);
    expect(inPolygon([], 0, 0)).toBe(false);
  });
});

/** How often a polygon goes around a point. */
function turns(polygon: readonly Spot[], x: number, y: number): number {
  const angles = polygon.map(([px, py]) => Math.atan2(py - y, px - x));
  const steps = angles.map((angle, at) => {
    const step = angle - angles.at(at - 1)!;
    return step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
  });
  return steps.reduce((sum, step) => sum + step, 0) / (2 * Math.PI);
}

test("torn neighbors are those that too many others lie before", () => {
  const draw = random(6);
  const [x, y] = [Float32Array.from({ length: 500 }, draw), Float32Array.from({ length: 500 }, draw)];
  const near = [3, 77, 120, 400];
  for (const point of [0, 250, 499]) {
    const order = Array.from(x, (_, at) => at).filter((at) => at !== point);
    const distance = (at: number) => (x[at]! - x[point]!) ** 2 + (y[at]! - y[point]!) ** 2;
    order.sort((a, b) => distance(a) - distance(b));
    const expected = near.filter((other) => order.indexOf(other) > Math.max(0.01 * 500, 3 * near.length));
    expect([...torn({ x, y }, point, near)]).toEqual(expected);
  }
});

test("no neighbor is torn away where all lie in one place", () => {
  const x = new Float32Array(300);
  expect(torn({ x, y: x }, 7, [1, 2]).size).toBe(0);
  expect(torn({ x, y: x }, 7, []).size).toBe(0);
});
