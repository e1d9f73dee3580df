// What the page does beside what htmx does: it works without any of it.
"use strict";
(() => {
  document.documentElement.classList.add("script"); // Sizes are counted while one writes.
  const texts = document.getElementById("texts");
  const box = document.getElementById("text");
  const form = document.getElementById("answer");
  const toEnd = () => texts && texts.lastElementChild && texts.lastElementChild.scrollIntoView({ block: "nearest" });
  toEnd();
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target === texts) toEnd();
  });
  if (!form) return;
  if (box.value) box.focus();
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector(".send-it"));
  });
})();
