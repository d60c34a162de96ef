"use strict";
(function () {
  var root = document.documentElement;
  function stored(name) { try { return localStorage.getItem("walletproof." + name); } catch (refused) { return null; } }
  function store(name, value) { try { localStorage.setItem("walletproof." + name, value); } catch (refused) { return; } }
  function asked(name) { return new URLSearchParams(location.hash.slice(1)).get(name); }

  function speak(language) { root.lang = language === "zh" ? "zh" : "en"; }
  function dress(theme) { if (theme === "light" || theme === "dark") { root.dataset.theme = theme; } }
  speak(asked("lang") || stored("lang") || (navigator.language || "en").slice(0, 2));
  dress(asked("theme") || stored("theme"));

  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("language").addEventListener("click", function () {
      speak(root.lang === "zh" ? "en" : "zh");
      store("lang", root.lang);
    });
    document.getElementById("theme").addEventListener("click", function () {
      var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      dress(dark ? "light" : "dark");
      store("theme", root.dataset.theme);
    });
    document.addEventListener("click", function (event) {
      var button = event.target.closest("button.copy");
      if (!button || !navigator.clipboard) { return; }
      navigator.clipboard.writeText(button.parentNode.querySelector("code").textContent).then(function () {
        button.classList.add("done");
        setTimeout(function () { button.classList.remove("done"); }, 1500);
      });
    });
  });
  // Paper cannot be unfolded; the long list of passed checks stays folded.
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not(.long)").forEach(function (fold) { fold.open = true; });
  });
})();
