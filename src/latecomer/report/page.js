"use strict";
(function () {
  var specs = JSON.parse(document.getElementById("specs").textContent);
  var options = {
    mode: "vega-lite", renderer: "svg",
    actions: { export: true, source: false, compiled: false, editor: false },
    tooltip: { theme: "custom" },
    i18n: { CLICK_TO_VIEW_ACTIONS: "Save this figure", PNG_ACTION: "Save as PNG", SVG_ACTION: "Save as SVG" }
  };
  Object.keys(specs).forEach(function (name) {
    var place = document.getElementById("plot-" + name);
    var own = Object.assign({ downloadFileName: name }, options);
    window.vegaEmbed(place, specs[name], own).then(function () {
      place.setAttribute("data-drawn", "yes");
    }).catch(function (problem) {
      place.textContent = "This figure could not be drawn: " + problem.message;
    });
  });
  window.addEventListener("beforeprint", function () { window.dispatchEvent(new Event("resize")); });
})();
