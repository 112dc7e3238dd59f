// Single-key shortcuts and small comforts. Everything here is also a link, a button or a form.

const KEYS_OFF = "pegline.keys-off";
const root = document.documentElement;
const find = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

const rows = all("[data-row]");
const approvals = find("#approvals");
const dialog = find("#keys");

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden; then the default holds
  }
}

function store(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // nothing to keep it in: it holds until the page is left
  }
}

let keysOn = stored(KEYS_OFF) === null;

// Which row the keys act on.

const openerOf = (row) => find("[data-open-row]", row);
const boxOf = (row) => find("input[name=pick]", row);
const currentRow = () => rows.find((row) => row.contains(document.activeElement));

function step(by) {
  if (rows.length === 0) {
    find(by > 0 ? ".steps a[rel=next]" : ".steps a[rel=prev]")?.click();
    return;
  }
  const here = rows.indexOf(currentRow());
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), rows.length - 1);
  openerOf(rows[next]).focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

// Picking rows for approval.

const picked = () => all("input[name=pick]:checked", approvals ?? document);

function tellPicked() {
  const told = find("[data-picked]");
  if (told) told.textContent = picked().length ? `${picked().length} picked` : "";
  for (const row of rows) row.classList.toggle("picked", Boolean(boxOf(row)?.checked));
  const everything = find("[data-pick-all] input");
  const boxes = all("input[name=pick]");
  if (everything) everything.checked = boxes.length > 0 && boxes.every((box) => box.checked);
}

function approve() {
  if (!approvals) {
    find("form.action-form button[data-key=a]")?.click();
    return;
  }
  const row = currentRow();
  if (picked().length === 0 && row && boxOf(row)) boxOf(row).checked = true;
  if (picked().length > 0) find("[data-approve-picked]")?.click();
}

function openForm(key) {
  const details = find(`details[data-key=${key}]`);
  if (!details) {
    const row = currentRow();
    if (row) openerOf(row).click();
    return;
  }
  details.open = true;
  const field = find("input:not([type=hidden])", details);
  field.focus();
  field.select?.();
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  x: () => {
    const box = currentRow() && boxOf(currentRow());
    if (box) {
      box.checked = !box.checked;
      tellPicked();
    }
  },
  a: approve,
  c: () => openForm("c"),
  r: () => openForm("r"),
  s: () => openForm("s"),
  "/": () => find("[data-search]")?.focus(),
  "?": () => dialog?.showModal(),
};

const typing = (target) =>
  target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (key === "Escape" && typing(target)) {
    target.blur();
    return;
  }
  if (typing(target) || !Object.hasOwn(actions, key)) return;
  if (!keysOn && key !== "?") return;
  event.preventDefault();
  actions[key]();
});

// The list of keys and its switch.

for (const button of all("[data-open=keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
const keySwitch = find("[data-keys-switch]");
if (keySwitch) {
  keySwitch.checked = keysOn;
  keySwitch.addEventListener("change", () => {
    keysOn = keySwitch.checked;
    store(KEYS_OFF, keysOn ? null : "yes");
  });
}

// Picking all rows of the page.

const pickAll = find("[data-pick-all]");
if (pickAll && all("input[name=pick]").length > 0) {
  pickAll.hidden = false;
  find("input", pickAll).addEventListener("change", (event) => {
    for (const box of all("input[name=pick]")) box.checked = event.target.checked;
    tellPicked();
  });
}
approvals?.addEventListener("change", tellPicked);

// What a typed quantity would be worth.

for (const field of all("input[data-price]")) {
  const worth = find("[data-worth]", field.form);
  const tell = () => {
    const value = Number(field.value.replaceAll(/[ ,]/g, "")) * Number(field.dataset.price);
    const known = field.dataset.price !== "" && Number.isFinite(value);
    const amount = value.toLocaleString("en-GB", { maximumFractionDigits: 0 });
    worth.textContent = known ? `Worth ${field.dataset.currency} ${amount}` : "";
  };
  field.addEventListener("input", tell);
  tell();
}

// A form is sent once; coming back by the back button makes it usable again.

for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  tellPicked();
});

// Focus: what was said comes first, then the form that was refused, then the first row.

const refused =
  find("[aria-invalid=true]") ?? find("details[data-key][open] input:not([type=hidden])");
(refused ?? find("[data-message]"))?.focus();

root.dataset.ready = "yes";
