/* Keeps what is being typed in this tab until the server has confirmed it: a reload loses nothing. */
"use strict";
document.querySelectorAll("form[data-draft]").forEach((form) => {
  const box = form.querySelector("textarea");
  const name = "draft:" + form.dataset.draft;
  const sent = sessionStorage.getItem(name + ":sent");
  if (sent && sent !== form.elements.version.value) {
    sessionStorage.removeItem(name);
  }
  sessionStorage.removeItem(name + ":sent");
  if (!box.value) box.value = sessionStorage.getItem(name) || "";
  box.addEventListener("input", () => sessionStorage.setItem(name, box.value));
  form.addEventListener("submit", () => sessionStorage.setItem(name + ":sent", form.elements.version.value));
});
