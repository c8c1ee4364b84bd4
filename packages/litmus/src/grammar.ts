/**
 * The shape of a litmus file: head, first values, a column of instructions or a C function for each thread, condition. Comments are gone
 * already. `options.number` makes a number of its text; where `options.symbolic`, `%x` is a register whose number does not matter.
 */
export const FILE = String.raw`
file = _ isa:word blank+ name:$[^\r\n\t ]+ [^{]* "{" initial:firsts "}" _ ";"? _ threads:(functions / table) listed:locations* filter:filter? more:locations* condition:condition? _ ";"? _
  { return { isa, name, initial, threads, listed: [...listed, ...more].flat(), ...(filter && { filter }), ...(condition ?? { quantifier: "forall", proposition: { every: [] }, condition: "true" }) }; }

firsts = items:(_ f:first? _ ";" { return f; })* last:(_ f:first { return f; })? _ { return [...items, last].filter((f) => f); }
first = type:type name:word _ "[" _ length:$digit* _ "]" values:(_ "=" _ v:values { return v; })? &{ return length !== "" || values; } { return { array: name, type, length: length === "" ? values.length : Number(length), values: values ?? [] }; }
  / type:type? name:word _ "=" _ values:values { return { array: name, ...(type && { type }), length: values.length, values }; }
  / type:type? place:place _ "=" _ "{" _ "}" { return { place, ...(type && { type }) }; }
  / type:type? place:place value:(_ "=" _ v:value { return v; })? { return { place, ...(value && { value }), ...(type && { type }) }; }
values = "{" _ first:value rest:(_ "," _ v:value { return v; })* _ ","? _ "}" { return [first, ...rest]; }
type = text:$(word (blank / "*")+ &("P"? digit / word / "[" / "%"))+ { return text.trim(); }

functions = function+
function = _ (("static" / "void") blank+)* name:thread _ "(" _ parameters:parameters ")" _ "{" body:body "}" _ { return { ...name, parameters, lines: [body] }; }
parameters = "void" _ &")" { return []; } / parameter*
parameter = text:$[^,()]+ ","? {
    const [, before, name, brackets] = /^([^]*?[\s*])(\w+)\s*(\[\s*\d*\s*\]\s*)?$/.exec(text) ?? [];
    const type = brackets && before ? before.trim() + " *" : before;
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
row = _ !(quantifier / (("locations" / "observed") _ "[") / ("filter" !letter)) cells:cells _ { return cells; }
cells = first:cell rest:("|" c:cell { return c; })* ";" { return { cells: [first, ...rest], at: location() }; }
cell = [ \t]* text:$[^|;{}]* { const { line, column } = location().start; return { text: text.trim().replace(/\s+/g, " "), at: { line, column } }; }

locations = _ ("locations" / "observed") _ "[" places:(_ p:place _ ";"? { return p; })* _ "]" _ ";"? _ { return places; }
filter = _ "filter" !letter _ p:proposition _ ";"? { return p; }
condition = quantifier:quantifier stated:stated { return { quantifier, ...stated }; }
quantifier = _ q:("exists" / $(("~" / "not" !letter) _ "exists") / "forall" / "final") !letter _ { return q === "final" ? "exists" : q.replace(/^not/, "~").replace(/\s/g, ""); }

stated = proposition:proposition { return { proposition, condition: text().trim() }; }
proposition = first:disjunction rest:(_ "=>" _ p:proposition { return p; })? { return rest ? { some: [{ not: first }, rest] } : first; }
disjunction = first:conjunction rest:(_ "\\/" _ c:conjunction { return c; })* { return rest.length ? { some: [first, ...rest] } : first; }
conjunction = first:unit rest:(_ "/\\" _ u:unit { return u; })* { return rest.length ? { every: [first, ...rest] } : first; }
unit = ("not" !letter / "~") _ p:unit { return { not: p }; }
  / "true" !letter { return { every: [] }; }
  / "false" !letter { return { some: [] }; }
  / "(" _ p:proposition _ ")" { return p; }
  / place:place _ ("==" / "=" !">") _ value:value { return { is: place, value }; }
  / place:place _ ("!=" / "<>") _ value:value { return { not: { is: place, value } }; }

place = "P"? thread:$digit+ _ ":" _ register:register { return { thread: Number(thread), register }; }
  / &{ return options.symbolic; } location:$("%" word) { return { location }; }
  / "[" _ location:element _ "]" { return { location }; }
  / location:element { return { location }; }
register = symbol:$([XW]? "%" word) &{ return options.symbolic; } { return symbol; } / "%"? register:word { return register; }
element = name:word index:(_ "[" _ n:$digit+ _ "]" { return n; })? { return index === null ? name : name + "[" + Number(index) + "]"; }
value = "ATOMIC_INIT" _ "(" _ value:value _ ")" { return value; }
  / minus:"-"? _ number:number { return { number: minus ? -number.value : number.value, decimal: number.decimal }; }
  / "(" _ type? _ ")" _ value:value { return value; }
  / "&"? _ location:element { return { location }; }
number = text:$(digit [A-Za-z_0-9]* / "'" ("\\" . / [^'\\\r\n]) "'") { const number = options.number(text); return typeof number === "string" ? error(number) : number; }
word = $([A-Za-z_] [A-Za-z_0-9]*)
letter = [A-Za-z_0-9]
digit = [0-9]
blank = [ \t]
_ = [ \t\r\n]*
`;
