// Slides in a browser: arrow keys, notes under a slide (n), a speaker's window (p), full screen (f).
"use strict";

(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const minutes = (slide) => Number(slide.dataset.minutes ?? 0);
  const { body } = document;
  let at = 0;
  let speaker;
  let began = Date.now();

  // What is too high for its slide gets a smaller letter; figures shrink by themselves.
  const tooLarge = ({ scrollHeight, clientHeight, scrollWidth, clientWidth }) =>
    scrollHeight > clientHeight + 1 || scrollWidth > clientWidth + 1;
  const fit = (slide) => {
    const content = slide.querySelector(".content");
    for (let size = 30; size > 14 && tooLarge(content); size -= 1) {
      content.style.fontSize = `${size - 1}px`;
    }
  };
  slides.forEach(fit);
  addEventListener("beforeprint", () => slides.forEach(fit));

  const scale = () => {
    const factor = Math.min(innerWidth / 1280, innerHeight / 720);
    const { style } = slides[at];
    style.transform = `scale(${factor}) translate(-50%, -50%)`;
  };

  const show = (place) => {
    at = Math.max(0, Math.min(slides.length - 1, place));
    slides.forEach((slide, index) => slide.classList.toggle("now", index === at));
    history.replaceState(null, "", `#${at + 1}`);
    scale();
    tell();
  };

  const tell = () => {
    if (!speaker || speaker.closed) return;
    const page = speaker.document;
    const planned = slides.slice(0, at).reduce((sum, slide) => sum + minutes(slide), 0);
    const gone = Math.floor((Date.now() - began) / 60000);
    const next = slides[at + 1]?.querySelector("h1").textContent ?? "the end";
    const title = slides[at].querySelector("h1").textContent;
    page.querySelector("header").textContent =
      `${at + 1} of ${slides.length} · minute ${gone}, planned ${planned} · now: ${title} · next: ${next}`;
    if (page.body.dataset.at !== String(at)) {
      page.body.dataset.at = at;
      page.querySelector("main").innerHTML = slides[at].querySelector("aside").innerHTML;
    }
  };

  const openSpeaker = () => {
    speaker = open("", "speaker", "width=900,height=700");
    if (!speaker) return;
    const page = speaker.document;
    page.head.innerHTML = document.head.innerHTML;
    page.body.className = "speaker";
    page.body.innerHTML = "<header></header><main></main>";
    delete page.body.dataset.at;
    speaker.addEventListener("keydown", pressed);
    began = Date.now();
    tell();
  };

  const KEYS = {
    ArrowRight: () => show(at + 1),
    ArrowDown: () => show(at + 1),
    PageDown: () => show(at + 1),
    " ": () => show(at + 1),
    ArrowLeft: () => show(at - 1),
    ArrowUp: () => show(at - 1),
    PageUp: () => show(at - 1),
    Home: () => show(0),
    End: () => show(slides.length - 1),
    n: () => body.classList.toggle("notes"),
    p: openSpeaker,
    f: () => (document.fullscreenElement ? document.exitFullscreen() : body.requestFullscreen()),
  };
  const pressed = (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  body.classList.add("showing");
  addEventListener("keydown", pressed);
  addEventListener("resize", scale);
  addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
  addEventListener("click", (event) => {
    if (!body.classList.contains("notes")) show(at + (event.clientX < innerWidth / 4 ? -1 : 1));
  });
  setInterval(tell, 10000);
  document.fonts.ready.then(() => {
    slides.forEach((slide) => {
      slide.classList.add("now"); // what is not shown has no size to fit
      fit(slide);
    });
    show((Number(location.hash.slice(1)) || 1) - 1);
  });
  body.append(Object.assign(document.createElement("div"), { id: "help", textContent: "← → · n notes · p speaker · f full screen" }));
  setTimeout(() => document.querySelector("#help").remove(), 6000);
})();
