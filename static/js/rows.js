/* The lines of a record's page in the administration: one more, or one that was never saved out again. Without this
   script there are the lines that are saved, to change or to delete. */
function tend(group) {
  const { prefix, addText, deleteText } = JSON.parse(group.dataset.inlineFormset).options;
  const pattern = document.getElementById(`${prefix}-empty`);
  if (!pattern) return; // nothing may be added
  const field = (name) => document.getElementById(`id_${prefix}-${name}`);
  const total = field("TOTAL_FORMS"), most = Number(field("MAX_NUM_FORMS").value || Infinity);
  const numbered = new RegExp(`(^|[_ ])${prefix}-(?:\\d+|__prefix__)`, "g");
  const isRow = new RegExp(`^${prefix}-\\d+$`);
  const rows = () => [...pattern.parentElement.children].filter((one) => isRow.test(one.id));

  const more = document.createElement("button");
  more.type = "button";
  more.className = "button row-more";
  more.textContent = addText;
  (pattern.closest("table") || pattern).after(more);

  function number() {
    rows().forEach((row, place) => {
      for (const part of [row, ...row.querySelectorAll("*")]) {
        for (const name of ["id", "name", "for", "aria-labelledby", "aria-describedby"]) {
          const value = part.getAttribute(name);
          if (value) part.setAttribute(name, value.replace(numbered, `$1${prefix}-${place}`));
        }
      }
      const label = row.querySelector(":scope > h3 .inline_label");
      if (label && !row.classList.contains("has_original")) label.textContent = `#${place + 1}`;
    });
    total.value = rows().length;
    more.hidden = rows().length >= most;
  }

  function letGo(row) {
    const out = document.createElement("button");
    out.type = "button";
    out.className = "button row-out";
    out.textContent = deleteText;
    out.addEventListener("click", () => {
      if (row.previousElementSibling?.classList.contains("row-form-errors")) row.previousElementSibling.remove();
      row.remove();
      number();
      more.focus();
    });
    (row.querySelector(":scope > h3") || row.lastElementChild).append(out);
  }

  more.addEventListener("click", () => {
    const row = pattern.cloneNode(true);
    row.classList.remove("empty-form", "last-related");
    row.id = `${prefix}-${rows().length}`;
    letGo(row);
    pattern.before(row);
    number();
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  rows().filter((row) => !row.classList.contains("has_original")).forEach(letGo);
  number();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".js-inline-admin-formset").forEach(tend);
});
