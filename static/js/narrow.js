/* Narrows a list to the names in which every word that is typed begins one. Without this script a button searches. */
for (const form of document.querySelectorAll("form[data-narrows]")) {
  const list = document.getElementById(form.dataset.narrows);
  if (!list) continue;
  const field = form.elements.q, button = form.querySelector("button"), nobody = document.getElementById(form.dataset.nobody);
  const plain = (text) => text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD")
    .replace(/\p{M}/gu, "").replace(/[\s'’-]+/g, " ").trim();
  const rows = [...list.querySelectorAll("[data-name]")].map((row) => [row, ` ${row.dataset.name}`]);
  function narrow() {
    const words = plain(field.value).split(" ").filter(Boolean);
    let left = 0;
    for (const [row, name] of rows) {
      row.hidden = !words.every((word) => name.includes(` ${word}`));
      left += !row.hidden;
    }
    nobody.hidden = left > 0;
  }
  button.hidden = true;
  field.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rows.map(([row]) => row).find((row) => !row.hidden)?.querySelector("button[name=present]")?.focus();
  });
  // A browser that comes back to the page fills in what was typed.
  narrow();
}
