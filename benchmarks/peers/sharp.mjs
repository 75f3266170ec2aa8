// Serves JPEGs of originals on request, made by sharp: node sharp.mjs PORT FOLDER, then GET /EDGE/NAME.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const [port, folder, packages] = process.argv.slice(2);
const sharp = createRequire(join(packages, "package.json"))("sharp");
sharp.cache(false); // an original that was decoded before is decoded again

createServer(async (request, response) => {
  const [, edge, name] = request.url.split("/");
  try {
    const picture = sharp(join(folder, basename(decodeURIComponent(name))))
      .autoOrient()
      .resize({ width: Number(edge), height: Number(edge), fit: "inside", withoutEnlargement: true })
      .jpeg({ quality: 80 });
    response.setHeader("Content-Type", "image/jpeg").end(await picture.toBuffer());
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1");
