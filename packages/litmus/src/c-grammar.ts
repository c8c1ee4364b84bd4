/** The C of litmus tests of the Linux kernel: one function for each thread, without loops. */
export const BODY = String.raw`
body = _ s:statement* { return { do: "block", statements: s }; }
statement = declaration / branch
  / "{" _ s:statement* "}" _ { return { do: "block", statements: s }; }
  / to:unary "=" !"=" _ value:expression ";" _ { return { do: "assign", to, value }; }
  / value:expression ";" _ { return { do: "evaluate", value }; }
branch = "if" !letter _ "(" _ test:expression ")" _ then:statement otherwise:("else" !letter _ s:statement { return s; })?
  { return { do: "if", test, then, otherwise: otherwise ?? { do: "block", statements: [] } }; }
declaration = type first:declared rest:("," _ d:declared { return d; })* ";" _ { return { do: "block", statements: [first, ...rest] }; }
declared = stars name:name value:("=" !"=" _ e:expression { return e; })? { return { do: "assign", to: { name }, value: value ?? { number: "0" } }; }

expression = or
or = first:and rest:("||" _ e:and { return ["||", e]; })* { return join(first, rest); }
and = first:bits rest:("&&" _ e:bits { return ["&&", e]; })* { return join(first, rest); }
bits = first:equality rest:(op:$([|^] ![|=] / "&" ![&=]) _ e:equality { return [op, e]; })* { return join(first, rest); }
equality = first:relation rest:(op:("==" / "!=") _ e:relation { return [op, e]; })* { return join(first, rest); }
relation = first:sum rest:(op:("<=" / ">=" / "<" / ">") _ e:sum { return [op, e]; })* { return join(first, rest); }
sum = first:product rest:(op:[+-] _ e:product { return [op, e]; })* { return join(first, rest); }
product = first:unary rest:("*" _ e:unary { return ["*", e]; })* { return join(first, rest); }
unary = "(" _ type stars ")" _ e:unary { return e; }
  / "*" _ e:unary { return { at: e }; }
  / "&" !"&" _ e:unary { return { addressOf: e }; }
  / "!" !"=" _ e:unary { return { op: "==", a: e, b: { number: "0" } }; }
  / "-" _ e:unary { return { op: "-", a: { number: "0" }, b: e }; }
  / "(" _ e:expression ")" _ { return e; }
  / call:word _ "(" _ args:(first:expression rest:("," _ e:expression { return e; })* { return [first, ...rest]; })? ")" _ { return { call, args: args ?? [] }; }
  / number:$("0x" [0-9a-fA-F]+ / [0-9]+) [uUlL]* _ { return { number }; }
  / name:name { return { name }; }

type = (qualifier _)* $("unsigned" / "u"? "intptr_t" / "u" [0-9]+ / "u"? "int" [0-9]* "_t"? / "long" / "short" / "char" / "bool" / "void" / "atomic" "64"? "_t" / "atomic_long_t" / "spinlock_t") !letter _ (("int" / "long" / "char") !letter _)*
qualifier = ("volatile" / "const" / "unsigned") !letter
stars = ("*" _)*
name = w:word _ { return w; }
word = $([A-Za-z_] [A-Za-z_0-9]*)
letter = [A-Za-z_0-9]
_ = [ \t\r\n]*
`;
/** Operators of one level, from the left. */
export const JOIN = '{ function join(first, rest) { return rest.reduce((a, [op, b]) => ({ op, a, b }), first); } }\n';
