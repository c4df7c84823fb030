// A widget's state in the page's address, behind the #, so that a link brings back what was seen.
"use strict";

(globalThis.adversarial ??= {}).address = (() => {
  /** A whole number kept between two others. */
  const whole = (low, high) => (text) =>
    /^\d+$/.test(text) ? Math.min(Math.max(Number(text), low), high) : undefined;
  /** One of some names. */
  const oneOf = (names) => (text) => (names.includes(text) ? text : undefined);

  /** What the address says of `fields`, each a function from text to a value; the rest of it is skipped. */
  function read(fields) {
    const given = new URLSearchParams(location.hash.slice(1));
    const found = {};
    for (const [name, parse] of Object.entries(fields)) {
      const value = given.has(name) ? parse(given.get(name)) : undefined;
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  /** Put the state into the address, without a new entry in the history; what is null stays out. */
  function write(state) {
    const said = Object.entries(state).filter(([, value]) => value !== null);
    history.replaceState(history.state, "", `#${new URLSearchParams(said)}`);
  }

  return { whole, oneOf, read, write };
})();
