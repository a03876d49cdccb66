// Hides questions that do not matter for the answers given so far, and the sentence that says when they do. Without it
// every question stands on the page with that sentence; the server checks either way.

for (const form of document.querySelectorAll("form")) {
  const asked = [...form.querySelectorAll("[data-show-if]")];
  if (asked.length === 0) continue;
  for (const field of asked) field.querySelector(".hint:last-of-type")?.setAttribute("hidden", "");
  const arrange = () => {
    const given = new FormData(form);
    for (const field of asked) {
      const rule = JSON.parse(field.dataset.showIf);
      field.hidden = !given.getAll(rule.field).some((answer) => rule.in.includes(answer)) && !field.querySelector(".error");
    }
    for (const group of form.querySelectorAll(".form-group")) {
      const inside = [...group.querySelectorAll(".field")];
      group.hidden = inside.length > 0 && inside.every((field) => field.closest("[data-show-if][hidden]"));
    }
  };
  form.addEventListener("change", arrange);
  arrange();
}

(document.querySelector(".error-summary") ?? document.querySelector("[aria-invalid=true]"))?.focus();
