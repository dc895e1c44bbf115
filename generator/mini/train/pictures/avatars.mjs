// Prints faces and people as JSON lines {style, options, svg}; reads its plan from stdin, as avatars.py writes it:
// {data: folder, dicebear: {style: count}, changes: {style: options}, peeps: count, strokes, fills, halves: lists}.
// All choices come from fixed seeds.
import Module, { createRequire, register } from "node:module";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const plan = JSON.parse(readFileSync(0, "utf-8"));
const load = (path) => import(pathToFileURL(`${plan.data}/${path}`).href);
const print = (style, options, svg) => process.stdout.write(`${JSON.stringify({ style, options, svg })}\n`);

// The styles import "@dicebear/core" by name; packages lie unpacked side by side, so the name is led to its folder.
const core = pathToFileURL(`${plan.data}/dicebear-core/package/lib/index.js`).href;
const led = `export const resolve = (name, context, next) => name === "@dicebear/core"
  ? { url: ${JSON.stringify(core)}, shortCircuit: true } : next(name, context);`;

async function printFaces() {
  register(`data:text/javascript,${encodeURIComponent(led)}`);
  const { createAvatar } = await load("dicebear-core/package/lib/index.js");
  for (const [style, count] of Object.entries(plan.dicebear)) {
    const design = await load(`dicebear-${style}/package/lib/index.js`);
    for (let number = 0; number < count; number += 1) {
      // The library's generator gives like choices for seeds that are alike: a digest is not like its neighbors.
      const seed = createHash("sha256").update(`${style}-${number}`).digest("hex");
      const changes = { seed, ...plan.changes[style], backgroundColor: ["transparent"] };
      const avatar = createAvatar(design, changes).toJson();
      print(style, avatar.extra, avatar.svg);
    }
  }
}

// The figures ask for React; all they use is createElement, so a small one that writes text takes its place.
const KEPT = new Set(["viewBox", "gradientTransform", "gradientUnits", "clipPathUnits", "maskUnits"]);
const attribute = (name) => (KEPT.has(name) ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
const quoted = (value) => String(value).replace(/[&<"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
function createElement(type, properties, ...children) {
  if (typeof type === "function") return type({ ...properties, children });
  const inside = children.flat(Infinity).filter((child) => typeof child === "string").join("");
  if (typeof type !== "string") return inside;
  const given = Object.entries(properties ?? {}).filter(([, value]) => ["string", "number"].includes(typeof value));
  const written = given.map(([name, value]) => ` ${attribute(name)}="${quoted(value)}"`).join("");
  return `<${type}${written}>${inside}</${type}>`;
}

// Numbers in 0..1 by Tommy Ettinger's mulberry32 (2017, public domain).
function randoms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function printPeople() {
  const standIn = { createElement, Fragment: null, useMemo: (make) => make() };
  const loaded = Module._load;
  Module._load = (request, ...rest) => (request === "react" ? standIn : loaded(request, ...rest));
  const peeps = createRequire(import.meta.url)(`${plan.data}/react-peeps/package/lib/peeps/index.js`);
  const random = randoms(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const bodies = [...Object.keys(peeps.StandingPose), ...Object.keys(peeps.SittingPose), ...plan.halves];
  for (let number = 0; number < plan.peeps; number += 1) {
    const options = {
      body: bodies[number % bodies.length],
      hair: pick(Object.keys(peeps.Hair)),
      face: pick(Object.keys(peeps.Face).filter((face) => !["Cyclops", "Monster"].includes(face))),
      facialHair: random() < 0.2 ? pick(Object.keys(peeps.FacialHair)) : "None",
      accessory: random() < 0.25 ? pick(Object.keys(peeps.Accessories)) : "None",
      strokeColor: pick(plan.strokes),
      backgroundColor: pick(plan.fills),
    };
    const viewBox = { x: -700, y: -100, width: 2600, height: 3000 };
    const svg = peeps.default({ ...options, viewBox }).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
    print("peeps", options, svg);
  }
}

await printFaces();
printPeople();
