// Small comforts on every page: toasts close, menus close on a click elsewhere, dialogs open from buttons,
// empty filters stay out of the address, times tell the local time, failed refreshes say so.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    const closer = event.target.closest("[data-closes]");
    if (closer) (closer.closest("dialog")?.close(), closer.closest(".toast")?.remove());
    if (event.target.matches("dialog")) event.target.close();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const all = event.target.closest("[data-pick-all]");
    if (all) {
      all.closest("table").querySelectorAll("tbody .pick input").forEach((box) => { box.checked = all.checked; });
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    // A second click must not send the same act twice; the server's own guards stand behind this.
    const button = event.submitter;
    setTimeout(() => { if (button) button.disabled = true; }, 0);
    window.addEventListener("pageshow", () => { if (button) button.disabled = false; }, { once: true });
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    const parameters = event.detail.parameters;
    for (const [name, value] of Object.entries(parameters)) {
      if (value === "") delete parameters[name];
    }
  });

  function failed() {
    const slot = document.getElementById("live-problem");
    if (slot) slot.hidden = false;
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // After a failed submit reading goes on at what went wrong: the summary, else the first field.
  document.querySelector("[data-focused], form[method=post] [aria-invalid=true]")?.focus();

  function localTimes(root) {
    root.querySelectorAll("time[datetime]:not([title])").forEach((time) => {
      const at = new Date(time.dateTime);
      if (time.dateTime.includes("T") && !Number.isNaN(at.valueOf())) {
        time.title = `Local: ${at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" })}`;
      }
    });
  }
  localTimes(document);
  document.addEventListener("htmx:load", (event) => localTimes(event.target));
})();
