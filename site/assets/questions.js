// Makes forms of a page's questions: an answer is judged at once, with the reason, and remembered
// on this device. Without this script the page has the same questions with folded answers.
// A page says what it knows in attributes of .quiz (course/pages/question_text.py).
"use strict";

(() => {
  const KEY = "adversarial-questions";
  const NOT_A_NUMBER = "Please type a number, such as 0.31, 8/255 or 5,994.";

  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {}; // no storage, or not ours
    }
  };
  const remember = (name, given) => {
    const all = remembered();
    if (given === undefined) delete all[name];
    else all[name] = given;
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      // a private window: the answer is judged all the same
    }
  };

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const copies = (element) => [...(element?.cloneNode(true).childNodes ?? [])];
  const items = (question, part) => [...question.querySelectorAll(`.quiz-${part} > ol > li`)];

  // What a typed text may mean: a comma is a decimal point or stands between thousands.
  const readings = (typed) => {
    const text = typed.replaceAll("−", "-").replace(/[\s%]/g, "");
    const texts = text.includes(",") ? [text.replaceAll(",", ""), text.replace(",", ".")] : [text];
    return texts.map(value).filter(Number.isFinite);
  };
  const value = (text) => {
    const [above, below = "1", more] = text.split("/");
    if (more !== undefined || !above || !below) return NaN;
    return Number(above) / Number(below);
  };
  const near = (a, b) => Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(b), 1e-9);

  const judgeNumber = (question, typed) => {
    const { low, high, mistakes } = question.dataset;
    const numbers = readings(typed);
    if (!numbers.length) return { words: NOT_A_NUMBER };
    const slack = 1e-9 * Math.max(1, Math.abs(high));
    if (numbers.some((x) => low - slack <= x && x <= Number(high) + slack)) {
      return { right: true, reason: copies(question.querySelector(".quiz-why")) };
    }
    const known = mistakes.split(" ").filter(Boolean).map(Number);
    const place = known.findIndex((wrong) => numbers.some((x) => near(x, wrong)));
    const hint = place >= 0 ? copies(items(question, "mistakes")[place]) : [];
    if (place < 0) hint.push(`${typed.trim()} is too ${numbers[0] < low ? "small" : "large"}.`);
    return { right: false, reason: hint };
  };

  const judgeChoice = (question, place) => ({
    right: place === question.dataset.right,
    reason: copies(items(question, "reasons")[place]),
  });

  const fieldsOfChoice = (question) => {
    const list = question.querySelector(".quiz-choices");
    const labels = items(question, "choices").map((item, place) => {
      const radio = make("input", { type: "radio", name: question.id, value: place });
      return make("label", {}, radio, make("span", {}, ...copies(item)));
    });
    list.hidden = true;
    const legend = make("legend", { className: "quiz-hidden", textContent: "Choose one" });
    return make("fieldset", {}, legend, ...labels);
  };

  const fieldOfNumber = (question) => {
    const { unit } = question.dataset;
    const input = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", name: question.id });
    return make("label", { className: "quiz-number" }, "Your answer", input, unit);
  };

  const form = (question) => {
    const { question: name, kind } = question.dataset;
    const field = kind === "choice" ? fieldsOfChoice(question) : fieldOfNumber(question);
    const verdict = make("div", { className: "quiz-verdict" });
    verdict.setAttribute("role", "status");
    const answers = make("form", {}, field, make("button", { className: "md-button", textContent: "Check" }), verdict);
    const given = () => answers.elements[question.id].value;

    const show = (judge = kind === "choice" ? judgeChoice : judgeNumber) => {
      const { right, reason = [], words } = judge(question, given());
      const result = right === undefined ? "" : right ? "right" : "wrong";
      question.dataset.result = result;
      const mark = words ?? (right ? "✓ Right." : "✗ Not this one.");
      verdict.replaceChildren(make("strong", { textContent: mark }), " ", ...reason);
      return result;
    };
    answers.addEventListener("submit", (event) => {
      event.preventDefault();
      if (given() === "") {
        verdict.replaceChildren(kind === "choice" ? "Choose an answer first." : NOT_A_NUMBER);
      } else if (show()) {
        remember(name, given());
      }
      question.dispatchEvent(new Event("judged", { bubbles: true }));
    });
    const before = remembered()[name];
    if (before !== undefined) {
      answers.elements[question.id].value = before;
      show();
    }
    question.querySelector("details").before(answers);
    return () => {
      remember(name);
      answers.reset();
      verdict.replaceChildren();
      delete question.dataset.result;
    };
  };

  document$.subscribe(({ body }) => {
    const questions = [...body.querySelectorAll(".quiz:not([data-kind=open])")];
    if (!questions.length) return;
    const forgets = questions.map(form);
    const counted = make("span");
    const count = () => {
      const results = questions.map(({ dataset }) => dataset.result);
      const answered = results.filter(Boolean).length;
      const right = results.filter((result) => result === "right").length;
      counted.textContent = `${right} of ${questions.length} right, ${questions.length - answered} not answered yet. `;
    };
    const forget = make("button", { type: "button", className: "quiz-forget", textContent: "Forget my answers" });
    forget.addEventListener("click", () => {
      forgets.forEach((each) => each());
      count();
    });
    body.addEventListener("judged", count);
    count();
    const all = [...body.querySelectorAll(".quiz, details.question")];
    all.at(-1).after(make("p", { className: "quiz-count" }, counted, forget));
  });
})();
