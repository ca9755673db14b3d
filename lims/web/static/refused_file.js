// What an import refused, as a table to be corrected in a spreadsheet: made here, of rows that this page alone has.

// A spreadsheet program runs what begins so as a formula; the apostrophe makes it text.
const FORMULA = /^[\t\r]|^\s*[=+\-@]/;

/** CSV with a byte order mark, so that spreadsheets read Chinese; `rows` are lists of cells. */
export function tableOf(columns, rows) {
  const cell = (text) => `"${`${FORMULA.test(text) ? "'" : ""}${text}`.replaceAll('"', '""')}"`;
  return `\ufeff${[columns, ...rows].map((row) => row.map((text) => cell(String(text ?? ""))).join(",")).join("\r\n")}\r\n`;
}

/** Have a button save this table; hidden where nothing was refused. */
export function offer(button, name, columns, rows) {
  button.hidden = !rows.length;
  button.onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([tableOf(columns, rows)], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
}
