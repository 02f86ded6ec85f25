// Keyboard: g-chords to places, / to the search of the page, ? for the sheet, Ctrl+K for the palette,
// j/k to walk rows, x to pick one, Enter to open it. Plain keys do nothing while a field has the focus.
"use strict";

(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const palette = () => document.getElementById("palette");
  let chord = "";
  let chordTimer = 0;

  function openDialog(dialog) {
    if (dialog && !dialog.open) dialog.showModal();
  }

  function rows() {
    return [...document.querySelectorAll("[data-rows] tbody tr[data-href]")];
  }

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function onRow(key) {
    const row = document.activeElement?.closest?.("tr[data-href]");
    if (!row) return false;
    if (key === "x") {
      const box = row.querySelector(".pick input");
      if (box) box.click();
      return Boolean(box);
    }
    if (document.activeElement !== row) return false;
    window.location.assign(row.dataset.href);
    return true;
  }

  function onChord(key) {
    const link = document.querySelector(`[data-chord="g ${CSS.escape(key)}"]`);
    if (link) window.location.assign(link.href);
    return Boolean(link);
  }

  function plainKey(event) {
    const key = event.key;
    if (chord === "g") {
      chord = "";
      return onChord(key);
    }
    if (key === "g") {
      chord = "g";
      clearTimeout(chordTimer);
      chordTimer = setTimeout(() => { chord = ""; }, 1200);
      return true;
    }
    if (key === "/") {
      const field = document.querySelector("[data-page-search]") || document.querySelector("[data-search]");
      if (field) field.focus();
      return Boolean(field);
    }
    if (key === "?") {
      openDialog(document.getElementById("shortcuts"));
      return true;
    }
    if (key === "j" || key === "k") {
      walk(key === "j" ? 1 : -1);
      return true;
    }
    return key === "x" || key === "Enter" ? onRow(key) : false;
  }

  function moveInPalette(step) {
    const links = [...palette().querySelectorAll("a[role=option]")];
    if (!links.length) return;
    const now = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    const next = links[(now + step + links.length) % links.length];
    links.forEach((link) => link.setAttribute("aria-selected", String(link === next)));
    palette().querySelector("input").setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  function inPalette(event) {
    if (event.key === "Escape") {
      palette().close(); // the browser would empty the field first, and close at the second Escape
      return true;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      moveInPalette(event.key === "ArrowDown" ? 1 : -1);
      return true;
    }
    if (event.key === "Enter") {
      const chosen = palette().querySelector("a[aria-selected=true]") || palette().querySelector("a[role=option]");
      if (chosen) window.location.assign(chosen.href);
      return Boolean(chosen);
    }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openDialog(palette());
      palette()?.querySelector("input").select();
      return;
    }
    if (palette()?.open) {
      if (inPalette(event)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (plainKey(event)) event.preventDefault();
  });
})();
