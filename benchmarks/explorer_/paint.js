// The page of paint.py: the same points by WebGL2, and by the functions that the explorer draws with.

import { fit } from "/geometry";
import { paint, radiusOf, toPixel } from "/paint";

const SIZE = { width: 1280, height: 720 };
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"].map(toPixel);
const SECONDS = 3;

/** Points in 40 round clusters, the same at each call. */
function scatter(count) {
  const [x, y, colors] = [new Float32Array(count), new Float32Array(count), new Uint32Array(count)];
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let at = 0; at < count; at++) {
    const cluster = at % 40;
    const far = Math.sqrt(cluster / 40) * 0.8;
    const [turn, spread] = [random() * 2 * Math.PI, Math.sqrt(-2 * Math.log(random() + 1e-9)) * 0.06];
    x[at] = Math.cos(cluster * 2.4) * far + Math.cos(turn) * spread;
    y[at] = Math.sin(cluster * 2.4) * far + Math.sin(turn) * spread;
    colors[at] = COLORS[cluster % COLORS.length];
  }
  return { x, y, colors };
}

function canvas() {
  const made = Object.assign(document.createElement("canvas"), SIZE);
  document.body.replaceChildren(made);
  return made;
}

function byWebGL({ x, y, colors }, radius) {
  const gl = canvas().getContext("webgl2", { antialias: false, alpha: false });
  const program = gl.createProgram();
  const add = (kind, source) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  };
  add(gl.VERTEX_SHADER, `in float x; in float y; in vec4 color; uniform vec3 view; uniform float size; out vec4 paint;
    void main() { gl_Position = vec4((vec2(x, y) - view.xy) * view.z / vec2(640, 360), 0, 1); gl_PointSize = size; paint = color; }`);
  add(gl.FRAGMENT_SHADER, `in vec4 paint; out vec4 pixel;
    void main() { if (length(gl_PointCoord - 0.5) > 0.5) discard; pixel = vec4(paint.rgb, 0.85); }`);
  gl.linkProgram(program);
  gl.useProgram(program);
  const attribute = (name, values, size, type, normalized) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, normalized, 0, 0);
  };
  attribute("x", x, 1, gl.FLOAT, false);
  attribute("y", y, 1, gl.FLOAT, false);
  attribute("color", new Uint8Array(colors.buffer), 4, gl.UNSIGNED_BYTE, true);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
  gl.clearColor(1, 1, 1, 1);
  gl.uniform1f(gl.getUniformLocation(program, "size"), 2 * radius);
  const uniform = gl.getUniformLocation(program, "view");
  const pixel = new Uint8Array(4);
  return (view) => {
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform3f(uniform, view.x, view.y, view.scale);
    gl.drawArrays(gl.POINTS, 0, x.length);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel); // waits until all is drawn
  };
}

function byOwn({ x, y, colors }, radius) {
  const pen = canvas().getContext("2d", { alpha: false });
  const image = pen.createImageData(SIZE.width, SIZE.height);
  const target = { pixels: new Uint32Array(image.data.buffer), ...SIZE };
  return (view) => {
    target.pixels.fill(0xffffffff);
    paint(target, { x, y }, view, SIZE, 1, radius, colors, { mask: null, wanted: 1 });
    pen.putImageData(image, 0, 0);
  };
}

async function framesPerSecond(draw, whole) {
  draw(whole);
  const start = performance.now();
  let frames = 0;
  while (performance.now() - start < 1000 * SECONDS) {
    await new Promise(requestAnimationFrame);
    draw({ x: Math.sin(frames / 20) * 0.2, y: Math.cos(frames / 17) * 0.2, scale: whole.scale * (1 + (frames % 50) / 50) });
    frames++;
  }
  return (1000 * frames) / (performance.now() - start);
}

window.measure = async (count) => {
  const points = scatter(count);
  const whole = fit(points, SIZE, { left: 16, top: 16, right: SIZE.width - 16, bottom: SIZE.height - 16 });
  const radius = radiusOf(count, 1);
  const webgl = await framesPerSecond(byWebGL(points, radius), whole);
  return { webgl, own: await framesPerSecond(byOwn(points, radius), whole) };
};
