/* Keeps what is being typed in this tab until the server says that it was taken: a reload loses nothing. */
"use strict";
(() => {
  const page = document.querySelector("[data-case]");
  const name = page && "draft:" + page.dataset.case;
  if (page && page.dataset.taken && sessionStorage.getItem(name + ":sent") === page.dataset.taken) {
    sessionStorage.removeItem(name);
    sessionStorage.removeItem(name + ":sent");
  }
  const form = document.querySelector("form.reply");
  if (!form) return;
  const box = form.querySelector("textarea");
  const keep = () => sessionStorage.setItem(name, box.value);
  if (box.value) keep();
  else box.value = sessionStorage.getItem(name) || "";
  box.addEventListener("input", keep);
  form.addEventListener("submit", () => sessionStorage.setItem(name + ":sent", form.elements.once.value));
})();
