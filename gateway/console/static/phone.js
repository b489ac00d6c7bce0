/* The keypad of the demo's phone types into the box; without this script the box is typed into. */
"use strict";
document.addEventListener("click", (event) => {
  const key = event.target.dataset && event.target.dataset.key;
  if (!key) return;
  const box = document.getElementById("keys");
  box.value += key;
  box.focus();
});
