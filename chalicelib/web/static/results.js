// Draws pictures of the tables that ask for it: <table data-chart="Title: column column; Other: column">.
// The table stays beside each picture, and is all there is without a script.
"use strict";
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const strokes = [colour("--soft"), colour("--accent"), colour("--no")];
  const height = 220;

  const columnOf = (table, name) => {
    const heads = [...table.tHead.rows[0].cells];
    const place = heads.findIndex((head) => head.dataset.series === name);
    const values = [...table.tBodies[0].rows].map((row) => Number(row.cells[place].dataset.value));
    return { label: heads[place].textContent, values };
  };

  const drawn = [];
  const draw = (table, title, names) => {
    const labels = [...table.tBodies[0].rows].map((row) => row.cells[0].dataset.label);
    const columns = names.map((name) => columnOf(table, name));
    const figure = document.createElement("figure");
    figure.className = "picture";
    const caption = figure.appendChild(document.createElement("figcaption"));
    caption.textContent = `${title} – `;
    columns.forEach(({ label }, place) => {
      const key = caption.appendChild(document.createElement("span"));
      key.textContent = label;
      key.style.borderColor = strokes[place];
    });
    if (!columns.some(({ values }) => values.some(Boolean))) {
      caption.append(table.dataset.nothing);
      table.closest("details").before(figure);
      return;
    }
    const canvas = figure.appendChild(document.createElement("div"));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${table.caption.textContent}: ${columns.map(({ label }) => label).join(", ")}`);
    table.closest("details").before(figure);
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const bars = uPlot.paths.bars({ size: [0.8, 60] });
    const options = {
      width: canvas.clientWidth || 300,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [-0.5, Math.max(0.5, labels.length - 0.5)] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 50, incrs: [1, 2, 3, 6, 7, 14, 28], values: (_, places) => places.map((place) => labels[place] ?? "") },
        { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] },
      ],
      series: [{}, ...columns.map(({ label }, place) => (place ? { label, stroke: strokes[place], width: 2, points: { show: true, size: 5 } } : { label, fill: strokes[0], stroke: strokes[0], width: 0, paths: bars, points: { show: false } }))],
    };
    drawn.push([new uPlot(options, [labels.map((_, place) => place), ...columns.map(({ values }) => values)], canvas), canvas]);
  };

  for (const table of document.querySelectorAll("table[data-chart]")) {
    for (const picture of table.dataset.chart.split(";")) {
      const [title, names] = picture.split(":");
      draw(table, title.trim(), names.trim().split(" "));
    }
    table.closest("details").open = false;
  }
  addEventListener("resize", () => {
    for (const [plot, canvas] of drawn) plot.setSize({ width: canvas.clientWidth, height });
  });
})();
