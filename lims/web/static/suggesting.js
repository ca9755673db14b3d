// Fields that name one place of thousands: while somebody types, what fits is asked for, and the browser offers it in its own list.
const PAUSE = 150; // ms without a key

function offer(field) {
  const list = document.getElementById(field.getAttribute("list"));
  let pause;
  let asked = null;
  async function ask() {
    const words = field.value.trim();
    if (words === asked) return;
    asked = words;
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`).catch(() => null);
    if (!answer?.ok || words !== asked) return;
    const { items } = await answer.json();
    list.replaceChildren(...items.map(({ code, name }) => new Option(name, code)));
  }
  field.addEventListener("focus", ask);
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
}

for (const field of document.querySelectorAll("input[data-suggest]")) offer(field);
