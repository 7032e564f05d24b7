#!/usr/bin/env node
// Makes regex.json beside this script: what an engine of ECMAScript (V8) says of patterns with the flag u.
//
//     node make_regex.mjs
//
// {"patterns": [[pattern, [texts it matches], [texts it does not]], ...], "invalid": [patterns it refuses, ...]}
import { writeFileSync } from "node:fs";

let seed = 20240607;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];
const times = (n, make) => Array.from({ length: n }, make);

const CHARACTERS = ["a", "a", "b", "b", "c", "A", "_", "0", "7", " ", "\n", "-", ".", "é", "ß", "Ω", "€", "漢",
                    "😀", "\u2028", "\u00a0", "\ufeff", "٣"];
const ATOMS = ["a", "b", "c", "ab", "é", "😀", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\.", "\\-".slice(1),
               "\\n", "\\x61", "\\u00e9", "\\u{1F600}", "\\ud83d\\ude00", "\\cJ", "\\0", "[ab]", "[^a]", "[a-c0-9]",
               "[^\\d\\s]", "[\\w-]", "[\\]é-€]", "[^]", "[\\p{L}\\b]", "\\p{L}", "\\P{Lu}", "\\p{Nd}",
               "\\p{gc=Punctuation}", "\\p{White_Space}", "[^\\P{L}a]"];
const QUANTIFIERS = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{2,3}", "*?", "+?", "{1,2}?", "{0}"];
const PLACES = ["^", "$", "\\b", "\\B"];

function pattern(depth, inBehind) {
  const what = depth === 0 ? random(6) : random(16);
  if (what < 5) return pick(ATOMS);
  if (what === 5) return pick(inBehind ? ["^"] : PLACES);
  const inner = () => pattern(depth - 1, inBehind);
  if (what < 9) return inner() + inner();
  if (what < 11) return `(?:${inner()}|${inner()})`;
  if (what < 14) return pick([`(${inner()})`, `(?:${inner()})`, `(?<n${random(1e9)}>${inner()})`]) + pick(QUANTIFIERS);
  if (what === 14) return inBehind ? inner() : `(?${pick("=!")}${inner()})`;
  return `(?<${pick("=!")}${pattern(depth - 1, true)})`;
}

const text = () => times(random(7), () => pick(CHARACTERS)).join("");

const patterns = [
  "^(?:(?!ab).)*$", "^(?=.*\\d)(?=.*[a-c]).{2,4}$", "^(?!.*\\bab\\b)[\\w ]+$", "\\bab?\\b", "(?<!a)b(?!c)",
  "^[^@\\s]+@[^@\\s]+$", "^\\S(|(.|\\n)*\\S)$", "(?<=^|\\s)a(?=$|\\s)", "^(\\([0-9]{3}\\))?[0-9]{3}-[0-9]{4}$",
  "(?=(?!a)(?<=b).)", "^a|b$", "(a|b)*?c", "^\\p{L}+$", "(?<=(?<!a)b)c",
];
while (patterns.length < 420) {
  const made = (random(4) ? "" : "^") + pattern(3, false) + (random(4) ? "" : "$");
  try {
    new RegExp(made, "u");
    if (!patterns.includes(made) && made.length < 40) patterns.push(made);
  } catch { /* two groups of one name */ }
}
const golden = patterns.map((source) => {
  const expression = new RegExp(source, "u");
  // V8 lets a lookbehind begin between the surrogates of one character.
  const texts = [...new Set(times(40, text))].filter((t) => !/\(\?<[=!]/.test(source) || !t.includes("😀"));
  const [yes, no] = [texts.filter((t) => expression.test(t)), texts.filter((t) => !expression.test(t))];
  return [source, yes.slice(0, 5), no.slice(0, 5)];
});

const invalid = ["(", ")", "(?", "(?:", "(?<>a)", "(?<1>a)", "(?<a", "(?x)", "a**", "*", "+a", "?", "a|*", "^*", "$+",
                 "\\b?", "(?=a)*", "(?!a){2}", "(?<=a)?", "a{", "a{}", "a{1", "a{1,x}", "a{,2}", "{", "}", "]", "a]",
                 "[", "[a", "[b-a]", "[\\d-x]", "[a-\\w]", "[\\", "\\", "\\a", "\\e", "\\Z", "\\A", "\\_".slice(0, 1),
                 "\\x1", "\\xg1", "\\u12", "\\u{}", "\\u{110000}", "\\u{1", "\\c", "\\c1", "\\00", "\\01", "[\\1]",
                 "\\8", "\\p", "\\p{", "\\p{}", "\\pL", "\\p{letter}", "\\p{gc=}", "\\é", "a{2,1}", "\\k", "\\k<a>"];
for (const source of invalid) {
  try {
    new RegExp(source, "u");
  } catch {
    continue;
  }
  throw new Error(`${source} is valid`);
}

const lines = golden.map((row) => JSON.stringify(row)).join(",\n");
writeFileSync(new URL("regex.json", import.meta.url),
              `{"patterns": [\n${lines}],\n"invalid": ${JSON.stringify(invalid)}}\n`);
