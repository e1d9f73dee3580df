// <time data-ago="3"> was 3 s ago when the page was made, and goes on.
"use strict";
(() => {
  const french = document.documentElement.lang === "fr";
  const begun = new WeakMap();
  const units = [[172800, 86400, french ? "j" : "d"], [7200, 3600, "h"], [120, 60, "min"], [0, 1, "s"]];
  const words = seconds => {
    const [, length, unit] = units.find(([from]) => seconds >= from);
    const told = `${Math.floor(seconds / length)} ${unit}`;
    return french ? `il y a ${told}` : `${told} ago`;
  };
  const tell = () => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      if (!begun.has(time)) begun.set(time, Date.now());
      time.textContent = words(Number(time.dataset.ago) + Math.floor((Date.now() - begun.get(time)) / 1000));
    }
  };
  tell();
  setInterval(tell, 1000);
})();
