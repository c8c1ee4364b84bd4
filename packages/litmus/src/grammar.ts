/**
 * The shape of a litmus file: head, first values, a column of instructions or a C function for each thread, condition. Comments are gone
 * already. `options.number` makes a number of its text.
 */
export const FILE = String.raw`
file = _ isa:word blank+ name:$[^\r\n\t ]+ [^{]* "{" initial:firsts "}" _ threads:(functions / table) listed:locations? quantifier:quantifier stated:stated _
  { return { isa, name, initial, threads, listed: listed ?? [], quantifier, ...stated }; }

firsts = items:(_ f:first? _ ";" { return f; })* last:(_ f:first { return f; })? _ { return [...items, last].filter((f) => f); }
first = type:type? place:place value:(_ "=" _ v:value { return v; })? { return { place, ...(value && { value }), ...(type && { type }) }; }
type = text:$(word (blank / "*")+ &(word / digit / "["))+ { return text.trim(); }

functions = function+
function = _ name:thread _ "(" _ parameters:parameters ")" _ "{" body:body "}" _ { return { ...name, parameters, lines: [body] }; }
parameters = "void" _ &")" { return []; } / parameter*
parameter = text:$[^,()]+ ","? {
    const [, type, name] = /^([^]*?[\s*])(\w+)\s*$/.exec(text) ?? [];
    if (name === undefined || !type.includes("*")) error('"' + text.trim() + '" is no parameter that is understood: functions are given the addresses of locations, such as "int *x"');
    return { name, type: type.trim() };
  }
body = text:$inside* { const { line, column } = location().start; return { text, at: { line, column } }; }
inside = [^{}] / "{" inside* "}"

table = head:heading rows:row* {
    const columns = rows.map((row) => {
      if (row.cells.length !== head.length) error("a row has " + row.cells.length + " columns, and there are " + head.length + " threads", row.at);
      return row.cells;
    });
    return head.map((name, i) => ({ ...name, parameters: [], lines: columns.map((row) => row[i]).filter(({ text }) => text !== "") }));
  }
heading = _ first:thread rest:(_ "|" _ t:thread { return t; })* _ ";" { return [first, ...rest]; }
thread = name:$("P" digit+) !letter { const { line, column } = location().start; return { number: Number(name.slice(1)), at: { line, column } }; }
row = _ !(quantifier / "locations") cells:cells _ { return cells; }
cells = first:cell rest:("|" c:cell { return c; })* ";" { return { cells: [first, ...rest], at: location() }; }
cell = [ \t]* text:$[^|;{}]* { const { line, column } = location().start; return { text: text.trim().replace(/\s+/g, " "), at: { line, column } }; }

locations = _ "locations" _ "[" places:(_ p:place _ ";"? { return p; })* _ "]" _ { return places; }
quantifier = _ q:("exists" / $("~" _ "exists") / "forall") _ { return q.replace(/\s/g, ""); }

stated = proposition:proposition { return { proposition, condition: text().trim() }; }
proposition = first:conjunction rest:(_ "\\/" _ c:conjunction { return c; })* { return rest.length ? { some: [first, ...rest] } : first; }
conjunction = first:unit rest:(_ "/\\" _ u:unit { return u; })* { return rest.length ? { every: [first, ...rest] } : first; }
unit = ("not" !letter / "~") _ p:unit { return { not: p }; }
  / "(" _ p:proposition _ ")" { return p; }
  / place:place _ "=" _ value:value { return { is: place, value }; }

place = thread:$digit+ _ ":" _ register:word { return { thread: Number(thread), register }; }
  / "[" _ location:word _ "]" { return { location }; }
  / location:word { return { location }; }
value = "ATOMIC_INIT" _ "(" _ value:value _ ")" { return value; }
  / minus:"-"? _ number:number { return { number: minus ? -number.value : number.value, decimal: number.decimal }; }
  / "&"? location:word { return { location }; }
number = text:$(digit [A-Za-z_0-9]* / "'" ("\\" . / [^'\\\r\n]) "'") { const number = options.number(text); return typeof number === "string" ? error(number) : number; }
word = $([A-Za-z_] [A-Za-z_0-9]*)
letter = [A-Za-z_0-9]
digit = [0-9]
blank = [ \t]
_ = [ \t\r\n]*
`;
