// Makes unixfs.json with the JavaScript reference implementation of IPFS:
//   npm install ipfs-unixfs-importer@17.1.1 @ipld/car@5.4.7 multiformats@14.0.5 blockstore-core
//   node make_vectors.mjs > unixfs.json
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { BlackHoleBlockstore } from 'blockstore-core/black-hole'
import { CarWriter } from '@ipld/car'
import { base16 } from 'multiformats/bases/base16'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'

const MiB = 1 << 20
const V1 = { profile: 'unixfs-v1-2025' }
const V0 = { profile: 'unixfs-v0-2015' }
const origin = 'Made by make_vectors.mjs with npm ipfs-unixfs-importer 17.1.1 (its own profiles unixfs-v1-2025 and ' +
  'unixfs-v0-2015), @ipld/car 5.4.7 and multiformats 14.0.5. Byte i of a file of (size, seed) is ' +
  '(i*31 + (i>>8)*17 + (i>>16)*7 + seed) & 255. Files under zeros hold only zero bytes. tiny has chunks of 4 bytes and ' +
  '3 links a node. The archives hold a folder with image.bin of size 40 and seed 1 in chunks of 24 bytes.'

function * pattern ({ size, seed }) {
  for (let at = 0; at < size; at += MiB) {
    yield Uint8Array.from({ length: Math.min(MiB, size - at) }, (_, j) => {
      const i = at + j
      return (i * 31 + (i >>> 8) * 17 + (i >>> 16) * 7 + seed) & 255
    })
  }
}

function * zeros (size) {
  for (let at = 0; at < size; at += MiB) yield new Uint8Array(Math.min(MiB, size - at))
}

async function run (source, options, store = new BlackHoleBlockstore()) {
  let last
  for await (const entry of importer(source, store, options)) last = entry
  return { cid: last.cid, dag_size: Number(last.size) }
}

const one = (content, options) => run([{ path: 'file', content }], options)

function * walk (tree, at) {
  for (const [name, node] of Object.entries(tree)) {
    if (typeof node.seed === 'number') yield { path: `${at}/${name}`, content: pattern(node) }
    else yield * walk(node, `${at}/${name}`)
  }
}

const files = []
for (const [size, seed] of [[0, 0], [1, 7], [MiB / 4, 1], [MiB / 4 + 1, 1], [MiB - 1, 2], [MiB, 2], [MiB + 1, 2], [3 * MiB, 3], [3 * MiB + 5, 4]]) {
  const { cid, dag_size } = await one(pattern({ size, seed }), V1)
  const v0 = (await one(pattern({ size, seed }), V0)).cid.toString()
  const bases = [base58btc, base36, base16].map(base => cid.toString(base))
  files.push({ size, seed, v1: cid.toString(), dag_size, v0, bases })
}

const many = []
for (const [options, size] of [[V1, 1025 * MiB], [V0, 174 * MiB / 4], [V0, 175 * MiB / 4], [V0, 349 * MiB / 4]]) {
  many.push({ profile: options.profile, size, cid: (await one(zeros(size), options)).cid.toString() })
}

const folders = []
for (const [name, tree] of Object.entries({
  'one file': { 'image.png': { size: 1000, seed: 1 } },
  'spaces, hashes, other scripts': Object.fromEntries(
    ['a b.txt', '#1.png', 'ü.txt', 'z', '図.png', '100%.txt', 'Z', '😀', '\uffe6'].map((name, i) => [name, { size: i + 1, seed: i + 1 }])),
  nested: {
    'meta.json': { size: 10, seed: 1 },
    one: { two: { 'deep.bin': { size: 20, seed: 2 } }, 'side.bin': { size: 30, seed: 3 } },
    'large.bin': { size: 2 * MiB + 9, seed: 4 }
  }
})) {
  const { cid, dag_size } = await run(walk(tree, 'root'), V1)
  folders.push({ name, tree, v1: cid.toString(), dag_size, v0: (await run(walk(tree, 'root'), V0)).cid.toString() })
}

const tiny = []
for (let size = 0; size <= 120; size += size < 48 ? 3 : 12) {
  const options = { ...V1, chunker: fixedSize({ chunkSize: 4 }), layout: balanced({ maxChildrenPerNode: 3 }) }
  const { cid, dag_size } = await one(pattern({ size, seed: 9 }), options)
  tiny.push({ size, v1: cid.toString(), dag_size })
}

const blocks = []
const keep = { put: async (cid, bytes) => { blocks.unshift({ cid, bytes }); return cid } }
await run(walk({ 'image.bin': { size: 40, seed: 1 } }, 'root'), { ...V1, chunker: fixedSize({ chunkSize: 24 }) }, keep)
const cars = []
for (const count of [1, 2]) {
  const roots = blocks.slice(0, count).map(block => block.cid)
  const { writer, out } = CarWriter.create(roots)
  const parts = []
  const reading = (async () => { for await (const part of out) parts.push(part) })()
  for (const block of blocks) await writer.put(block)
  await writer.close()
  await reading
  cars.push({ roots: roots.map(String), cids: blocks.map(block => block.cid.toString()), car: Buffer.concat(parts).toString('hex') })
}

console.log(JSON.stringify({ origin, files, zeros: many, folders, tiny, cars }, null, 1))
