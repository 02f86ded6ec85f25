// What is typed outlives the session: it is kept in this tab until its form is sent or left, and stands in the
// form again when the portal asked to sign in meanwhile. Passwords, files and hidden values are never kept, but
// for the version that was read: what was typed on an older one must be refused, not saved over the newer one.
// Signing out, or another account in the same tab, forgets everything.
"use strict";

(() => {
  const PREFIX = "draft:";
  const UNKEPT = ["password", "hidden", "file", "submit", "button", "reset", "image"];
  const VERSION = "version_read";
  const account = document.body.dataset.account;

  function keys() {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  }

  function read(key) {
    return JSON.parse(sessionStorage.getItem(key));
  }

  function write(key, draft) {
    try {
      sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
      sessionStorage.removeItem(key); // the tab's store is full: what is typed stays in the form alone
    }
  }

  function posts() {
    return [...document.querySelectorAll("main form[method=post]")];
  }

  function keyOf(form) {
    const place = form.getAttribute("action") || `${location.pathname}${location.search}`;
    return `${PREFIX}${account}:${place}:${posts().indexOf(form)}`;
  }

  function typedIn(form) {
    return [...form.elements].filter((field) => field.name && field.type !== "fieldset"
      && (field.name === VERSION || !UNKEPT.includes(field.type)));
  }

  function valueOf(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
  }

  function fill(field, value) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = value;
    else if (field.multiple) [...field.options].forEach((option) => { option.selected = value.includes(option.value); });
    else field.value = value;
  }

  function nameOf(field) {
    return ["checkbox", "radio"].includes(field.type) ? `${field.name}=${field.value}` : field.name;
  }

  function keep(form) {
    const values = Object.fromEntries(typedIn(form).map((field) => [nameOf(field), valueOf(field)]));
    if (Object.keys(values).length) write(keyOf(form), { values, lost: false });
  }

  function restore(form) {
    const key = keyOf(form);
    const draft = read(key);
    if (!draft?.lost) return;
    const version = form.elements[VERSION];
    const fresh = version?.value;
    typedIn(form).forEach((field) => {
      if (nameOf(field) in draft.values) fill(field, draft.values[nameOf(field)]);
    });
    const notice = document.getElementById("draft-notice").content.firstElementChild.cloneNode(true);
    notice.querySelector("[data-files]").hidden = !form.querySelector("input[type=file]");
    notice.querySelector("button").addEventListener("click", () => {
      sessionStorage.removeItem(key);
      form.reset();
      if (version) version.value = fresh;
      notice.remove();
      typedIn(form).find((field) => field.type !== "hidden")?.focus();
    });
    form.prepend(notice);
    document.querySelector('.toast[data-tag="signed-out"]')?.remove(); // the notice says more
  }

  if (!account) {
    // The portal asks to sign in: what was typed and not yet answered waits for the same account.
    keys().forEach((key) => write(key, { ...read(key), lost: true }));
    return;
  }
  keys().forEach((key) => {
    if (!key.startsWith(`${PREFIX}${account}:`) || !read(key).lost) sessionStorage.removeItem(key);
  });
  posts().forEach((form) => restore(form));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && posts().includes(form)) keep(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-signs-out]")) keys().forEach((key) => sessionStorage.removeItem(key));
    else if (posts().includes(event.target)) keep(event.target);
  });
})();
