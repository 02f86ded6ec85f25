// The documentation of the API in the theme of the portal: its own dark look hangs on a class.
"use strict";

(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    root.classList.toggle("dark-mode", root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  }
  paint();
  dark.addEventListener("change", paint);
})();
