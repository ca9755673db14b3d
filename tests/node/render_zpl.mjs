// Labels of a ZPL job as PNG: node render_zpl.mjs WIDTH_MM HEIGHT_MM DOTS_PER_MM < job.zpl → one base64 picture a line.
import { readFileSync } from "node:fs";
import { ready } from "zpl-renderer-js";

const { api } = await ready;
const pictures = await api.zplToBase64MultipleAsync(readFileSync(0, "utf8"), ...process.argv.slice(2).map(Number));
process.stdout.write(pictures.join("\n"));
process.exit(0);
