/** The shape of a litmus file: head, first values, a column of instructions or a C function for each thread, condition. Comments are gone already. */
export const FILE = String.raw`
file = _ isa:word blank+ name:$[^\r\n\t ]+ [^{]* "{" initial:firsts "}" _ threads:(functions / table) observed:locations? quantifier:quantifier condition:$proposition _
  { return { isa, name, initial: [...threads.flatMap((t) => t.parameters ?? []), ...initial], threads: threads.map((t) => t.body ?? t), observed: observed ?? [], quantifier, condition: condition.trim() }; }

firsts = items:(_ f:first? _ ";" { return f; })* last:(_ f:first { return f; })? _ { return [...items, last].filter((f) => f); }
first = (word (blank / "*")+ &(word / digit / "["))? place:place value:(_ "=" _ v:value { return v; })? { return { place, value: value ?? { number: "0" } }; }

functions = function+
function = _ thread _ "(" parameters:parameter* ")" _ "{" body:$inside* "}" _ { return { parameters, body: [body.trim()] }; }
parameter = text:$[^,()]+ ","? { return { place: { location: /(\w+)\s*$/.exec(text)[1] }, value: { number: "0" } }; }
inside = [^{}] / "{" inside* "}"

table = head:heading rows:row* { return head.map((_name, i) => rows.map((r) => r[i] ?? "").filter((c) => c !== "")); }
heading = _ first:thread rest:(_ "|" _ t:thread { return t; })* _ ";" { return [first, ...rest]; }
thread = $("P" digit+)
row = _ !(quantifier / "locations") first:cell rest:("|" c:cell { return c; })* ";" _ { return [first, ...rest]; }
cell = text:$[^|;{}]* { return text.trim().replace(/\s+/g, " "); }

locations = _ "locations" _ "[" places:(_ p:place _ ";"? { return p; })* _ "]" _ { return places; }
quantifier = _ q:("exists" / $("~" _ "exists") / "forall") _ { return q.replace(/\s/g, ""); }

proposition = first:conjunction rest:(_ "\\/" _ c:conjunction { return c; })* { return rest.length ? { some: [first, ...rest] } : first; }
conjunction = first:unit rest:(_ "/\\" _ u:unit { return u; })* { return rest.length ? { every: [first, ...rest] } : first; }
unit = ("not" !letter / "~") _ p:unit { return { not: p }; }
  / "(" _ p:proposition _ ")" { return p; }
  / place:place _ "=" _ value:value { return { is: place, value }; }

place = thread:$digit+ _ ":" _ register:word { return { thread: Number(thread), register }; }
  / "[" _ location:word _ "]" { return { location }; }
  / location:word { return { location }; }
value = "ATOMIC_INIT" _ "(" _ value:value _ ")" { return value; }
  / number:$("-"? ("0x" [0-9a-fA-F]+ / digit+)) { return { number }; }
  / "&"? location:word { return { location }; }
word = $([A-Za-z_] [A-Za-z_0-9]*)
letter = [A-Za-z_0-9]
digit = [0-9]
blank = [ \t]
_ = [ \t\r\n]*
`;
