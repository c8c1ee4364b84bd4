/** The C of litmus tests of the Linux kernel: one function for each thread, without loops. `options.number` makes a number of its text. */
import { TYPE_WORDS } from './types.ts';

/** Longer names first: the grammar takes the first that fits. */
const types = [...TYPE_WORDS]
  .sort((a, b) => b.length - a.length)
  .map((word) => `"${word}"`)
  .join(' / ');

export const BODY = String.raw`
{ const zero = () => ({ number: options.number("0") }); function join(first, rest) { return rest.reduce((a, [op, b]) => ({ op, a, b }), first); } }
body = _ s:statement* { return { do: "block", statements: s }; }
statement = declaration / branch / ";" _ { return { do: "block", statements: [] }; }
  / "{" _ s:statement* "}" _ { return { do: "block", statements: s }; }
  / to:unary "=" !"=" _ value:expression ";" _ { return { do: "assign", to, value }; }
  / to:unary op:[-+*|&^] "=" _ value:expression ";" _ { return { do: "assign", to, value: { op, a: to, b: value } }; }
  / to:unary op:("++" / "--") _ ";" _ { return { do: "assign", to, value: { op: op[0], a: to, b: { number: options.number("1") } } }; }
  / op:("++" / "--") _ to:unary ";" _ { return { do: "assign", to, value: { op: op[0], a: to, b: { number: options.number("1") } } }; }
  / value:expression ";" _ { return { do: "evaluate", value }; }
branch = "if" !letter _ "(" _ test:expression ")" _ then:statement otherwise:("else" !letter _ s:statement { return s; })?
  { return { do: "if", test, then, otherwise: otherwise ?? { do: "block", statements: [] } }; }
declaration = type:type first:declared rest:("," _ d:declared { return d; })* ";" _ { return { do: "declare", variables: [first, ...rest].map(({ stars, ...d }) => ({ ...d, type: type + stars })) }; }
declared = stars:stars name:name value:("=" !"=" _ e:expression { return e; })? { return { stars, name, ...(value && { value }) }; }

expression = or
or = first:and rest:("||" _ e:and { return ["||", e]; })* { return join(first, rest); }
and = first:either rest:("&&" _ e:either { return ["&&", e]; })* { return join(first, rest); }
either = first:exclusive rest:("|" ![|=] _ e:exclusive { return ["|", e]; })* { return join(first, rest); }
exclusive = first:both rest:("^" !"=" _ e:both { return ["^", e]; })* { return join(first, rest); }
both = first:equality rest:("&" ![&=] _ e:equality { return ["&", e]; })* { return join(first, rest); }
equality = first:relation rest:(op:("==" / "!=") _ e:relation { return [op, e]; })* { return join(first, rest); }
relation = first:sum rest:(op:$("<=" / ">=" / "<" ![<] / ">" ![>]) _ e:sum { return [op, e]; })* { return join(first, rest); }
sum = first:product rest:(op:$("+" ![+=] / "-" ![-=>]) _ e:product { return [op, e]; })* { return join(first, rest); }
product = first:unary rest:("*" !"=" _ e:unary { return ["*", e]; })* { return join(first, rest); }
unary = "(" _ type:type stars:stars ")" _ e:unary { return { cast: type + stars, of: e }; }
  / "*" _ e:unary { return { at: e }; }
  / "&" !"&" _ e:unary { return { addressOf: e }; }
  / "!" !"=" _ e:unary { return { not: e }; }
  / "-" ![-=] _ e:unary { return { op: "-", a: zero(), b: e }; }
  / "+" ![+=] _ e:unary { return { op: "+", a: zero(), b: e }; }
  / "~" _ e:unary { return { op: "^", a: { op: "-", a: zero(), b: { number: options.number("1") } }, b: e }; }
  / of:primary indices:("[" _ e:expression "]" _ { return e; })* { return indices.reduce((a, b) => ({ at: { op: "+", a, b } }), of); }
primary = "(" _ e:expression ")" _ { return e; }
  / call:word _ "(" _ args:(first:expression rest:("," _ e:expression { return e; })* { return [first, ...rest]; })? ")" _ { return { call, args: args ?? [] }; }
  / text:$([0-9] [A-Za-z_0-9]* / "'" ("\\" . / [^'\\\r\n]) "'") _ { const number = options.number(text); return typeof number === "string" ? error(number) : { number }; }
  / name:name { return { name }; }

type = words:(w:typeWord _ { return w; })+ { return words.join(" "); }
typeWord = w:$(${types}) !letter { return w; }
stars = stars:(s:$("*" / "const" !letter / "volatile" !letter) _ { return s; })* { return stars.filter((s) => s === "*").join(""); }
name = !(typeWord / reserved) w:word _ { return w; }
reserved = ("if" / "else" / "while" / "for" / "do" / "return" / "goto" / "switch" / "sizeof" / "struct") !letter
word = $([A-Za-z_] [A-Za-z_0-9]*)
letter = [A-Za-z_0-9]
_ = [ \t\r\n]*
`;
