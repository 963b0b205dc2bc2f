"use strict";
(function () {
  var specs = JSON.parse(document.getElementById("specs").textContent);
  var root = document.documentElement;
  var drawn = [];
  var options = {
    mode: "vega-lite", renderer: "svg",
    actions: { export: true, source: false, compiled: false, editor: false },
    tooltip: { theme: "custom" },
    i18n: { CLICK_TO_VIEW_ACTIONS: "Save this figure", PNG_ACTION: "Save as PNG", SVG_ACTION: "Save as SVG" }
  };
  Object.keys(specs).forEach(function (name) {
    var place = document.getElementById("plot-" + name);
    var own = Object.assign({ downloadFileName: name }, options);
    window.vegaEmbed(place, specs[name], own).then(function (result) {
      drawn.push({ view: result.view, place: place, height: result.view.height() });
      place.setAttribute("data-drawn", "yes");
    }).catch(function (problem) {
      place.textContent = "This figure could not be drawn: " + problem.message;
    });
  });
  // The sheet of paper is narrower than the screen: every figure is drawn for it before the page is printed, and again after.
  function fit(part) {
    drawn.forEach(function (one) { one.view.signal("width", one.place.clientWidth).height(part * one.height).run(); });
  }
  window.addEventListener("beforeprint", function () { root.classList.add("paper"); fit(0.72); });
  window.addEventListener("afterprint", function () { root.classList.remove("paper"); fit(1); });
})();
