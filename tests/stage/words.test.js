/** What is said, counted and printed in another language. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen } from "../../ui/stage/data/language.js";
import { formatMeasured, formatPower, formatValue, spellValue } from "../../ui/stage/state/format.js";
import { parseValue, withPoints } from "../../ui/stage/state/hyper.js";
import { printed } from "../../ui/stage/state/numerals.js";
import { msg, speak, spoken, t, tc, tn } from "../../ui/stage/state/words.js";

const STEPS = { "{n} step": ["{n} шаг", "{n} шага", "{n} шагов"] };

/** Say something in a language, and go on in English. @param {string} language @param {any} words @param {() => void} work */
function inLanguage(language, words, work) {
  speak(language, words);
  try {
    work();
  } finally {
    speak("en", {});
  }
}

test("English needs no words", () => {
  assert.equal(spoken(), "en");
  assert.equal(t("step {n} of {all}", { n: 0.5, all: "many" }), "step 0.5 of many");
  assert.equal(t("a {hole}"), "a {hole}", "what has no value stays");
  assert.equal(t(undefined), "");
  assert.equal(tn("{n} step", "{n} steps", 1), "1 step");
  for (const n of [0, 2, 21, 1.5]) assert.equal(tn("{n} step", "{n} steps", n), `${n} steps`);
});

test("Russian counts: one, few, many, and a fraction like few", () => {
  inLanguage("ru", STEPS, () => {
    const said = (/** @type {number} */ n) => tn("{n} step", "{n} steps", n);
    const counted = [0, 1, 2, 4, 5, 11, 12, 20, 21, 22, 25, 101, 111, 1.5, 0.1].map(said);
    assert.deepEqual(counted, [
      ...["0 шагов", "1 шаг", "2 шага", "4 шага", "5 шагов", "11 шагов", "12 шагов", "20 шагов", "21 шаг", "22 шага"],
      ...["25 шагов", "101 шаг", "111 шагов", "1,5 шага", "0,1 шага"],
    ]);
  });
});

test("another language counts as it does", () => {
  inLanguage("de", { "{n} step": ["{n} Schritt", "{n} Schritte"] }, () => {
    const counted = [0, 1, 2, 1.5].map((n) => tn("{n} step", "{n} steps", n));
    assert.deepEqual(counted, ["0 Schritte", "1 Schritt", "2 Schritte", "1,5 Schritte"]);
  });
});

test("what has no translation is said in English", () => {
  inLanguage("ru", { loss: "потери", "schedule\u0004step": "ступенчатое", step: "шаг" }, () => {
    assert.deepEqual(
      ["loss", "gradient"].map(msg).map((text) => t(text)),
      ["потери", "gradient"],
    );
    assert.deepEqual([tc("schedule", "step"), tc("axis", "step")], ["ступенчатое", "шаг"]);
    assert.equal(tn("{n} run", "{n} runs", 5), "5 runs");
    assert.equal(t("constructor"), "constructor");
  });
});

test("numbers have the language's comma, and powers of ten", () => {
  inLanguage("ru", {}, () => {
    const numbers = [0, 0.05, -2.5, 1e-7, 1.2e-7, -1e-7, 3e12, 1234];
    assert.deepEqual(numbers.map(formatValue), ["0", "0,05", "-2,5", "10⁻⁷", "1,2·10⁻⁷", "-10⁻⁷", "3·10¹²", "1234"]);
    assert.deepEqual(numbers.slice(1, 5).map(spellValue), ["0.05", "-2.5", "1e-7", "1.2e-7"], "fields keep the point");
    assert.equal(formatMeasured(1.23e-7), "1,2·10⁻⁷");
    assert.equal(formatMeasured(0.0758), "0,0758");
    assert.equal(formatMeasured(2e-143, 2), "≈ 2·10⁻¹⁴³");
    assert.equal(formatPower(1e-7), "10⁻⁷");
  });
  assert.deepEqual([printed("1.2e-7"), formatValue(0.05)], ["1.2e-7", "0.05"]);
});

test("fields take a comma and a point", () => {
  const scale = { low: 0, high: 100 };
  assert.equal(parseValue(scale, "0,5").value, 0.5);
  assert.match(parseValue(scale, "1,000").error ?? "", /^a number from/, "a thousand or one: it is not guessed");
  inLanguage("ru", {}, () => {
    for (const text of ["1,250", "1.250", " 1,25 "]) assert.equal(parseValue(scale, text).value, 1.25);
  });
  assert.deepEqual(["-1,5; 2; 0; 1", "-1.5, 2, 0, 1"].map(withPoints), ["-1.5, 2, 0, 1", "-1.5, 2, 0, 1"]);
});

test("the address chooses a language, then the browser", () => {
  const known = [
    { id: "en", name: "English" },
    { id: "ru", name: "Русский" },
  ];
  assert.equal(chosen("?lang=ru", ["en-US"], known), "ru");
  assert.equal(chosen("?surface=ravine", ["ru-RU", "en"], known), "ru");
  assert.equal(chosen("?lang=en", ["ru"], known), "en");
  assert.equal(chosen("?lang=xx", ["de", "ru"], known), "ru", "the first that is known");
  assert.equal(chosen("", ["de"], known), "en");
});
