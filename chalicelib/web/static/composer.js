// The composer: a button puts its value where the cursor stands. Without this it goes to the text's end.
"use strict";
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  event.preventDefault();
  const text = document.getElementById(button.dataset.insert);
  text.setRangeText(button.value, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
