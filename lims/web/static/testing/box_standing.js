// How a box stands, drawn: its count, its lists, and what is not as it should be, in words.
import { codeElement } from "../codes.js";
import { words } from "../words.js";

const at = (id) => document.getElementById(id);

/** 4 h 10 min */
export const duration = (minutes) => words("duration", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });

/** What warns: the way was too long, the box too warm or cold, tubes too old. */
export function warnings({ carriage, arrival }) {
  const told = [];
  if (carriage?.too_long) told.push(words("warn_way", { time: duration(carriage.minutes), hours: carriage.hours_at_most }));
  if (arrival?.outside) {
    const { temperature_c: temperature, coldest_c: coldest, warmest_c: warmest, source } = arrival;
    told.push(words("warn_temperature", { temperature, coldest: coldest ?? "…", warmest: warmest ?? "…", source }));
  }
  if (arrival?.too_old) {
    const { too_old: count, oldest_minutes: oldest, tube_hours_at_most: hours, source } = arrival;
    told.push(words("warn_age", { count, time: duration(oldest), hours, source }));
  }
  return told;
}

export function drawStanding(box, standing) {
  at("current").hidden = false;
  at("standing").hidden = false;
  at("box").replaceChildren(codeElement(box));
  at("count").textContent = words("count", { count: standing.received.length, expected: standing.expected });
  at("paper").href = `/testing/boxes/${encodeURIComponent(box)}/discrepancies.pdf`;
  at("carried").textContent = carriedBy(standing.carriage);
  at("warnings").replaceChildren(
    ...warnings(standing).map((sentence) => {
      const line = document.createElement("p");
      line.className = "notice";
      line.textContent = sentence;
      return line;
    }),
  );
  for (const place of document.querySelectorAll("[data-list]")) drawList(place, standing[place.dataset.list]);
}

function carriedBy(carriage) {
  if (!carriage) return words("carried_unknown");
  return words("carried", { who: carriage.carried_by ?? "–", time: duration(carriage.minutes) });
}

function drawList(place, codes) {
  place.hidden = codes.length === 0;
  place.querySelector(".number-shown").textContent = codes.length;
  place.querySelector(".codes").replaceChildren(
    ...codes.map((code) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `/testing/tubes/${encodeURIComponent(code)}`;
      link.append(codeElement(code));
      item.append(link);
      return item;
    }),
  );
}
