/** Builds the editor into the product's static files, with the licence of every package that is inside it. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "../pressroom/static/vendor/editor.js";
const LICENCES = "../pressroom/static/vendor/editor.LICENSES.txt";

function bundledPackages(metafile) {
  const [{ inputs }] = Object.values(metafile.outputs);
  const kept = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
  return new Set(kept.flatMap((path) => path.match(/(?<=node_modules\/)(?:@[^/]+\/)?[^/]+/) ?? []));
}

function licence(name) {
  const folder = `node_modules/${name}`;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} carries no licence file`);
  return readFileSync(`${folder}/${file}`, "utf8").trim();
}

function title(name) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return `${name} ${version} (${license})`;
}

/** Each licence text once, under the packages that share it. */
function collect(names) {
  const packages = new Map();
  for (const name of [...names].sort()) {
    const text = licence(name);
    packages.set(text, [...(packages.get(text) ?? []), title(name)]);
  }
  const parts = [...packages].map(([text, titles]) => `${titles.join("\n")}\n\n${text}\n`);
  return parts.join(`\n${"-".repeat(78)}\n\n`);
}

const { metafile } = await build({
  entryPoints: ["editor.js"],
  outfile: OUT,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  legalComments: "none",
  banner: { js: "/* Licences of the packages in this file: editor.LICENSES.txt */" },
  metafile: true,
});
writeFileSync(LICENCES, collect(bundledPackages(metafile)));
