// What the console's pages do beside what htmx does: they work without any of it.
"use strict";
(() => {
  const french = document.documentElement.lang === "fr";
  document.documentElement.classList.add("script");

  // On a phone the menu is closed until it is asked for.
  const menu = document.getElementById("menu");
  const narrow = matchMedia("(max-width: 48rem)");
  const fold = () => { if (menu) menu.open = !narrow.matches; };
  fold();
  narrow.addEventListener("change", fold);
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !narrow.matches) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // <input type="file" data-into="id"> puts a file's text where it can be seen before it is sent.
  document.addEventListener("change", async (event) => {
    const into = event.target.dataset?.into;
    if (into && event.target.files[0]) document.getElementById(into).value = await event.target.files[0].text();
  });

  // <button data-copy="id"> copies what an element says.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = french ? "Copié" : "Copied";
  });
})();
