// <time data-ago="3"> was 3 s ago when the page was made, and goes on.
"use strict";
(() => {
  const french = document.documentElement.lang === "fr";
  const begun = new WeakMap();
  const words = seconds => {
    const told = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
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
