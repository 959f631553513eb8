// What the pages do by themselves: quizzes answer, and the optimizers race. No kernel, no network.
import race from "./optimizer_race_show.js";

for (const el of document.querySelectorAll(".live-race")) race.render({ el });

for (const quiz of document.querySelectorAll("fieldset.quiz")) {
  quiz.addEventListener("change", ({ target }) => {
    const reply = quiz.querySelector(".reply");
    reply.replaceChildren(target.closest("label").nextElementSibling.content.cloneNode(true));
    window.MathJax?.typeset?.([reply]);
  });
}
