/* Shows who is known already while somebody new is typed. Without this script a button of the form searches. */
for (const form of document.querySelectorAll("form[data-known]")) {
  const place = document.getElementById(form.dataset.known);
  let waiting, asking;
  form.addEventListener("input", (event) => {
    if (!["first_name", "last_name", "phone", "email"].includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      asking?.abort();
      asking = new AbortController();
      fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Part": "1" }, signal: asking.signal })
        .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status)))
        .then((part) => { place.innerHTML = part; })
        .catch(() => { /* the button stays */ });
    }, 250);
  });
}
