// Who reads the codes on a picture: the browser itself, the reader that this device carries, or the server.
// Each is {name, widest, pause, blocks, read}: `widest` picture in dots, `pause` between two pictures in ms, whether the page
// stands still meanwhile, read(canvas) → texts.
import { ask } from "../send.js";

const FORMATS = ["code_128", "qr_code", "data_matrix"];
const CARRIED_OPTIONS = { formats: ["Code128", "QRCode", "DataMatrix"], textMode: "Plain", maxNumberOfSymbols: 3 };
const PATIENCE = 4000; // ms for one picture
const FAILURES = 2; // in a row: one lost picture is not a lost network
const BUSY = 1000; // ms

/** Why the camera does not help here: `message` names one of the page's sentences, or is one. */
export class Unable extends Error {}

/** The first reader that works here. `frames`: the server's address for pictures; `reader`: {module, binary}; null where there is none. */
export async function chooseReader({ frames, reader }) {
  const found = (await ofBrowser().catch(() => null)) ?? (reader && (await carried(reader).catch(() => null)));
  if (found) return found;
  if (!frames) throw new Unable("camera_no_reader");
  if (!navigator.onLine) throw new Unable("camera_offline");
  return ofServer(frames);
}

async function ofBrowser() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const supported = await BarcodeDetector.getSupportedFormats();
  const formats = FORMATS.filter((format) => supported.includes(format));
  if (!formats.includes("code_128")) return null;
  const detector = new BarcodeDetector({ formats });
  // Some phones name their formats and then have no service behind them.
  await detector.detect(new ImageData(64, 64));
  return { name: "camera_by_browser", widest: 1280, pause: 80, blocks: false, read: async (canvas) => (await detector.detect(canvas)).map((code) => code.rawValue) };
}

let loaded = null;

async function carried({ module, binary }) {
  loaded ??= load(module, binary);
  const readBarcodes = await loaded.catch((fault) => {
    loaded = null;
    throw fault;
  });
  const read = async (canvas) => {
    const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return (await readBarcodes(dots, CARRIED_OPTIONS)).map((code) => code.text);
  };
  return { name: "camera_by_device", widest: 1000, pause: 120, blocks: true, read };
}

async function load(module, binary) {
  const { prepareZXingModule, readBarcodes } = await import(module);
  await prepareZXingModule({ overrides: { locateFile: () => binary }, fireImmediately: true });
  return readBarcodes;
}

function ofServer(frames) {
  let failures = 0;
  const read = async (canvas) => {
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.7));
    const { ok, kind, answer, sentence } = await ask(frames, { method: "POST", form: picture, patience: PATIENCE });
    if (ok) {
      failures = 0;
      return answer.codes.map((code) => code.text);
    }
    if (kind === "busy") await new Promise((resolve) => setTimeout(resolve, BUSY));
    else if (kind === "refused" || kind === "signed_out") throw new Unable(sentence);
    else if (kind === "network" || ++failures >= FAILURES) throw new Unable("camera_offline");
    return [];
  };
  return { name: "camera_by_server", widest: 960, pause: 260, blocks: false, read };
}
