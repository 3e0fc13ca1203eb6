// Sets the chosen colours before the first paint. A file of its own, so that no inline script is needed.
(function () {
  var chosen = "dark";
  try {
    chosen = localStorage.getItem("mantine-color-scheme-value") || "dark";
  } catch {
    // storage is closed to us: stay dark
  }
  if (chosen === "auto") {
    chosen = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", chosen);
})();
