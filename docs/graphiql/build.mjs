// Bundles GraphiQL into photos_graph/web/static/graphiql, with the licences of everything that went in.
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const target = "../../photos_graph/web/static/graphiql";
const { metafile } = await build({
  entryPoints: { graphiql: "main.jsx" },
  outdir: target,
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  legalComments: "none",
  loader: { ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".svg": "dataurl" },
  define: { "process.env.NODE_ENV": '"production"' },
});

const packages = Object.keys(metafile.inputs)
  .map((path) => path.match(/.*node_modules\/((@[^/]+\/)?[^/]+)\//)?.[0])
  .filter(Boolean);
const notices = [...new Set(packages)].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(folder + "package.json", "utf8"));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(folder + file, "utf8").trim())].join("\n\n");
});
writeFileSync(`${target}/LICENSES.txt`, notices.join("\n\n" + "-".repeat(72) + "\n\n") + "\n");
