/** How a language prints numbers. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
let decimal = "."; // the sign before the fractions
let powers = false; // whether "1.2e-7" is printed as 1.2·10⁻⁷

/** Print numbers as a language does. @param {string} language */
export function printAs(language) {
  const parts = new Intl.NumberFormat(language).formatToParts(0.5);
  decimal = parts.find(({ type }) => type === "decimal")?.value ?? ".";
  powers = language !== "en";
}

/** Whether a comma stands before the fractions. */
export const hasComma = () => decimal === ",";

/** A whole number, raised: "⁻⁷". @param {number} exponent */
export const raised = (exponent) =>
  (exponent < 0 ? "⁻" : "") + [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");

/** A number as this language prints it. @param {string} number as JavaScript spells it */
export function printed(number) {
  const [digits, exponent] = number.replace(".", decimal).split("e");
  if (!powers || exponent === undefined) return number.replace(".", decimal);
  const factor = digits === "1" ? "" : digits === "-1" ? "-" : `${digits}·`;
  return `${factor}10${raised(Number(exponent))}`;
}
