// Where the earlier version of this page kept its tubes: in clear, in localStorage.
export const LEGACY = "lims.tube.";

/** {records, sent, device} that are still there. What cannot be read as a tube stays where it is. */
export function leftByEarlierVersion() {
  const records = Object.keys(localStorage)
    .filter((key) => key.startsWith(LEGACY))
    .map((key) => parsed(localStorage.getItem(key)))
    .filter((record) => record?.tube?.id);
  return { records, sent: parsed(localStorage.getItem("lims.sent")), device: localStorage.getItem("lims.device") };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
