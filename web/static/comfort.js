// Comfort: what this does, every page can do without it. A case refreshes itself, a form saves itself, a picture is shown
// before it is sent, and after a failed form the errors come first. Written for browsers of 2019; nothing from elsewhere.
(function () {
  "use strict";
  var english = document.documentElement.lang === "en";
  function say(zh, en) { return english ? en : zh; }
  function all(css, within) { return Array.prototype.slice.call((within || document).querySelectorAll(css)); }

  // The summary of errors first: a reader hears it, a keyboard stands before its first link.
  var errors = document.getElementById("errors");
  if (errors) { errors.focus(); }

  // A case: the server says that something happened, the page asks for itself again.
  function listen(mark) {
    if (!window.EventSource || !window.fetch || !window.DOMParser) { return; }
    var source = new EventSource(mark.getAttribute("data-live") + "?after=" + mark.getAttribute("data-after"));
    // A page that nobody looks at stops asking, so that a forgotten session can run out.
    var seen = Date.now();
    ["keydown", "click", "scroll", "touchstart"].forEach(function (sign) {
      document.addEventListener(sign, function () { seen = Date.now(); }, { passive: true });
    });
    window.setInterval(function () { if (Date.now() - seen > 600000) { source.close(); } }, 60000);
    source.addEventListener("changed", function () {
      source.close();
      // Nobody is interrupted: who is at a field or button reads a sentence, everybody else sees the new page.
      var busy = document.activeElement && /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(document.activeElement.tagName);
      if (busy) {
        mark.className = "notice";
        mark.textContent = say("这个办件刚刚有了新进展，刷新页面可以看到。", "Something has just happened in this case. Reload the page to see it.");
        return;
      }
      fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error("not the page"); }
        return answer.text();
      }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
        var open = all("#main details").map(function (piece) { return piece.open; });
        var here = document.getElementById("main");
        here.innerHTML = fresh.innerHTML;
        all("#main details").forEach(function (piece, at) { piece.open = Boolean(open[at]); });
        var next = all("[data-live]")[0];
        if (next) {
          next.textContent = say("页面已更新。", "The page has been updated.");
          listen(next);
        }
      }).catch(function () { /* The page stays as it is; reloading it still works. */ });
    });
  }
  all("[data-live]").forEach(listen);

  // A form that can be saved saves itself, a while after the last key. The server answers with a redirect to the page of the
  // draft, which is not followed; the next version of the draft is read from it.
  function selfSaving(form) {
    var button = form.querySelector("button[name=_do][value=save]");
    var version = form.querySelector("input[name=_version]");
    var draft = form.querySelector("input[name=_draft]");
    if (!button || !version || !draft || !window.fetch || !window.URLSearchParams || !window.FormData) { return; }
    var told = document.createElement("p");
    told.className = "quiet";
    told.setAttribute("role", "status");
    button.parentNode.appendChild(told);
    var timer = 0, saving = null, sent = false;
    function pairs() {
      var list = new URLSearchParams();
      all("input, select, textarea", form).forEach(function (field) {
        if (!field.name || field.disabled || field.type === "file") { return; }
        if ((field.type === "checkbox" || field.type === "radio") && !field.checked) { return; }
        list.append(field.name, field.value);
      });
      list.append("_do", "save");
      return list;
    }
    function save() {
      if (sent || saving) { return; }
      saving = fetch(form.action, { method: "POST", body: pairs(), credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok) { throw new Error("not saved"); }
        return answer.text();
      }).then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        ["_version", "_draft"].forEach(function (name) {
          var fresh = page.querySelector("input[name=" + name + "]");
          var own = form.querySelector("input[name=" + name + "]");
          if (fresh && own && fresh.value) { own.value = fresh.value; }
        });
        var key = page.querySelector("input[name=_key]"), ownKey = form.querySelector("input[name=_key]");
        if (key && ownKey && key.value) { ownKey.value = key.value; }
        told.textContent = say("已自动保存。", "Saved by itself.");
        saving = null;
      }).catch(function () {
        told.textContent = say("暂时没能自动保存，请按“先保存”。", "It could not save itself. Press “Save for later”.");
        saving = null;
      });
    }
    form.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 4000);
    });
    // One press is one request: a version that is still on its way would make the page look stale to itself.
    form.addEventListener("submit", function (event) {
      window.clearTimeout(timer);
      if (!saving || sent) { sent = true; return; }
      event.preventDefault();
      var pressed = event.submitter || document.activeElement;
      if (!pressed || pressed.tagName !== "BUTTON" || pressed.form !== form) { pressed = form.querySelector("button"); }
      saving.then(function () { sent = true; pressed.click(); });
    });
  }
  all("form[data-saves]").forEach(selfSaving);

  // A picture before it is sent: what is in it can be seen, and whether it is sharp.
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (!field || field.type !== "file" || !window.URL || !URL.createObjectURL) { return; }
    var box = field.parentNode.querySelector(".preview") || document.createElement("div");
    box.className = "preview";
    box.setAttribute("role", "status");
    box.textContent = "";
    Array.prototype.slice.call(field.files).forEach(function (file) {
      var line = document.createElement("p");
      line.textContent = file.name + "  " + (file.size / 1048576).toFixed(1) + " MB";
      box.appendChild(line);
      if (!/^image\/(jpeg|png)$/.test(file.type)) { return; }
      var picture = document.createElement("img");
      picture.alt = say("您选择的图片：", "The picture you chose: ") + file.name;
      picture.onload = function () { URL.revokeObjectURL(picture.src); };
      picture.src = URL.createObjectURL(file);
      box.appendChild(picture);
    });
    field.parentNode.appendChild(box);
  });
})();
