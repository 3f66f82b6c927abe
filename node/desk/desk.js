// Keeps what is typed, some seconds after the last key. Without this script the
// button "Save" does the same.
const form = document.querySelector("form[data-autosave]");
if (form) {
  const saved = document.querySelector(".saved");
  let timer = 0, dirty = false;
  const save = async () => {
    if (!dirty) return;
    dirty = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Autosave": "1" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      saved.textContent = form.dataset.saved.replace("{time}", new Date().toLocaleTimeString(document.documentElement.lang + "-u-nu-latn"));
    } catch {
      dirty = true;
      saved.textContent = form.dataset.unreachable;
    }
  };
  form.addEventListener("input", () => {
    dirty = true;
    saved.textContent = form.dataset.unsaved;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
}
