// What the pages do by themselves: quizzes answer, shows run. No kernel, no network.

let begun = Promise.resolve(); // in the page's order: the address tells two of a kind apart by it
for (const el of document.querySelectorAll(".live")) {
  const [weights, digits, components] = ["weights", "digits", "components"]
    .map((name) => new URL(`explorers/${name}.bin`, import.meta.url));
  const module = import(`./explorers/${el.dataset.show}.js`);
  begun = begun.then(() => module).then(({ default: show }) => {
    show.render({ el, weights, digits, components, ...JSON.parse(el.dataset.options ?? "{}") });
  }).catch(reportError);
}

for (const quiz of document.querySelectorAll("fieldset.quiz")) {
  quiz.addEventListener("change", ({ target }) => {
    const reply = quiz.querySelector(".reply");
    reply.replaceChildren(target.closest("label").nextElementSibling.content.cloneNode(true));
    window.MathJax?.typeset?.([reply]);
  });
}

// A formula or a figure wider than the page can be scrolled: by keys too.
window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const wide of document.querySelectorAll("mjx-container[display=true], .cell_output")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
});
